-- Messages that are refused, for the first time or again: they keep their places and hold back their keys until they are due.
WITH refused AS (
  SELECT r.*
  FROM jsonb_to_recordset(CAST(:?refused AS jsonb)) AS r (id bigint, message_id uuid, shard smallint, seen_attempts integer, attempts integer,
                                                          exhausted boolean, delay bigint, error_class text, error_message text)
), owned AS (
  SELECT s.shard
  FROM outbox_shard s
  WHERE s.shard IN (SELECT refused.shard FROM refused)
  -- waits for the relay that owns the shard: no batch that was claimed before may send what follows the refused message
  FOR NO KEY UPDATE
), again AS (
  UPDATE outbox_parked p
  SET reason = 'REFUSED', attempts = r.attempts, exhausted = r.exhausted, error_class = r.error_class, error_message = r.error_message,
      first_failed_at = coalesce(p.first_failed_at, now()), next_attempt_at = now() + r.delay * interval '1 millisecond'
  FROM refused r JOIN owned ON owned.shard = r.shard
  -- nothing happens if another process has had the message since
  WHERE p.id = r.id AND p.message_id = r.message_id AND p.attempts = r.seen_attempts
), taken AS (
  DELETE FROM outbox_message m
  USING refused r JOIN owned ON owned.shard = r.shard
  WHERE m.id = r.id AND m.message_id = r.message_id
  RETURNING m.*, r.attempts, r.exhausted, r.delay, r.error_class, r.error_message
)
INSERT INTO outbox_parked (id, message_id, destination, message_key, shard, type, content_type, payload, headers, traceparent,
                           created_at, reason, exhausted, attempts, first_failed_at, next_attempt_at, error_class, error_message)
SELECT id, message_id, destination, message_key, shard, type, content_type, payload, headers, traceparent, created_at,
       'REFUSED', exhausted, attempts, now(), now() + delay * interval '1 millisecond', error_class, error_message
FROM taken

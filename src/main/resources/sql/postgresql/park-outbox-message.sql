WITH owned AS (
  SELECT s.shard
  FROM outbox_shard s
  WHERE s.shard = :#shard
  -- waits for the relay that owns the shard: no batch that was claimed before may send what follows the refused message
  FOR UPDATE
), refused AS (
  DELETE FROM outbox_message m
  WHERE m.shard = (SELECT owned.shard FROM owned) AND m.id = :#id
  RETURNING m.id, m.message_id, m.destination, m.message_key, m.shard, m.type, m.content_type, m.payload, m.headers, m.traceparent,
            m.created_at
)
INSERT INTO outbox_parked (id, message_id, destination, message_key, shard, type, content_type, payload, headers, traceparent,
                           created_at, reason, exhausted, attempts, first_failed_at, next_attempt_at, error_class, error_message)
SELECT id, message_id, destination, message_key, shard, type, content_type, payload, headers, traceparent, created_at,
       :#reason, :#exhausted, :#attempts, now(), now() + :#delay * interval '1 millisecond', :#error_class, :#error_message
FROM refused

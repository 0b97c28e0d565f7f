-- Messages that are not sent with their batch: they wait behind an earlier one of their key, or for their destination. With the shards locked.
WITH held AS (
  SELECT h.id, h.message, h.reason
  FROM unnest(CAST(:?held_ids AS bigint[]), CAST(:?held_messages AS uuid[]), CAST(:?held_reasons AS text[])) AS h (id, message, reason)
), again AS (
  UPDATE outbox_parked p
  SET reason = held.reason, next_attempt_at = NULL
  FROM held
  WHERE p.id = held.id AND p.message_id = held.message AND p.reason IN ('RELEASED', 'CLOSED')
), taken AS (
  DELETE FROM outbox_message m
  USING held
  WHERE m.id = held.id AND m.message_id = held.message
  RETURNING m.*, held.reason
)
INSERT INTO outbox_parked (id, message_id, destination, message_key, shard, type, content_type, payload, headers, traceparent,
                           created_at, reason, attempts)
SELECT id, message_id, destination, message_key, shard, type, content_type, payload, headers, traceparent, created_at, reason, 0
FROM taken

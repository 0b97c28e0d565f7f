-- A message that was delayed until now takes its place as if it had been written now.
WITH released AS (
  DELETE FROM outbox_parked p
  USING (
    SELECT d.shard, d.id
    FROM outbox_parked d
    WHERE d.next_attempt_at <= now() AND d.reason = 'DELAYED'
    ORDER BY d.next_attempt_at, d.id
    LIMIT 1000
    -- other processes take other messages
    FOR UPDATE SKIP LOCKED
  ) due
  WHERE p.shard = due.shard AND p.id = due.id
  RETURNING p.*
)
INSERT INTO outbox_message (message_id, destination, message_key, type, content_type, payload, headers, traceparent, created_at)
SELECT message_id, destination, message_key, type, content_type, payload, headers, traceparent, created_at
FROM released
ORDER BY next_attempt_at, id

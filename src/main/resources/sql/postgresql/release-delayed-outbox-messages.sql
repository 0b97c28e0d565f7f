-- A message that was delayed until now takes its place as if it had been written now.
WITH released AS (
  DELETE FROM outbox_parked p
  USING (
    SELECT d.id, d.message_id
    FROM outbox_parked d
    WHERE d.next_attempt_at <= now() AND d.reason = 'DELAYED'
    ORDER BY d.next_attempt_at, d.created_at, d.id
    LIMIT 1000
    -- other processes take other messages
    FOR UPDATE SKIP LOCKED
  ) due
  WHERE p.id = due.id AND p.message_id = due.message_id
  RETURNING p.*
), placed AS (
  INSERT INTO outbox_message (message_id, destination, message_key, type, content_type, payload, headers, traceparent, created_at)
  SELECT message_id, destination, message_key, type, content_type, payload, headers, traceparent, created_at
  FROM released
  ORDER BY next_attempt_at, created_at, id
  RETURNING 1
)
SELECT count(*) AS messages
FROM placed

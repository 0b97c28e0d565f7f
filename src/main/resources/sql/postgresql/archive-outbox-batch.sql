-- Before delete-outbox-batch.sql or delete-parked-outbox-batch.sql, in the same transaction.
WITH sent AS (
  SELECT s.id, s.message
  FROM unnest(CAST(:?ids AS bigint[]), CAST(:?messages AS uuid[])) AS s (id, message)
)
INSERT INTO outbox_sent (message_id, destination, message_key, type, content_type, payload, headers, traceparent, created_at)
SELECT m.message_id, m.destination, m.message_key, m.type, m.content_type, m.payload, m.headers, m.traceparent, m.created_at
FROM sent JOIN outbox_message m ON m.id = sent.id AND m.message_id = sent.message
UNION ALL
SELECT p.message_id, p.destination, p.message_key, p.type, p.content_type, p.payload, p.headers, p.traceparent, p.created_at
FROM sent JOIN outbox_parked p ON p.id = sent.id AND p.message_id = sent.message

-- Before finish-inbox-retry.sql, in the same transaction.
WITH letter AS (
  INSERT INTO dead_letter (origin, consumer, source, message_id, message_key, topic, topic_partition, topic_offset, payload, headers,
                           attempts, error_class, error_message, first_failed_at)
  SELECT 'INBOX', p.consumer, p.source, p.message_id, p.message_key, p.topic, p.topic_partition, p.topic_offset, p.payload, p.headers,
         p.attempts, coalesce(p.error_class, 'given up by an operator'), coalesce(p.error_message, ''), least(p.first_failed_at, now())
  FROM inbox_parked p
  WHERE p.id = :#id
  RETURNING dead_letter AS row
)
INSERT INTO outbox_message (destination, message_key, type, content_type, payload, headers, traceparent)
SELECT :#dead_destination, a.message_key, a.type, a.content_type, a.payload, a.headers, a.traceparent
FROM letter, dead_letter_announcement(letter.row) a
WHERE CAST(:#dead_destination AS text) IS NOT NULL

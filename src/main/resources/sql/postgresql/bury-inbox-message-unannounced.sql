-- The poorer way to bury a message, where bury-inbox-message.sql was refused: everything that it copies is in the database already.
INSERT INTO dead_letter (origin, consumer, source, message_id, message_key, topic, topic_partition, topic_offset, payload, headers,
                         attempts, error_class, error_message, first_failed_at)
SELECT 'INBOX', p.consumer, p.source, p.message_id, p.message_key, p.topic, p.topic_partition, p.topic_offset, p.payload, p.headers,
       p.attempts, coalesce(p.error_class, 'unknown'), coalesce(p.error_message, ''), now()
FROM inbox_parked p
WHERE p.id = :#id

-- As insert-inbox-message.sql, for messages that follow each other in a partition. Returns those that are new.
INSERT INTO inbox_message (consumer, source, message_id)
SELECT ?, m.source, m.message_id
FROM move_inbox_position(?, ?, ?, ?, ?, ?) AS moved CROSS JOIN unnest(CAST(? AS text[]), CAST(? AS text[])) AS m (source, message_id)
WHERE NOT EXISTS (SELECT 1 FROM inbox_message i WHERE moved AND i.consumer = ? AND i.source = '' AND i.message_id = m.message_id)
ON CONFLICT (consumer, source, message_id) DO NOTHING
RETURNING source, message_id

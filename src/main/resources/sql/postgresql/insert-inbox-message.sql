INSERT INTO inbox_message (consumer, message_id)
VALUES (?, ?)
ON CONFLICT (consumer, message_id) DO NOTHING

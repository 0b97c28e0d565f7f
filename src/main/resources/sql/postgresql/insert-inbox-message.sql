INSERT INTO inbox_message (consumer, source, message_id)
SELECT ?, ?, ?
-- a row of a release that knew no source stands for every source
WHERE NOT EXISTS (SELECT 1 FROM inbox_message i WHERE i.consumer = ? AND i.source = '' AND i.message_id = ?)
ON CONFLICT (consumer, source, message_id) DO NOTHING

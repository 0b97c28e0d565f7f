INSERT INTO inbox_message (consumer, source, message_id)
SELECT ?, ?, ?
FROM move_inbox_position(?, ?, ?, ?, ?, ?) AS moved
-- a row of a release that knew no source stands for every source; the position moves for every record, so the question depends on it
WHERE NOT EXISTS (SELECT 1 FROM inbox_message i WHERE moved AND i.consumer = ? AND i.source = '' AND i.message_id = ?)
ON CONFLICT (consumer, source, message_id) DO NOTHING

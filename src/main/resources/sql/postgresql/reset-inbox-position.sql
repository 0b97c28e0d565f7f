UPDATE inbox_position p
SET topic_id = ?, position = ?, moved_at = now()
WHERE p.consumer = ? AND p.topic = ? AND p.topic_partition = ? AND p.topic_id = ? AND p.position = ?

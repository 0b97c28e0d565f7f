-- That of the partition, or else any of the topic: then the partition is new.
SELECT p.topic_partition, p.topic_id, p.position
FROM inbox_position p
WHERE p.consumer = ? AND p.topic = ?
ORDER BY p.topic_partition = ? DESC, p.era DESC
LIMIT 1

SELECT DISTINCT ON (p.topic_partition) p.topic_partition, p.position
FROM inbox_position p
WHERE p.consumer = ? AND p.topic = ?
ORDER BY p.topic_partition, p.era DESC

INSERT INTO inbox_position (consumer, topic, topic_id, topic_partition, position)
SELECT ?, ?, ?, first.topic_partition, first.position
FROM unnest(CAST(? AS integer[]), CAST(? AS bigint[])) AS first (topic_partition, position)
-- another process may have been first
ON CONFLICT (consumer, topic, topic_partition) DO NOTHING

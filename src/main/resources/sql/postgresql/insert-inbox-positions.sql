INSERT INTO inbox_position (consumer, topic, topic_id, topic_partition, position)
SELECT receiver.consumer, receiver.topic, receiver.topic_id, first.topic_partition, first.position
FROM (SELECT CAST(? AS text) AS consumer, CAST(? AS text) AS topic, CAST(? AS text) AS topic_id) AS receiver
CROSS JOIN unnest(CAST(? AS integer[]), CAST(? AS bigint[])) AS first (topic_partition, position)
WHERE NOT EXISTS (
  SELECT 1
  FROM inbox_position p
  WHERE p.consumer = receiver.consumer AND p.topic = receiver.topic AND p.topic_partition = first.topic_partition)
-- another process may have been first
ON CONFLICT (consumer, topic, topic_partition, era) DO NOTHING

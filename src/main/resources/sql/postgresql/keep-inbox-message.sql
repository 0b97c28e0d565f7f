-- The poorest way to keep a message that can be neither parked nor buried: payload and place, under its identity, and words of our own.
WITH taken AS (
  INSERT INTO inbox_message (consumer, source, message_id)
  SELECT :#consumer, :#source, :#message_id
  FROM move_inbox_position(:#consumer, :#topic, CAST(:#topic_partition AS integer), :#topic_id, CAST(:#seen AS bigint),
                             CAST(:#topic_offset AS bigint)) AS moved
  WHERE NOT EXISTS (SELECT 1 FROM inbox_message i WHERE moved AND i.consumer = :#consumer AND i.source = '' AND i.message_id = :#message_id)
  ON CONFLICT (consumer, source, message_id) DO NOTHING
  RETURNING 1
)
INSERT INTO dead_letter (origin, consumer, source, message_id, topic, topic_partition, topic_offset, payload, headers,
                         attempts, error_class, error_message, first_failed_at)
SELECT 'INBOX', :#consumer, :#source, :#message_id, :#topic, CAST(:#topic_partition AS integer), CAST(:#topic_offset AS bigint),
       :#payload, '{}', CAST(:#attempts AS integer), 'io.reliableroutes.LastResort',
       'the message has failed, and the database has refused to keep it with its key, its headers and its error; the log has them', now()
-- who takes the key takes care of the message
WHERE EXISTS (SELECT 1 FROM taken) OR CAST(:#placed AS boolean)
ON CONFLICT DO NOTHING

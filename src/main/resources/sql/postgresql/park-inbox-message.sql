-- The parked message and its inbox key are one statement, so one fact: a duplicate is not handled beside the retry.
WITH taken AS (
  INSERT INTO inbox_message (consumer, source, message_id)
  SELECT :#consumer, :#source, :#message_id
  FROM move_inbox_position(:#consumer, :#topic, CAST(:#topic_partition AS integer), :#topic_id, CAST(:#seen AS bigint),
                             CAST(:#topic_offset AS bigint)) AS moved
  -- a row of a release that knew no source stands for every source; the position moves for every record, so the question depends on it
  WHERE NOT EXISTS (SELECT 1 FROM inbox_message i WHERE moved AND i.consumer = :#consumer AND i.source = '' AND i.message_id = :#message_id)
  ON CONFLICT (consumer, source, message_id) DO NOTHING
  RETURNING consumer, source, message_id
)
INSERT INTO inbox_parked (consumer, source, message_id, message_key, topic, topic_partition, topic_offset, payload, headers, behind,
                          attempts, first_failed_at, next_attempt_at, error_class, error_message)
SELECT taken.consumer, taken.source, taken.message_id, :#message_key, :#topic, :#topic_partition, :#topic_offset, :#payload, CAST(:#headers AS jsonb), false,
       :#attempts, least(:#first_failed_at, now()), now() + :#delay * interval '1 millisecond', :#error_class, :#error_message
FROM taken

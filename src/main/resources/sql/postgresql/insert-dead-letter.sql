-- The letter and the inbox key are one statement, so one fact: a duplicate of a dead message is not handled after all.
WITH letter AS (
  INSERT INTO dead_letter (origin, consumer, message_id, message_key, topic, topic_partition, topic_offset, payload, headers,
                           attempts, error_class, error_message, first_failed_at)
  VALUES ('INBOX', :#consumer, :#message_id, :#message_key, :#topic, :#topic_partition, :#topic_offset, :#payload,
          CAST(:#headers AS jsonb), :#attempts, :#error_class, :#error_message, least(:#first_failed_at, now()))
  ON CONFLICT ON CONSTRAINT record_is_dead_once DO NOTHING
  RETURNING consumer, message_id
)
INSERT INTO inbox_message (consumer, message_id)
SELECT letter.consumer, letter.message_id
FROM letter
WHERE letter.message_id IS NOT NULL
ON CONFLICT (consumer, message_id) DO NOTHING

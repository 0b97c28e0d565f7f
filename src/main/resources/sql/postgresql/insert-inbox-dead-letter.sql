-- The letter, its inbox key and its announcement are one statement, so one fact: a duplicate of a dead message is not handled after all.
WITH letter AS (
  INSERT INTO dead_letter (origin, consumer, message_id, message_key, topic, topic_partition, topic_offset, payload, headers,
                           attempts, error_class, error_message, first_failed_at)
  SELECT 'INBOX', :#consumer, :#message_id, :#message_key, :#topic, CAST(:#topic_partition AS integer), CAST(:#topic_offset AS bigint),
         :#payload, CAST(:#headers AS jsonb), CAST(:#attempts AS integer), :#error_class, :#error_message,
         least(CAST(:#first_failed_at AS timestamptz), now())
  -- another consumer of the group may have had the same record meanwhile, and taken care of it
  WHERE NOT EXISTS (SELECT 1 FROM inbox_message i WHERE i.consumer = :#consumer AND i.message_id = :#message_id)
  ON CONFLICT (consumer, topic, topic_partition, topic_offset, coalesce(message_id, ''), md5(coalesce(payload, ''))) WHERE ended_at IS NULL DO NOTHING
  RETURNING dead_letter AS row
), taken AS (
  INSERT INTO inbox_message (consumer, message_id)
  SELECT (letter.row).consumer, (letter.row).message_id
  FROM letter
  WHERE (letter.row).message_id IS NOT NULL
  ON CONFLICT (consumer, message_id) DO NOTHING
)
INSERT INTO outbox_message (destination, message_key, type, content_type, payload, headers, traceparent)
SELECT :#dead_destination, a.message_key, a.type, a.content_type, a.payload, a.headers, a.traceparent
FROM letter, dead_letter_announcement(letter.row) a
WHERE CAST(:#dead_destination AS text) IS NOT NULL

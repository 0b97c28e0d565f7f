-- The letter, its inbox key and its announcement are one statement, so one fact: a duplicate of a dead message is not handled after all.
WITH letter AS (
  INSERT INTO dead_letter (origin, consumer, source, message_id, message_key, topic, topic_partition, topic_offset, payload, headers,
                           attempts, error_class, error_message, first_failed_at)
  SELECT 'INBOX', :#consumer, :#source, :#message_id, :#message_key, :#topic, CAST(:#topic_partition AS integer), CAST(:#topic_offset AS bigint),
         :#payload, CAST(:#headers AS jsonb), CAST(:#attempts AS integer), :#error_class, :#error_message,
         least(CAST(:#first_failed_at AS timestamptz), now())
  FROM move_inbox_position(:#consumer, :#topic, CAST(:#topic_partition AS integer), :#topic_id, CAST(:#seen AS bigint),
                             CAST(:#topic_offset AS bigint)) AS moved
  -- another consumer of the group may have had the same record meanwhile, and taken care of it; the position moves all the same
  WHERE NOT EXISTS (SELECT 1 FROM inbox_message i WHERE moved AND i.consumer = :#consumer AND i.source IN ('', :#source) AND i.message_id = :#message_id)
    -- a message without an identity has that of its place, and a topic that was made anew has other records there
    OR CAST(:#placed AS boolean) AND NOT EXISTS (
      SELECT 1
      FROM dead_letter d
      WHERE d.consumer = :#consumer AND d.source = :#source AND d.message_id = :#message_id
        AND md5(coalesce(d.payload, '')) = md5(coalesce(CAST(:#payload AS bytea), '')))
  ON CONFLICT (consumer, topic, topic_partition, topic_offset, source, message_id, md5(coalesce(payload, ''))) WHERE ended_at IS NULL DO NOTHING
  RETURNING dead_letter AS row
), taken AS (
  INSERT INTO inbox_message (consumer, source, message_id)
  SELECT (letter.row).consumer, (letter.row).source, (letter.row).message_id
  FROM letter
  ON CONFLICT (consumer, source, message_id) DO NOTHING
)
INSERT INTO outbox_message (destination, message_key, type, content_type, payload, headers, traceparent)
SELECT :#dead_destination, a.message_key, a.type, a.content_type, a.payload, a.headers, a.traceparent
FROM letter, dead_letter_announcement(letter.row) a
WHERE CAST(:#dead_destination AS text) IS NOT NULL

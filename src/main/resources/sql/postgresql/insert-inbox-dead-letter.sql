-- The inbox key, the letter and its announcement are one statement, so one fact: a duplicate of a dead message is not handled after all.
WITH taken AS (
  INSERT INTO inbox_message (consumer, source, message_id)
  SELECT :#consumer, :#source, :#message_id
  FROM move_inbox_position(:#consumer, :#topic, CAST(:#topic_partition AS integer), :#topic_id, CAST(:#seen AS bigint),
                             CAST(:#topic_offset AS bigint)) AS moved
  -- a row of a release that knew no source stands for every source; the position moves for every record, so the question depends on it
  WHERE NOT EXISTS (SELECT 1 FROM inbox_message i WHERE moved AND i.consumer = :#consumer AND i.source = '' AND i.message_id = :#message_id)
  ON CONFLICT (consumer, source, message_id) DO NOTHING
  RETURNING 1
), letter AS (
  INSERT INTO dead_letter (origin, consumer, source, message_id, message_key, topic, topic_partition, topic_offset, payload, headers,
                           attempts, error_class, error_message, first_failed_at)
  SELECT 'INBOX', :#consumer, :#source, :#message_id, :#message_key, :#topic, CAST(:#topic_partition AS integer), CAST(:#topic_offset AS bigint),
         :#payload, CAST(:#headers AS jsonb), CAST(:#attempts AS integer), :#error_class, :#error_message,
         least(CAST(:#first_failed_at AS timestamptz), now())
  -- who takes the key takes care of the message: another consumer of the group may have had the same record meanwhile
  WHERE EXISTS (SELECT 1 FROM taken)
    -- a message without an identity has that of its place, and a topic that was made anew has other records there
    OR CAST(:#placed AS boolean) AND NOT EXISTS (
      SELECT 1
      FROM dead_letter d
      WHERE d.consumer = :#consumer AND d.source = :#source AND d.message_id = :#message_id
        AND md5(coalesce(d.payload, '')) = md5(coalesce(CAST(:#payload AS bytea), '')))
  ON CONFLICT (consumer, topic, topic_partition, topic_offset, source, message_id, md5(coalesce(payload, ''))) WHERE ended_at IS NULL DO NOTHING
  RETURNING dead_letter AS row
)
INSERT INTO outbox_message (destination, message_key, type, content_type, payload, headers, traceparent)
SELECT :#dead_destination, a.message_key, a.type, a.content_type, a.payload, a.headers, a.traceparent
FROM letter, dead_letter_announcement(letter.row) a
WHERE CAST(:#dead_destination AS text) IS NOT NULL

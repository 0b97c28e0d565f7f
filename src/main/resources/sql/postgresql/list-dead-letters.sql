-- One page of the open letters, and behind which one the next page begins; null at the end.
SELECT coalesce(json_agg(letter ORDER BY letter.id), '[]')::text AS letters,
       CASE WHEN count(*) = CAST(:#limit AS integer) THEN max(letter.id) END AS next
FROM (
  SELECT d.id, d.origin, d.consumer, d.source, d.message_id AS "messageId", d.message_key AS "messageKey", d.topic, d.topic_partition AS "partition",
         d.topic_offset AS "offset", d.attempts, d.error_class AS "errorClass", left(d.error_message, 500) AS "errorMessage",
         d.first_failed_at AS "firstFailedAt", d.last_failed_at AS "lastFailedAt"
  FROM dead_letter d
  WHERE d.ended_at IS NULL AND d.id > CAST(:#after AS bigint) AND (CAST(:#consumer AS text) IS NULL OR d.consumer = :#consumer)
  ORDER BY d.id
  LIMIT CAST(:#limit AS integer)
) letter

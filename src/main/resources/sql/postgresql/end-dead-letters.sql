-- Replays or discards all open dead letters that a filter picks, or only counts them. One statement, so it is done whole or not at all.
WITH request AS (
  SELECT CAST(:#action AS text) AS action, CAST(:#dry_run AS boolean) AS dry_run, CAST(:#rate AS numeric) AS rate,
         CAST(:#payload AS bytea) AS payload
), picked AS (
  SELECT d.id, d.payload
  FROM dead_letter d
  WHERE d.ended_at IS NULL
    AND (CAST(:#ids AS text) IS NULL OR d.id = ANY (CAST(string_to_array(:#ids, ',') AS bigint[])))
    AND (CAST(:#consumer AS text) IS NULL OR d.consumer = :#consumer)
    AND (CAST(:#error_class AS text) IS NULL OR d.error_class = :#error_class)
    AND (CAST(:#since AS timestamptz) IS NULL OR d.last_failed_at >= CAST(:#since AS timestamptz))
    AND (CAST(:#until AS timestamptz) IS NULL OR d.last_failed_at < CAST(:#until AS timestamptz))
    -- of letters with one identity one goes after the other: two could not be parked at once
    AND (:#action = 'DISCARD' OR d.origin = 'OUTBOX'
      OR NOT EXISTS (SELECT 1 FROM inbox_parked p WHERE p.consumer = d.consumer AND p.source = d.source AND p.message_id = d.message_id)
         AND NOT EXISTS (
           SELECT 1 FROM dead_letter e
           WHERE e.ended_at IS NULL AND e.consumer = d.consumer AND e.source = d.source AND e.message_id = d.message_id AND e.id < d.id))
  ORDER BY d.id
  LIMIT CAST(:#limit AS bigint)
  -- another request for the same letters waits, and then finds them ended
  FOR UPDATE
), audit AS (
  INSERT INTO dead_letter_audit (action, who, reason, filter, letters, payload, replaced_by)
  SELECT request.action, :#who, :#reason, CAST(:#filter AS jsonb), count(*),
         -- there is one letter then
         CASE WHEN request.payload IS NOT NULL THEN (array_agg(picked.payload))[1] END, request.payload
  FROM picked, request
  WHERE NOT request.dry_run
  GROUP BY request.action, request.payload
  RETURNING id, action
), ended AS (
  UPDATE dead_letter d
  SET ended_at = now(), audit_id = audit.id, alerted_at = coalesce(d.alerted_at, now())
  FROM picked, audit
  WHERE d.id = picked.id
  RETURNING d.*, audit.action
), tail AS (
  -- waits for a retry of a key's parked messages, as lock-parked-inbox-key.sql does, and in its order: it goes from a message to the next
  SELECT p.consumer, p.message_key
  FROM inbox_parked p
  WHERE EXISTS (
    SELECT 1
    FROM ended e
    WHERE e.origin = 'INBOX' AND e.consumer = p.consumer AND hashtextextended(e.message_key, 0) = hashtextextended(p.message_key, 0)
      AND e.message_key = p.message_key)
  ORDER BY p.id
  FOR SHARE
), replayed AS (
  SELECT ended.*, coalesce(request.payload, ended.payload) AS handed_over, now() + coalesce((row_number() OVER (ORDER BY ended.id) - 1) / request.rate, 0) * interval '1 second' AS due_at,
         row_number() OVER (PARTITION BY ended.consumer, ended.message_key ORDER BY ended.id) > 1 AS follows
  FROM ended, request
  WHERE ended.action = 'REPLAY'
), inbox AS (
  INSERT INTO inbox_parked (consumer, source, message_id, message_key, topic, topic_partition, topic_offset, payload, headers, replayed, behind,
                            attempts, next_attempt_at)
  SELECT r.consumer, r.source, r.message_id, r.message_key, r.topic, r.topic_partition, r.topic_offset, r.handed_over, r.headers, true,
         r.message_key IS NOT NULL
           AND (r.follows OR EXISTS (SELECT 1 FROM tail t WHERE t.consumer = r.consumer AND t.message_key = r.message_key)),
         0, r.due_at
  FROM replayed r
  WHERE r.origin = 'INBOX'
  ORDER BY r.id
), outbox AS (
  INSERT INTO outbox_parked (id, message_id, destination, message_key, shard, type, content_type, payload, headers, traceparent,
                             created_at, reason, attempts, next_attempt_at)
  -- its shard comes with its row in outbox_message
  SELECT r.id, CAST(r.message_id AS uuid), r.consumer, r.message_key, 0, r.headers ->> 'ce_type', r.headers ->> 'content-type', r.handed_over,
         r.headers - 'ce_type' - 'content-type' - 'traceparent', r.headers ->> 'traceparent', r.first_failed_at, 'DELAYED', 0, r.due_at
  FROM replayed r
  WHERE r.origin = 'OUTBOX'
  ORDER BY r.id
), half AS (
  -- a replay asks the producer again, and what is discarded is rolled back
  UPDATE half_message h
  SET state = CASE e.action WHEN 'REPLAY' THEN 'PREPARED' ELSE 'ROLLED_BACK' END, payload = r.handed_over, attempts = 0, next_check_at = r.due_at,
      decided_at = CASE e.action WHEN 'DISCARD' THEN now() END, decided_by = CASE e.action WHEN 'DISCARD' THEN 'OPERATOR' END, letter_id = NULL
  FROM ended e LEFT JOIN replayed r ON r.id = e.id
  WHERE h.id = CASE WHEN e.origin = 'HALF' THEN CAST(e.message_id AS uuid) END AND h.letter_id = e.id
)
SELECT count(*) AS letters,
       -- which ones: what a dry run has counted and what is done can be compared
       count(*) || '-' || md5(concat(CAST(:#action AS text), string_agg(picked.id::text, ',' ORDER BY picked.id))) AS token
FROM picked

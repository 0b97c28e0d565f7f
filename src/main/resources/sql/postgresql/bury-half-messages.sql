-- Half messages whose producers were asked often enough and did not decide: an operator asks again, or rolls them back.
WITH due AS (
  SELECT h.*
  FROM half_message h
  WHERE h.state = 'PREPARED' AND h.next_check_at <= now() AND h.attempts >= CAST(:#max_attempts AS integer)
  ORDER BY h.place
  LIMIT 1000
  FOR UPDATE SKIP LOCKED
), letter AS (
  INSERT INTO dead_letter (origin, consumer, message_id, message_key, payload, headers, attempts, error_class, error_message, first_failed_at)
  SELECT 'HALF', due.destination, due.id::text, due.message_key, due.payload,
         due.headers || jsonb_strip_nulls(jsonb_build_object('ce_type', due.type, 'content-type', due.content_type, 'traceparent', due.traceparent)),
         due.attempts, 'UNDECIDED', format('%s at %s was asked %s times whether it has committed, and the last answer was: %s',
           coalesce(nullif(due.producer, ''), 'the producer'), due.check_host, due.attempts, coalesce(due.last_answer, 'none')), due.prepared_at
  FROM due
  ORDER BY due.place
  RETURNING id, message_id
)
UPDATE half_message h
SET state = 'DEAD', next_check_at = NULL, letter_id = letter.id
FROM letter
WHERE h.id = CAST(letter.message_id AS uuid)
RETURNING h.id

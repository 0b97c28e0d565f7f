-- How a half message of a producer stands. Its payload is not shown.
SELECT h.content,
       json_strip_nulls(json_build_object(
         'id', h.id, 'state', h.state, 'waiting', CASE WHEN h.waiting THEN true END, 'destination', h.destination, 'preparedAt', h.prepared_at,
         'attempts', h.attempts, 'nextCheckAt', h.next_check_at, 'lastAnswer', h.last_answer, 'decidedAt', h.decided_at,
         'decidedBy', h.decided_by, 'deadLetter', h.letter_id))::text AS shown
FROM half_message h
WHERE h.id = CAST(:#id AS uuid) AND h.producer = :#producer

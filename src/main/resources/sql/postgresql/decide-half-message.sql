-- Decides a half message of a producer, once, also if it is a dead letter meanwhile. Tells how it stands then, and nothing if there is none.
WITH mine AS (
  SELECT h.*
  FROM half_message h
  WHERE h.id = CAST(:#id AS uuid) AND h.producer = :#producer
  -- waits for the answer of a check-back, or another request, that is about to decide it
  FOR UPDATE
), decided AS (
  UPDATE half_message h
  SET state = :#decision, waiting = CAST(:#decision AS text) = 'COMMITTED', payload = CASE CAST(:#decision AS text) WHEN 'COMMITTED' THEN h.payload END,
      next_check_at = NULL, decided_at = now(), decided_by = 'PRODUCER', letter_id = NULL
  FROM mine
  WHERE h.id = mine.id AND mine.state IN ('PREPARED', 'DEAD')
  RETURNING h.id
), audit AS (
  INSERT INTO dead_letter_audit (action, who, reason, filter, letters)
  SELECT CASE CAST(:#decision AS text) WHEN 'COMMITTED' THEN 'REPLAY' ELSE 'DISCARD' END, coalesce(nullif(mine.producer, ''), 'its producer'),
         'decided by its producer after all', jsonb_build_object('ids', jsonb_build_array(mine.letter_id)), 1
  FROM mine
  WHERE mine.state = 'DEAD'
  RETURNING id
), letter AS (
  UPDATE dead_letter d
  SET ended_at = now(), audit_id = audit.id, alerted_at = coalesce(d.alerted_at, now())
  FROM mine, audit
  WHERE d.id = mine.letter_id
)
SELECT CASE WHEN decided.id IS NULL THEN mine.state ELSE :#decision END AS state, decided.id IS NOT NULL AS decided,
       coalesce(mine.decided_by, 'PRODUCER') AS decided_by, mine.decided_at
FROM mine LEFT JOIN decided ON decided.id = mine.id

-- What producers have answered. A decision counts whenever it comes; everything else only for the check that was the last one.
WITH outcome AS (
  SELECT o.id, o.attempt, o.decision, o.answer
  FROM jsonb_to_recordset(CAST(:#outcomes AS jsonb)) AS o (id uuid, attempt integer, decision text, answer text)
), picked AS (
  SELECT h.id, h.attempts >= CAST(:#max_attempts AS integer) AS asked_enough, o.decision, o.answer
  FROM half_message h JOIN outcome o ON o.id = h.id
  WHERE h.state = 'PREPARED' AND (o.decision IS NOT NULL OR h.attempts = o.attempt)
  ORDER BY h.place
  -- waits for the producer's own decision, which goes first
  FOR UPDATE OF h
)
UPDATE half_message h
SET state = coalesce(p.decision, h.state), waiting = coalesce(p.decision = 'COMMITTED', false),
    payload = CASE WHEN p.decision IS DISTINCT FROM 'ROLLED_BACK' THEN h.payload END, last_answer = p.answer,
    next_check_at = CASE WHEN p.decision IS NOT NULL THEN NULL WHEN p.asked_enough THEN now() ELSE h.next_check_at END,
    decided_at = CASE WHEN p.decision IS NOT NULL THEN now() END, decided_by = CASE WHEN p.decision IS NOT NULL THEN 'CHECK_BACK' END
FROM picked p
WHERE h.id = p.id

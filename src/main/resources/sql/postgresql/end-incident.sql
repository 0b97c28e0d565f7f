UPDATE incident i
SET ended_at = now()
WHERE i.kind = ? AND i.subject = ? AND i.ended_at IS NULL
RETURNING i.times

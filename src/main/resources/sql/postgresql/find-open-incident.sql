SELECT i.times
FROM incident i
WHERE i.kind = ? AND i.subject = ? AND i.ended_at IS NULL

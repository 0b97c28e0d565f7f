-- One that has ended begins anew, and is told anew.
INSERT INTO incident AS i (kind, subject, error_class, error_message)
VALUES (?, ?, ?, ?)
ON CONFLICT (kind, subject) DO UPDATE
SET error_class = EXCLUDED.error_class, error_message = EXCLUDED.error_message, last_seen_at = now(),
    times = CASE WHEN i.ended_at IS NULL THEN i.times + 1 ELSE 1 END,
    started_at = CASE WHEN i.ended_at IS NULL THEN i.started_at ELSE now() END,
    alerted_at = CASE WHEN i.ended_at IS NULL THEN i.alerted_at END,
    end_alerted_at = NULL, ended_at = NULL
RETURNING times

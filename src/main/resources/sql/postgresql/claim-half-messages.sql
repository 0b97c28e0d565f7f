-- Undecided half messages whose producers are to be asked now, so many of each host: one that is slow or has many holds up nobody else. The
-- check is counted before it is made, and nobody holds a lock meanwhile: whoever asks twice gets the same answer.
WITH RECURSIVE host (name) AS (
  (SELECT h.check_host FROM half_message h WHERE h.state = 'PREPARED' ORDER BY h.check_host LIMIT 1)
  UNION ALL
  SELECT (SELECT h.check_host FROM half_message h WHERE h.state = 'PREPARED' AND h.check_host > host.name ORDER BY h.check_host LIMIT 1)
  FROM host
  WHERE host.name IS NOT NULL
), due AS (
  SELECT first.id
  FROM host CROSS JOIN LATERAL (
    SELECT h.id
    FROM half_message h
    WHERE h.check_host = host.name AND host.name <> ALL (string_to_array(:#busy, ',')) AND h.state = 'PREPARED' AND h.next_check_at <= now() AND h.attempts < CAST(:#max_attempts AS integer)
    ORDER BY h.next_check_at, h.place
    LIMIT CAST(:#batch AS integer)
    -- other processes ask others
    FOR UPDATE SKIP LOCKED) first
)
UPDATE half_message h
SET attempts = h.attempts + 1, next_check_at = now() + CAST(:#delay AS bigint) * interval '1 millisecond'
FROM due
WHERE h.id = due.id
RETURNING h.id::text AS id, h.check_back, h.check_host, h.attempts

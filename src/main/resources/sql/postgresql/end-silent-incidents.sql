-- A burial that is refused is tried again and again, and a process without a broker asks for it: each says so each time, and silence means that
-- it was not.
UPDATE incident
SET ended_at = now()
WHERE kind IN ('BURIAL', 'BROKER') AND ended_at IS NULL AND last_seen_at < now() - interval '10 minutes'
  -- unless a burial waits for its next attempt that long
  AND NOT (kind = 'BURIAL' AND EXISTS (SELECT 1 FROM inbox_parked p WHERE p.consumer = incident.subject AND p.exhausted))

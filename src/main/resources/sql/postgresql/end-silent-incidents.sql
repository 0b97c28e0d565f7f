-- A burial that is refused is tried again and again, and a process without a broker asks for it, and each says so each time: silence means
-- that it was not.
UPDATE incident
SET ended_at = now()
WHERE kind IN ('BURIAL', 'BROKER') AND ended_at IS NULL AND last_seen_at < now() - interval '10 minutes'
  -- unless it waits for its next attempt that long
  AND NOT EXISTS (SELECT 1 FROM inbox_parked p WHERE p.consumer = incident.subject AND p.exhausted)

-- A burial that is refused is tried again and again, a process without a broker asks for it, and a receiver looks for its topics: each says so each
-- time, and silence means that it was not, or that nobody wants it any more: a topic whose name was corrected for example.
UPDATE incident
SET ended_at = now()
WHERE kind IN ('BURIAL', 'BROKER', 'TOPIC_MISSING', 'TOPIC_SILENT') AND ended_at IS NULL AND last_seen_at < now() - interval '10 minutes'
  -- unless a burial waits for its next attempt that long
  AND NOT (kind = 'BURIAL' AND EXISTS (SELECT 1 FROM inbox_parked p WHERE p.consumer = incident.subject AND p.exhausted))

-- Closed and an incident are one fact.
WITH closed AS (
  INSERT INTO outbox_closed (destination, next_probe_at, error_class, error_message)
  SELECT c.destination, now() + c.delay * interval '1 millisecond', c.error_class, c.error_message
  FROM jsonb_to_recordset(CAST(:?closing AS jsonb)) AS c (destination text, delay bigint, error_class text, error_message text)
  -- in one order, so that two relays that close the same ones do not wait for each other in a circle
  ORDER BY c.destination
  ON CONFLICT (destination) DO NOTHING
  RETURNING destination, error_class, error_message
)
INSERT INTO incident AS i (kind, subject, error_class, error_message)
SELECT 'CLOSED', closed.destination, closed.error_class, closed.error_message
FROM closed
ORDER BY closed.destination
ON CONFLICT (kind, subject) DO UPDATE
SET error_class = EXCLUDED.error_class, error_message = EXCLUDED.error_message, last_seen_at = now(), times = i.times + 1, started_at = now(),
    alerted_at = NULL, end_alerted_at = NULL, ended_at = NULL

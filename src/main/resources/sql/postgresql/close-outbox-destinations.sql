INSERT INTO outbox_closed (destination, next_probe_at, error_class, error_message)
SELECT c.destination, now() + c.delay * interval '1 millisecond', c.error_class, c.error_message
FROM jsonb_to_recordset(CAST(:?closing AS jsonb)) AS c (destination text, delay bigint, error_class text, error_message text)
-- in one order, so that two relays that close the same ones do not wait for each other in a circle
ORDER BY c.destination
ON CONFLICT (destination) DO NOTHING

SELECT c.destination
FROM outbox_closed c
WHERE c.next_probe_at <= now()
ORDER BY c.next_probe_at
LIMIT 100
-- no relay waits for this lock: they only read the rows, and other processes look at other destinations
FOR UPDATE SKIP LOCKED

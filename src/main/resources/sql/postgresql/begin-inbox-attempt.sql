-- In a transaction of its own, before a message that comes again is handled: a process that does not live to tell how that ends has told that it began.
INSERT INTO inbox_attempt AS a (consumer, source, message_id, process)
VALUES (?, ?, ?, ?)
ON CONFLICT (consumer, source, message_id) DO UPDATE
SET crashes = a.crashes + CASE WHEN a.process <> EXCLUDED.process THEN 1 ELSE 0 END,
    process = EXCLUDED.process, changed_at = now()

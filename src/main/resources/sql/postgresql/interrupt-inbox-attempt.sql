-- In a transaction of its own, after an outage: the process lives, and nothing has failed.
UPDATE inbox_attempt a
SET process = NULL, changed_at = now()
WHERE a.consumer = ? AND a.source = ? AND a.message_id = ?

-- As take-inbox-attempt.sql, for messages that share a transaction. Returns which of them have failed, or outlived a process.
DELETE FROM inbox_attempt a
USING (SELECT CAST(? AS text) AS consumer, m.source, m.message_id FROM unnest(CAST(? AS text[]), CAST(? AS text[])) AS m (source, message_id)) w
WHERE a.consumer = w.consumer AND a.source = w.source AND a.message_id = w.message_id
RETURNING a.message_id, a.attempts > 0 OR a.keepings > 0 OR a.crashes > 0 OR a.permanent AS failed

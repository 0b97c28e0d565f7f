-- In a transaction of its own, after the rollback. What a keeping has failed with does not replace what the message has failed with.
INSERT INTO inbox_attempt AS a (consumer, source, message_id, attempts, keepings, permanent, error_class, error_message, first_failed_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, now())
ON CONFLICT (consumer, source, message_id) DO UPDATE
SET attempts = a.attempts + EXCLUDED.attempts, keepings = a.keepings + EXCLUDED.keepings, process = NULL, changed_at = now(),
    permanent = a.permanent OR EXCLUDED.permanent,
    error_class = CASE WHEN EXCLUDED.attempts > 0 OR a.error_class IS NULL THEN EXCLUDED.error_class ELSE a.error_class END,
    error_message = CASE WHEN EXCLUDED.attempts > 0 OR a.error_class IS NULL THEN EXCLUDED.error_message ELSE a.error_message END,
    first_failed_at = coalesce(a.first_failed_at, now())

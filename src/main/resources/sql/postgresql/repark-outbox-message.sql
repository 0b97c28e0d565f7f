UPDATE outbox_parked p
SET reason = :#reason, attempts = :#attempts, exhausted = :#exhausted, error_class = :#error_class, error_message = :#error_message,
    next_attempt_at = now() + :#delay * interval '1 millisecond'
-- nothing happens if another process has had the message since
WHERE p.shard = :#shard AND p.id = :#id AND p.attempts = :#seen_attempts

UPDATE inbox_parked p
SET attempts = :#attempts, exhausted = :#exhausted, first_failed_at = coalesce(p.first_failed_at, now()),
    error_class = :#error_class, error_message = :#error_message, next_attempt_at = now() + :#delay * interval '1 millisecond'
-- nothing happens if another process has had the message since
WHERE p.id = :#id AND p.attempts = :#seen_attempts

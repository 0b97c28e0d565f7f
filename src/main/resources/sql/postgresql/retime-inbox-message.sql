-- The poorer way to give a failed message its next attempt, where repark-inbox-message.sql was refused: it says nothing of the failure.
UPDATE inbox_parked p
SET attempts = :#attempts, exhausted = :#exhausted, first_failed_at = coalesce(p.first_failed_at, now()),
    error_class = 'unknown', error_message = 'the database has refused to take the error; the log has it',
    next_attempt_at = now() + :#delay * interval '1 millisecond'
WHERE p.id = :#id

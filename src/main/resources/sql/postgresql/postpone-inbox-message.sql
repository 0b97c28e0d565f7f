UPDATE inbox_parked p
-- behind what is due, so that others get their turn, and without an attempt
SET next_attempt_at = now() + :#${exchangeProperty.inboxMessage.postponement} * interval '1 millisecond'
WHERE p.id = :#${exchangeProperty.inboxMessage.id}

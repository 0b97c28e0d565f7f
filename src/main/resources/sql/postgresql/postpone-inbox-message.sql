UPDATE inbox_parked p
-- behind what is due, so that others get their turn, and without an attempt
SET next_attempt_at = now()
WHERE p.id = :#${exchangeProperty.inboxParkedId}

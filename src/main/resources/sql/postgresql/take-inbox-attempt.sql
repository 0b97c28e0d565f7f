-- In the transaction of the effect, the parking or the burial: the row goes with it, and a rollback leaves it.
DELETE FROM inbox_attempt a
WHERE a.consumer = ? AND a.source = ? AND a.message_id = ?
RETURNING a.attempts, a.keepings, a.crashes, a.permanent, a.error_class, a.error_message, a.first_failed_at

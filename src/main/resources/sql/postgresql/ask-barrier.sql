-- The answer to a check-back, committed before it is given. Waits a second for a transaction that has passed the barrier and has not ended; one
-- that comes later finds this row and is refused.
INSERT INTO message_barrier AS b (message_id, decision)
SELECT CAST(:#${variable.barrierMessage} AS uuid), 'ROLLED_BACK'
FROM (SELECT set_config('lock_timeout', '1s', true) AS patience) AS set
WHERE set.patience IS NOT NULL
ON CONFLICT (message_id) DO UPDATE SET decision = b.decision
RETURNING CASE decision WHEN 'COMMITTED' THEN 200 ELSE 409 END AS status

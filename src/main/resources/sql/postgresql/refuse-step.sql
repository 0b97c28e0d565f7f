-- The step that the transaction has entered is not done. A later command finds that.
UPDATE step_barrier
SET state = 'REFUSED', reason = CAST(:#reason AS text)
WHERE saga_name = CAST(:#saga AS text) AND saga_id = CAST(:#sagaId AS text) AND step = CAST(:#step AS smallint) AND action IN ('DO', 'TRY') AND was IS NULL
RETURNING 'NOTHING' AS work, 'REFUSED' AS verdict, reason

-- One command of a saga, in the transaction of the work. Tells what is to be done now, and what is answered. The first to come decides: what is repeated
-- finds its row, and waits for it if another transaction is writing it; what comes behind its own compensation is refused.
INSERT INTO step_barrier AS b (saga_name, saga_id, step, action, state)
SELECT CAST(:#saga AS text), CAST(:#sagaId AS text), CAST(:#step AS smallint), c.action, CASE WHEN c.action IN ('DO', 'TRY') THEN 'DONE' ELSE 'VOID' END
FROM (SELECT CAST(:#action AS text) AS action) c
ON CONFLICT (saga_name, saga_id, step) DO UPDATE
SET action = excluded.action, was = b.state, changed_at = now(),
    state = CASE WHEN b.state = 'DONE' AND excluded.action IN ('UNDO', 'CANCEL') THEN 'UNDONE'
                 WHEN b.state = 'DONE' AND excluded.action = 'CONFIRM' THEN 'CONFIRMED' ELSE b.state END
RETURNING CASE WHEN b.action = 'CONFIRM' AND b.state <> 'CONFIRMED' OR b.action IN ('UNDO', 'CANCEL') AND b.state = 'CONFIRMED' THEN 'IMPOSSIBLE'
               WHEN b.state IS DISTINCT FROM b.was AND b.state <> 'VOID' THEN b.action ELSE 'NOTHING' END AS work,
          CASE WHEN b.action IN ('DO', 'TRY') AND b.state NOT IN ('DONE', 'CONFIRMED') THEN 'REFUSED' ELSE 'DONE' END AS verdict,
          coalesce(b.reason, b.state) AS reason, coalesce(b.was, 'not there') AS was

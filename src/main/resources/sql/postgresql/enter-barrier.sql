-- In the business transaction. Waits for a check-back that is about to be answered, and changes no row if it was.
INSERT INTO message_barrier (message_id, decision)
VALUES (CAST(:#${variable.barrierMessage} AS uuid), 'COMMITTED')
ON CONFLICT (message_id) DO NOTHING

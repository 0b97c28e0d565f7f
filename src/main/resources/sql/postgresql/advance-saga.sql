-- One answer. Only the row of the saga decides, as it is when it is locked: it waits for this answer, or the answer changes nothing.
WITH answer AS (
  SELECT CAST(:#sagaId AS text) AS saga_id, CAST(:#saga AS text) AS saga_name, CAST(:#step AS smallint) AS step, CAST(:#action AS text) AS action,
         CAST(:#answer AS text) AS answer, CAST(:#reason AS text) AS reason
), advanced AS (
  UPDATE saga s
  SET state = CASE WHEN a.answer = 'CONFIRMED' AND s.step < jsonb_array_length(s.steps) THEN 'CONFIRMING'
                   WHEN a.answer = 'DONE' AND s.step = jsonb_array_length(s.steps) AND s.model = 'TCC' THEN 'CONFIRMING'
                   WHEN a.answer IN ('DONE', 'CONFIRMED') AND s.step = jsonb_array_length(s.steps) THEN 'COMPLETED'
                   WHEN a.answer = 'DONE' OR a.answer = 'REFUSED' AND s.step > s.pivot THEN 'RUNNING'
                   WHEN s.step = 1 THEN 'COMPENSATED' ELSE 'COMPENSATING' END,
      step = CASE WHEN a.answer = 'DONE' AND s.step = jsonb_array_length(s.steps) AND s.model = 'TCC' THEN 1
                  WHEN a.answer IN ('DONE', 'CONFIRMED') THEN least(s.step + 1, jsonb_array_length(s.steps))
                  WHEN a.answer = 'REFUSED' AND s.step > s.pivot THEN s.step ELSE greatest(s.step - 1, 1) END,
      reason = CASE a.answer WHEN 'REFUSED' THEN a.reason WHEN 'UNDONE' THEN s.reason END,
      asked_at = now(),
      due_at = CASE WHEN a.answer = 'DONE' AND s.step < jsonb_array_length(s.steps) AND (s.pivot IS NULL OR s.step + 1 < s.pivot)
                      OR a.answer = 'REFUSED' AND s.step > s.pivot THEN now() + s.step_timeout END,
      ended_at = CASE WHEN CASE WHEN a.answer = 'DONE' AND s.model = 'TCC' THEN false
                                WHEN a.answer IN ('DONE', 'CONFIRMED') THEN s.step = jsonb_array_length(s.steps) ELSE s.step = 1 END THEN now() END
  FROM answer a
  WHERE s.saga_id = a.saga_id AND s.saga_name = a.saga_name AND s.step = a.step
    AND (s.state = 'RUNNING' AND a.action = CASE s.model WHEN 'TCC' THEN 'TRY' ELSE 'DO' END AND a.answer IN ('DONE', 'REFUSED')
      OR s.state = 'CONFIRMING' AND a.action = 'CONFIRM' AND a.answer = 'CONFIRMED'
      OR s.state = 'COMPENSATING' AND a.action = CASE s.model WHEN 'TCC' THEN 'CANCEL' ELSE 'UNDO' END AND a.answer = 'UNDONE')
  RETURNING s AS saga, s.ended_at IS NULL AND (s.state IN ('COMPENSATING', 'CONFIRMING') OR a.answer = 'DONE') AS commands
), steps AS (
  -- what another transaction has committed while this one waited is not seen, and yet in conflict
  INSERT INTO saga_step (saga_id, step, name, state, answered_at, reason, undo_asked_at, undone_at, confirm_asked_at, confirmed_at)
  SELECT a.saga_id, a.step, (v.saga).steps -> (a.step - 1) ->> 'name', a.answer, CASE WHEN a.answer IN ('DONE', 'REFUSED') THEN now() END, a.reason, NULL,
         CASE a.answer WHEN 'UNDONE' THEN now() END, NULL, CASE a.answer WHEN 'CONFIRMED' THEN now() END
  FROM advanced v CROSS JOIN answer a
  -- the only one of its saga is tried, and confirmed next
  WHERE NOT v.commands OR (v.saga).step <> a.step
  UNION ALL
  SELECT (v.saga).saga_id, (v.saga).step, (v.saga).steps -> ((v.saga).step - 1) ->> 'name',
         CASE (v.saga).state WHEN 'RUNNING' THEN 'ASKED' WHEN 'CONFIRMING' THEN 'CONFIRMING' ELSE 'UNDOING' END,
         CASE WHEN (v.saga).step = a.step THEN now() END, NULL, CASE (v.saga).state WHEN 'COMPENSATING' THEN now() END, NULL,
         CASE (v.saga).state WHEN 'CONFIRMING' THEN now() END, NULL
  FROM advanced v CROSS JOIN answer a
  WHERE v.commands
  ON CONFLICT (saga_id, step) DO UPDATE
  SET state = excluded.state, answered_at = coalesce(excluded.answered_at, saga_step.answered_at), reason = coalesce(excluded.reason, saga_step.reason),
      undo_asked_at = coalesce(excluded.undo_asked_at, saga_step.undo_asked_at), undone_at = excluded.undone_at,
      confirm_asked_at = coalesce(excluded.confirm_asked_at, saga_step.confirm_asked_at), confirmed_at = excluded.confirmed_at
), ignored AS (
  UPDATE saga_step t
  SET ignored_answers = t.ignored_answers + 1, ignored_answer = a.action || ' ' || a.answer
  FROM answer a
  WHERE t.saga_id = a.saga_id AND t.step = a.step AND NOT EXISTS (SELECT 1 FROM advanced)
    AND EXISTS (SELECT 1 FROM saga s WHERE s.saga_id = a.saga_id AND s.saga_name = a.saga_name)
), command AS (
  INSERT INTO outbox_message (message_id, destination, message_key, type, content_type, payload, headers, traceparent, created_at)
  SELECT c.message_id, c.destination, c.message_key, c.type, c.content_type, c.payload, c.headers, c.traceparent, c.created_at
  FROM advanced v CROSS JOIN LATERAL saga_command(v.saga) c
  WHERE v.commands
)
SELECT CASE WHEN (v.saga).saga_id IS NOT NULL THEN 'ADVANCED' WHEN s.saga_id IS NULL THEN 'UNKNOWN'
            WHEN EXISTS (SELECT 1 FROM saga_step t WHERE t.saga_id = a.saga_id AND t.step = a.step) THEN 'IGNORED' ELSE 'UNASKED' END AS outcome,
       a.saga_id, coalesce((v.saga).state, s.state) AS state, (v.saga).reason AS reason, (v.saga).data::text AS data, (v.saga).ended_at IS NOT NULL AS ended
FROM answer a LEFT JOIN advanced v ON true LEFT JOIN saga s ON s.saga_id = a.saga_id AND s.saga_name = a.saga_name

-- A step that was not answered in time is taken for refused, and is undone too: it may have happened. Behind the pivot a refused step is asked for again.
WITH due AS (
  SELECT s.saga_id
  FROM saga s
  WHERE s.saga_name = CAST(:#sagaName AS text) AND s.due_at <= now()
  ORDER BY s.due_at
  LIMIT 200
  -- who is answered at this moment is not late
  FOR NO KEY UPDATE SKIP LOCKED
), advanced AS (
  UPDATE saga s
  SET state = CASE WHEN s.step > s.pivot THEN 'RUNNING' ELSE 'COMPENSATING' END, reason = CASE WHEN s.step > s.pivot THEN s.reason ELSE 'TIMED_OUT' END,
      asked_at = now(), due_at = NULL
  FROM due
  WHERE s.saga_id = due.saga_id
  RETURNING s AS saga
), steps AS (
  UPDATE saga_step t
  SET state = CASE (v.saga).state WHEN 'RUNNING' THEN 'ASKED' ELSE 'UNDOING' END, reason = (v.saga).reason,
      asks = t.asks + CASE (v.saga).state WHEN 'RUNNING' THEN 1 ELSE 0 END, undo_asked_at = CASE (v.saga).state WHEN 'COMPENSATING' THEN now() END
  FROM advanced v
  WHERE t.saga_id = (v.saga).saga_id AND t.step = (v.saga).step
), command AS (
  INSERT INTO outbox_message (message_id, destination, message_key, type, content_type, payload, headers, traceparent, created_at)
  SELECT c.message_id, c.destination, c.message_key, c.type, c.content_type, c.payload, c.headers, c.traceparent, c.created_at
  FROM advanced v CROSS JOIN LATERAL saga_command(v.saga) c
)
SELECT count(*) FILTER (WHERE (v.saga).state = 'COMPENSATING') AS compensated,
       count(*) FILTER (WHERE (v.saga).state = 'RUNNING') AS again, count(*) AS sagas
FROM advanced v

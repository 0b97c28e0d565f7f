-- Starts a saga, unless there is one of this id: it and its first command are one fact.
WITH started AS (
  INSERT INTO saga (saga_id, saga_name, message_key, data, steps, model, pivot, step_timeout, traceparent, due_at)
  SELECT d.saga_id, d.saga_name, d.message_key, d.data, d.steps, d.model, d.pivot, d.step_timeout, d.traceparent,
         CASE WHEN d.pivot = 1 THEN NULL ELSE now() + d.step_timeout END
  FROM (
    SELECT CAST(:#saga_id AS text) AS saga_id, CAST(:#saga_name AS text) AS saga_name, CAST(:#message_key AS text) AS message_key,
           CAST(:#data AS jsonb) AS data, CAST(:#steps AS jsonb) AS steps, CAST(:#model AS text) AS model, CAST(:#pivot AS smallint) AS pivot,
           CAST(:#step_timeout AS bigint) * interval '1 millisecond' AS step_timeout, CAST(:#traceparent AS text) AS traceparent) d
  -- waits for another transaction that starts it too
  ON CONFLICT (saga_id) DO NOTHING
  RETURNING saga AS started
), step AS (
  INSERT INTO saga_step (saga_id, step, name)
  SELECT (s.started).saga_id, (s.started).step, (s.started).steps -> 0 ->> 'name'
  FROM started s
), command AS (
  INSERT INTO outbox_message (message_id, destination, message_key, type, content_type, payload, headers, traceparent, created_at)
  SELECT c.message_id, c.destination, c.message_key, c.type, c.content_type, c.payload, c.headers, c.traceparent, c.created_at
  FROM started s CROSS JOIN LATERAL saga_command(s.started) c
)
SELECT count(*) AS started
FROM started

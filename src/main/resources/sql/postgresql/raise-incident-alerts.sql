-- New incidents of a kind are one alert, and so are those that have ended. What comes within alert.window after it waits for the next.
WITH begun AS (
  UPDATE incident i
  SET alerted_at = now()
  WHERE i.alerted_at IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM incident t WHERE t.kind = i.kind AND t.alerted_at > now() - CAST(:?window AS bigint) * interval '1 millisecond')
  RETURNING i.*
), ended AS (
  UPDATE incident i
  SET end_alerted_at = now()
  WHERE i.ended_at IS NOT NULL AND i.alerted_at IS NOT NULL AND i.end_alerted_at IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM incident t WHERE t.kind = i.kind AND t.end_alerted_at > now() - CAST(:?window AS bigint) * interval '1 millisecond')
  RETURNING i.*
), alert AS (
  SELECT 'INCIDENT' AS kind, begun.kind AS incident, count(*) AS incidents, min(begun.subject) AS subject
  FROM begun
  GROUP BY begun.kind
  UNION ALL
  SELECT 'OVER', ended.kind, count(*), min(ended.subject)
  FROM ended
  GROUP BY ended.kind
)
INSERT INTO inbox_parked (consumer, message_id, payload, headers, behind, attempts, next_attempt_at)
SELECT channel.name, gen_random_uuid()::text,
       convert_to(json_build_object('kind', alert.kind, 'database', current_database(), 'incident', alert.incident,
         'incidents', alert.incidents, 'consumer', alert.subject, 'errorClass', i.error_class, 'errorMessage', left(i.error_message, 1000),
         'open', (SELECT count(*) FROM incident o WHERE o.kind = alert.incident AND o.ended_at IS NULL))::text, 'UTF8'),
       '{"content-type": "application/json"}', false, 0, now()
FROM alert
JOIN incident i ON i.kind = alert.incident AND i.subject = alert.subject
CROSS JOIN unnest(string_to_array(replace(:?channels, ' ', ''), ',')) AS channel (name)

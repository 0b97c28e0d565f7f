-- The first dead letter of a kind is told at once; those of the window after it are one digest; a window without any ends the matter when none is open.
WITH told AS (
  UPDATE dead_letter d
  SET alerted_at = now()
  WHERE d.alerted_at IS NULL
    -- what is wrong with an alert is told by the log, not by more alerts
    AND d.consumer NOT LIKE 'alert-%'
    AND NOT EXISTS (
      SELECT 1 FROM alert_window w WHERE w.consumer = d.consumer AND w.error_class = d.error_class AND w.ends_at > now())
  RETURNING d.id, d.consumer, d.error_class, d.error_message
), news AS (
  SELECT told.consumer, told.error_class, count(*) AS letters, min(told.id) AS first_id,
         (array_agg(told.error_message ORDER BY told.id))[1] AS error_message
  FROM told
  GROUP BY told.consumer, told.error_class
), opened AS (
  INSERT INTO alert_window (consumer, error_class, ends_at)
  SELECT news.consumer, news.error_class, now() + CAST(:?window AS bigint) * interval '1 millisecond'
  FROM news
  ON CONFLICT (consumer, error_class) DO UPDATE SET ends_at = EXCLUDED.ends_at
), recovered AS (
  DELETE FROM alert_window w
  WHERE w.ends_at <= now()
    AND NOT EXISTS (
      SELECT 1 FROM dead_letter d WHERE d.ended_at IS NULL AND d.consumer = w.consumer AND d.error_class = w.error_class)
  RETURNING w.consumer, w.error_class
), alert AS (
  SELECT CASE WHEN EXISTS (SELECT 1 FROM alert_window w WHERE w.consumer = news.consumer AND w.error_class = news.error_class) THEN 'DIGEST'
              ELSE 'FIRST' END AS kind,
         news.consumer, news.error_class, news.letters, news.first_id, left(news.error_message, 500) AS error_message
  FROM news
  UNION ALL
  SELECT 'RECOVERED', recovered.consumer, recovered.error_class, 0, NULL, NULL
  FROM recovered
)
INSERT INTO inbox_parked (consumer, message_id, payload, headers, behind, attempts, next_attempt_at)
SELECT channel.name, gen_random_uuid()::text,
       convert_to(json_build_object('kind', alert.kind, 'database', current_database(), 'consumer', alert.consumer,
         'errorClass', alert.error_class, 'errorMessage', alert.error_message, 'letters', alert.letters, 'firstLetter', alert.first_id,
         'open', (SELECT count(*) FROM dead_letter d
                  WHERE d.ended_at IS NULL AND d.consumer = alert.consumer AND d.error_class = alert.error_class))::text, 'UTF8'),
       '{"content-type": "application/json"}', false, 0, now()
FROM alert
CROSS JOIN unnest(string_to_array(replace(:?channels, ' ', ''), ',')) AS channel (name)

-- A statement of its own, after the row lock: its snapshot sees every message that was parked behind this one.
WITH finished AS (
  DELETE FROM inbox_parked p
  WHERE p.id = ANY (CAST(:#${exchangeProperty.inboxParked.ids} AS bigint[]))
  RETURNING p.consumer, p.message_key, p.id, p.replayed
)
UPDATE inbox_parked f
SET behind = false
FROM finished d CROSS JOIN LATERAL (
  SELECT n.id
  FROM inbox_parked n
  WHERE n.consumer = d.consumer AND hashtextextended(n.message_key, 0) = hashtextextended(d.message_key, 0) AND n.message_key = d.message_key
    AND n.id > d.id AND n.behind
  ORDER BY n.id
  LIMIT 1) AS next
WHERE f.id = next.id
  -- a replay does not wait for a message that was parked and not committed when it came; who waits for that one is not free when the replay is done
  AND NOT EXISTS (
    SELECT 1
    FROM inbox_parked e
    WHERE d.replayed AND e.consumer = d.consumer AND hashtextextended(e.message_key, 0) = hashtextextended(d.message_key, 0) AND e.message_key = d.message_key
      AND e.id < f.id AND NOT e.replayed AND e.id <> ALL (SELECT o.id FROM finished o))

-- A statement of its own, after the row lock: its snapshot sees every message that was parked behind this one.
WITH finished AS (
  DELETE FROM inbox_parked p
  WHERE p.id = :#id
  RETURNING p.consumer, p.message_key, p.id, p.replayed
)
UPDATE inbox_parked f
SET behind = false
WHERE f.id = (
  SELECT n.id
  FROM inbox_parked n JOIN finished d ON n.consumer = d.consumer
    AND hashtextextended(n.message_key, 0) = hashtextextended(d.message_key, 0) AND n.message_key = d.message_key AND n.id > d.id AND n.behind
  ORDER BY n.id
  LIMIT 1)
  -- a replay does not wait for a message that was parked and not committed when it came; who waits for that one is not free when the replay is done
  AND NOT EXISTS (
    SELECT 1
    FROM inbox_parked e JOIN finished d ON d.replayed AND e.consumer = d.consumer
      AND hashtextextended(e.message_key, 0) = hashtextextended(d.message_key, 0) AND e.message_key = d.message_key AND e.id <> d.id
    WHERE e.id < f.id AND NOT e.replayed)

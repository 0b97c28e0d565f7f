-- A statement of its own, after the row lock: its snapshot sees every message that was parked behind this one.
WITH finished AS (
  DELETE FROM inbox_parked p
  WHERE p.id = :#id
  RETURNING p.consumer, p.message_key, p.id
)
UPDATE inbox_parked f
SET behind = false
WHERE f.id = (
  SELECT n.id
  FROM inbox_parked n JOIN finished d ON n.consumer = d.consumer
    AND hashtextextended(n.message_key, 0) = hashtextextended(d.message_key, 0) AND n.message_key = d.message_key AND n.id > d.id
  ORDER BY n.id
  LIMIT 1)

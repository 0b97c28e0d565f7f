-- If somebody has deleted a parked message by hand, what waited behind it goes on.
UPDATE inbox_parked f
SET behind = false
WHERE f.behind AND NOT EXISTS (
  SELECT 1
  FROM inbox_parked h
  WHERE h.consumer = f.consumer AND hashtextextended(h.message_key, 0) = hashtextextended(f.message_key, 0) AND h.message_key = f.message_key
    AND h.id < f.id)

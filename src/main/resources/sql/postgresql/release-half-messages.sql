-- Moves committed half messages into the outbox, the first of each key: who waits behind one that is not decided stays. Tells how many, and
-- whether another look may find more: somebody waits, or comes behind one of these and may have been decided meanwhile.
WITH free AS (
  SELECT h.*
  FROM half_message h
  WHERE h.waiting
    AND NOT EXISTS (
      SELECT 1
      FROM half_message e
      WHERE h.ordered AND e.ordered AND (e.state = 'PREPARED' OR e.waiting) AND e.destination = h.destination
        AND hashtextextended(e.message_key, 0) = hashtextextended(h.message_key, 0) AND e.message_key = h.message_key AND e.place < h.place)
  ORDER BY h.place
  LIMIT 1000
  -- other processes move other messages
  FOR UPDATE SKIP LOCKED
), moved AS (
  UPDATE half_message h
  SET waiting = false, payload = NULL, headers = '{}'
  FROM free
  WHERE h.id = free.id
), sent AS (
  INSERT INTO outbox_message (message_id, destination, message_key, type, content_type, payload, headers, traceparent, created_at)
  SELECT free.id, free.destination, free.message_key, free.type, free.content_type, free.payload, free.headers, free.traceparent, now()
  FROM free
  WHERE free.due_at IS NULL AND free.delay IS NULL
  ORDER BY free.place
), delayed AS (
  INSERT INTO outbox_parked (id, message_id, destination, message_key, shard, type, content_type, payload, headers, traceparent,
                             created_at, reason, attempts, next_attempt_at)
  -- it has neither a place nor a shard yet: both come with its row in outbox_message
  SELECT 0, free.id, free.destination, free.message_key, 0, free.type, free.content_type,
         free.payload, free.headers, free.traceparent, now(), 'DELAYED', 0, coalesce(free.due_at, now() + free.delay)
  FROM free
  WHERE free.due_at IS NOT NULL OR free.delay IS NOT NULL
)
SELECT count(*) AS messages,
       EXISTS (SELECT 1 FROM half_message h WHERE h.waiting AND NOT EXISTS (SELECT 1 FROM free WHERE free.id = h.id))
       OR EXISTS (
         SELECT 1
         FROM free JOIN half_message h
           ON h.destination = free.destination AND hashtextextended(h.message_key, 0) = hashtextextended(free.message_key, 0)
             AND h.message_key = free.message_key AND h.place > free.place
         WHERE free.ordered AND h.ordered AND (h.state = 'PREPARED' OR h.waiting)) AS more
FROM free

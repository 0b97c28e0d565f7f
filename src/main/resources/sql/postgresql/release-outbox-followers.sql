-- With the shards locked, after what held back these keys is gone: what is first of a key now waits for nobody and is due.
UPDATE outbox_parked p
SET reason = 'RELEASED', next_attempt_at = now()
FROM (
  SELECT f.id, f.message_id, f.reason
  FROM jsonb_to_recordset(CAST(:?done AS jsonb)) AS k (destination text, message_key text)
  CROSS JOIN LATERAL (
    SELECT n.id, n.message_id, n.reason
    FROM outbox_parked n
    WHERE n.destination = k.destination AND hashtextextended(n.message_key, 0) = hashtextextended(k.message_key, 0)
      AND n.message_key = k.message_key AND n.reason <> 'DELAYED'
    ORDER BY n.id
    LIMIT 1) f
) first
WHERE first.reason = 'BEHIND' AND p.id = first.id AND p.message_id = first.message_id

SELECT string_agg(free.shard::text, ',') AS shards
FROM (
  SELECT s.shard
  FROM outbox_shard s
  WHERE EXISTS (
      SELECT 1 FROM outbox_opened o JOIN outbox_parked p ON p.reason = 'CLOSED' AND p.destination = o.destination AND p.shard = s.shard)
    OR EXISTS (
      SELECT 1 FROM outbox_parked p
      WHERE p.shard = s.shard AND p.reason IN ('REFUSED', 'RELEASED') AND p.next_attempt_at <= now()
        AND NOT EXISTS (SELECT 1 FROM outbox_closed c WHERE c.destination = p.destination))
  ORDER BY random()
  LIMIT CAST(:?shards AS integer)
  -- with the locks of the relays: none of them may send what follows a message before it is sent
  FOR NO KEY UPDATE SKIP LOCKED
) free

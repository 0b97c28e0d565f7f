SELECT string_agg(owned.shard::text, ',') AS shards
FROM (
  SELECT s.shard
  FROM outbox_shard s
  JOIN (
    SELECT p.shard, p.reason
    FROM outbox_parked p
    WHERE p.next_attempt_at <= now() AND p.reason IN ('REFUSED', 'CIRCUIT')
    ORDER BY p.next_attempt_at, p.id
    LIMIT 1
  ) due ON s.shard = due.shard OR due.reason = 'CIRCUIT'
  ORDER BY s.shard
  -- waits for the relays that own the shards: none may send what follows the message before it is sent
  FOR UPDATE OF s
) owned

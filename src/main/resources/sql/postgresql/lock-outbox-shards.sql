SELECT string_agg(free.shard::text, ',') AS shards
FROM (
  SELECT s.shard
  FROM outbox_shard s
  -- a look for each shard: in a join PostgreSQL might read the whole table
  WHERE (SELECT min(m.id) FROM outbox_message m WHERE m.shard = s.shard AND m.id >= (CAST(:?low AS bigint[]))[s.shard + 1]) IS NOT NULL
  -- in turn, so that no shard starves behind busier ones
  ORDER BY random()
  LIMIT CAST(:?shards AS integer)
  -- the lock is the ownership: it is freed by commit, rollback or the death of the session
  FOR NO KEY UPDATE SKIP LOCKED
) free

WITH known AS (
  -- where each shard begins, if this is still the outbox of which that is known
  SELECT CAST(:?low AS bigint[]) AS low
  WHERE CAST(:?epoch AS text) = pg_postmaster_start_time() || ' ' || pg_relation_filenode(pg_get_serial_sequence('outbox_message', 'id')::regclass)
)
SELECT string_agg(free.shard::text, ',') AS shards
FROM (
  SELECT s.shard
  FROM outbox_shard s
  -- a look for each shard: in a join PostgreSQL might read the whole table
  WHERE (SELECT min(m.id) FROM outbox_message m WHERE m.shard = s.shard AND m.id >= coalesce((SELECT known.low[s.shard + 1] FROM known), -9223372036854775808)) IS NOT NULL
  -- in turn, so that no shard starves behind busier ones
  ORDER BY random()
  LIMIT CAST(:?shards AS integer)
  -- the lock is the ownership: it is freed by commit, rollback or the death of the session
  FOR NO KEY UPDATE SKIP LOCKED
) free

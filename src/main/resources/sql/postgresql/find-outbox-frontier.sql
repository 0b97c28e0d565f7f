-- For each shard the first message that waits, in ids up to which no other can appear.
SELECT string_agg(least(first.id, CAST(:?settled AS bigint) + 1)::text, ',' ORDER BY s.shard) AS low
FROM outbox_shard s CROSS JOIN LATERAL (
  SELECT min(m.id) AS id
  FROM outbox_message m
  WHERE m.shard = s.shard AND m.id >= coalesce((CAST(:?from AS bigint[]))[s.shard + 1], -9223372036854775808)) first

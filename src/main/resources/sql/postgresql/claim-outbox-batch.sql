-- A statement of its own, after the shard locks: its snapshot sees all that their last owner did. The rows stay until they are sent.
WITH known AS (
  -- where each shard begins, if this is still the outbox of which that is known
  SELECT CAST(:?low AS bigint[]) AS low
  WHERE CAST(:?epoch AS text) = pg_postmaster_start_time() || ' ' || pg_relation_filenode(pg_get_serial_sequence('outbox_message', 'id')::regclass)
)
SELECT b.id, b.message_id::text AS message_id, b.destination, b.message_key, b.shard, b.type, b.content_type, b.bytes,
       -- what no producer may send is not read
       CASE WHEN b.bytes <= CAST(:?longest AS bigint) THEN b.payload END AS payload,
       nullif(b.headers, '{}')::text AS headers, b.traceparent, b.created_at, 0 AS attempts, false AS exhausted,
       (SELECT p.reason FROM outbox_parked p
        WHERE p.destination = b.destination AND hashtextextended(p.message_key, 0) = hashtextextended(b.message_key, 0)
          AND p.message_key = b.message_key AND p.id < b.id AND p.reason <> 'DELAYED'
        ORDER BY p.id DESC LIMIT 1) AS behind,
       EXISTS (SELECT 1 FROM outbox_closed c WHERE c.destination = b.destination) AS closed, false AS parked
FROM (
  SELECT m.*, sum(least(m.bytes, CAST(:?longest AS bigint))) OVER (ORDER BY m.id, m.message_id ROWS UNBOUNDED PRECEDING) AS total
  FROM unnest(CAST(string_to_array(:?locked, ',') AS smallint[])) AS s (shard)
  CROSS JOIN LATERAL (
    SELECT o.*, coalesce(octet_length(o.payload), 0) AS bytes
    FROM outbox_message o
    -- none is before it: those that were may take long to look through
    WHERE o.shard = s.shard AND o.id >= coalesce((SELECT known.low[s.shard + 1] FROM known), -9223372036854775808)
    ORDER BY o.id
    LIMIT CAST(:?rows AS integer)
  ) m
) b
-- the first one always, however large
WHERE b.total - least(b.bytes, CAST(:?longest AS bigint)) < CAST(:?bytes AS bigint)
ORDER BY b.id, b.message_id

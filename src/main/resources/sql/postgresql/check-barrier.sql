-- What barrier.sql makes and this database lacks, or else what the current user may not do with it.
SELECT CASE
         WHEN b.oid IS NULL THEN 'table message_barrier'
         WHEN c.missing IS NOT NULL THEN c.missing
         -- ON CONFLICT (message_id) needs it
         WHEN NOT EXISTS (
           SELECT 1
           FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
           WHERE i.indrelid = b.oid AND i.indisunique AND i.indisvalid AND i.indnkeyatts = 1 AND i.indpred IS NULL AND a.attname = 'message_id')
         THEN 'unique index message_barrier_pkey' END AS missing,
       p.forbidden
FROM (SELECT to_regclass('message_barrier') AS oid) AS b
  CROSS JOIN LATERAL (
    SELECT min('column message_barrier.' || e.name || ' of type ' || e.type) AS missing
    FROM (VALUES ('decided_at', 'timestamptz'), ('decision', 'text'), ('message_id', 'uuid')) AS e (name, type)
    WHERE NOT EXISTS (
      SELECT 1
      FROM pg_attribute a
      WHERE a.attrelid = b.oid AND a.attname = e.name AND a.atttypid = to_regtype(e.type) AND NOT a.attisdropped)) AS c
  CROSS JOIN LATERAL (
    SELECT string_agg(e.privilege, ', ' ORDER BY e.privilege) AS forbidden
    FROM unnest(ARRAY['INSERT', 'SELECT', 'UPDATE']) AS e (privilege)
    WHERE b.oid IS NOT NULL AND NOT has_table_privilege(b.oid, e.privilege)) AS p

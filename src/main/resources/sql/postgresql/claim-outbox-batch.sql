-- A statement of its own, after the shard locks: its snapshot sees all that their last owner did.
DELETE FROM outbox_message m
USING (
  SELECT s.shard, oldest.id
  FROM unnest(CAST(string_to_array(:?locked, ',') AS smallint[])) AS s (shard)
  CROSS JOIN LATERAL (
    SELECT o.id
    FROM outbox_message o
    WHERE o.shard = s.shard
    ORDER BY o.id
    LIMIT CAST(:?rows AS integer)
  ) oldest
) due
WHERE m.shard = due.shard AND m.id = due.id
RETURNING m.shard, m.id, m.message_id::text AS message_id, m.destination, m.message_key, m.type, m.content_type, m.payload,
          nullif(m.headers, '{}')::text AS headers, m.traceparent, m.created_at,
          EXISTS (SELECT 1 FROM outbox_parked p
                  WHERE p.message_key = m.message_key AND p.id < m.id AND p.reason <> 'DELAYED') AS behind_key,
          EXISTS (SELECT 1 FROM outbox_parked c
                  WHERE c.destination = m.destination AND c.reason = 'CIRCUIT') AS behind_circuit

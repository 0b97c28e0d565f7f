-- A statement of its own, after the shard locks: its snapshot sees all that their last owner did. The rows stay until they are sent.
WITH locked AS (
  SELECT s.shard FROM unnest(CAST(string_to_array(:?locked, ',') AS smallint[])) AS s (shard)
), due AS (
  SELECT d.*
  FROM locked CROSS JOIN LATERAL (
    SELECT p.id, p.message_id, p.destination, p.message_key, p.reason, p.exhausted, p.next_attempt_at
    FROM outbox_parked p
    WHERE p.shard = locked.shard AND p.reason IN ('REFUSED', 'RELEASED') AND p.next_attempt_at <= now()
      AND NOT EXISTS (SELECT 1 FROM outbox_closed c WHERE c.destination = p.destination)
    ORDER BY p.next_attempt_at
    LIMIT 10) d
), others AS (
  SELECT d.id, d.message_id FROM due d WHERE d.exhausted
  UNION ALL
  -- a released message and what is behind it, up to the next one that holds back the key
  SELECT f.id, f.message_id
  FROM due d CROSS JOIN LATERAL (
    SELECT p.id, p.message_id
    FROM outbox_parked p
    WHERE p.destination = d.destination AND hashtextextended(p.message_key, 0) = hashtextextended(d.message_key, 0)
      AND p.message_key = d.message_key AND p.reason <> 'DELAYED' AND p.reason IN ('RELEASED', 'BEHIND')
      AND p.id < coalesce((
        SELECT min(h.id) FROM outbox_parked h
        WHERE h.destination = d.destination AND hashtextextended(h.message_key, 0) = hashtextextended(d.message_key, 0)
          AND h.message_key = d.message_key AND h.reason = 'REFUSED'), 9223372036854775807)
    ORDER BY p.id
    LIMIT CAST(:?rows AS integer)) f
  WHERE d.reason = 'RELEASED'
  UNION ALL
  SELECT w.id, w.message_id
  FROM outbox_opened o CROSS JOIN locked CROSS JOIN LATERAL (
    SELECT p.id, p.message_id
    FROM outbox_parked p
    WHERE p.reason = 'CLOSED' AND p.destination = o.destination AND p.shard = locked.shard
    ORDER BY p.id
    LIMIT CAST(:?rows AS integer)) w
), refused AS (
  -- alone: if it is refused again, nothing else is rolled back with it
  SELECT d.id, d.message_id FROM due d WHERE d.reason = 'REFUSED' AND NOT d.exhausted ORDER BY d.next_attempt_at, d.id LIMIT 1
), picked AS (
  SELECT r.id, r.message_id FROM refused r WHERE CAST(:?turn AS boolean) OR NOT EXISTS (SELECT 1 FROM others)
  UNION
  SELECT o.id, o.message_id FROM others o WHERE NOT (CAST(:?turn AS boolean) AND EXISTS (SELECT 1 FROM refused))
)
SELECT b.id, b.message_id::text AS message_id, b.destination, b.message_key, b.shard, b.type, b.content_type, b.bytes,
       CASE WHEN b.bytes <= CAST(:?longest AS bigint) THEN b.payload END AS payload,
       nullif(b.headers, '{}')::text AS headers, b.traceparent, b.created_at, b.attempts, b.exhausted,
       (SELECT 'BEHIND' FROM outbox_parked p
        WHERE b.reason = 'CLOSED' AND p.destination = b.destination AND hashtextextended(p.message_key, 0) = hashtextextended(b.message_key, 0)
          AND p.message_key = b.message_key AND p.id < b.id AND p.reason <> 'DELAYED' AND p.reason <> 'CLOSED'
        LIMIT 1) AS behind,
       false AS closed, true AS parked
FROM (
  SELECT p.*, coalesce(octet_length(p.payload), 0) AS bytes,
         sum(least(coalesce(octet_length(p.payload), 0), CAST(:?longest AS bigint)))
           OVER (ORDER BY p.id, p.message_id ROWS UNBOUNDED PRECEDING) AS total
  FROM picked JOIN outbox_parked p ON p.id = picked.id AND p.message_id = picked.message_id
) b
WHERE b.total - least(b.bytes, CAST(:?longest AS bigint)) < CAST(:?bytes AS bigint)
ORDER BY b.id, b.message_id

-- For each consumer the parked message that its inbox-retry takes next, if that is due. It looks at one row of each.
WITH RECURSIVE parked (consumer) AS (
  (SELECT p.consumer FROM inbox_parked p WHERE NOT p.behind ORDER BY p.consumer LIMIT 1)
  UNION ALL
  SELECT (SELECT p.consumer FROM inbox_parked p WHERE NOT p.behind AND p.consumer > c.consumer ORDER BY p.consumer LIMIT 1)
  FROM parked c
  WHERE c.consumer IS NOT NULL
)
SELECT f.consumer, f.id || ' ' || f.next_attempt_at AS first, f.next_attempt_at::text AS due_at
FROM parked c CROSS JOIN LATERAL (
  SELECT p.consumer, p.id, p.next_attempt_at
  FROM inbox_parked p
  WHERE p.consumer = c.consumer AND NOT p.behind AND p.next_attempt_at <= now()
  ORDER BY p.next_attempt_at, p.id
  LIMIT 1) f
ORDER BY f.consumer

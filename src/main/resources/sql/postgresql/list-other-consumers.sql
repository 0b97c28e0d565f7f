-- The consumers that this database has rows of, but for those of the parameters and the channels of alerts; nothing if it has any of the first.
WITH RECURSIVE known (consumer) AS (
  (SELECT i.consumer FROM inbox_message i ORDER BY i.consumer LIMIT 1)
  UNION ALL
  SELECT (SELECT i.consumer FROM inbox_message i WHERE i.consumer > k.consumer ORDER BY i.consumer LIMIT 1)
  FROM known k
  WHERE k.consumer IS NOT NULL
), consumers AS (
  SELECT k.consumer FROM known k
  UNION
  SELECT p.consumer FROM inbox_position p
)
SELECT string_agg(c.consumer, ', ' ORDER BY c.consumer) AS others
FROM consumers c
WHERE c.consumer <> ALL (CAST(? AS text[])) AND c.consumer NOT LIKE 'alert-%'
  AND NOT EXISTS (SELECT 1 FROM consumers mine WHERE mine.consumer = ?)

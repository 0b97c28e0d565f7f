-- After a switch-over by logical replication, for example, ids are given out again from the beginning while older messages wait with higher ones.
WITH place AS (
  SELECT pg_get_serial_sequence('outbox_message', 'id') AS name,
         greatest((SELECT max(m.id) FROM outbox_message m), (SELECT max(p.id) FROM outbox_parked p WHERE p.reason <> 'DELAYED')) AS waiting
), behind AS (
  SELECT place.name, coalesce(s.last_value, 0) AS given, place.waiting
  FROM place JOIN pg_sequences s ON format('%I.%I', s.schemaname, s.sequencename) = place.name
  -- who may not see the sequence sees no last_value either
  WHERE has_sequence_privilege(place.name, 'USAGE, SELECT') AND coalesce(s.last_value, 0) < place.waiting
)
SELECT behind.given, behind.waiting,
       CASE WHEN has_sequence_privilege(behind.name, 'UPDATE') THEN setval(behind.name::regclass, behind.waiting) END AS moved
FROM behind

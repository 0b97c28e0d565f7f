-- Why letters that were asked for by id cannot be replayed or discarded.
SELECT string_agg(asked.id || CASE
         WHEN d.id IS NULL THEN ' is unknown'
         WHEN a.action = 'REPLAY' THEN ' was replayed at ' || d.ended_at || ' by ' || a.who
         ELSE ' was discarded at ' || d.ended_at || ' by ' || a.who END, '; ' ORDER BY asked.id) AS problems
FROM unnest(CAST(string_to_array(:#ids, ',') AS bigint[])) AS asked (id)
LEFT JOIN dead_letter d ON d.id = asked.id
LEFT JOIN dead_letter_audit a ON a.id = d.audit_id
WHERE d.id IS NULL OR d.ended_at IS NOT NULL

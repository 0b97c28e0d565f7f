-- Which of these rights the current user lacks. Of what is not there nobody has any.
SELECT string_agg(g.privilege || ' on ' || g.object, ', ' ORDER BY g.number) AS missing
FROM unnest(CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[])) WITH ORDINALITY AS g (kind, object, privilege, number)
WHERE NOT coalesce(CASE g.kind
  WHEN 'SEQUENCE' THEN has_sequence_privilege(to_regclass(g.object), g.privilege)
  WHEN 'FUNCTION' THEN has_function_privilege(to_regprocedure(g.object), g.privilege)
  ELSE has_table_privilege(to_regclass(g.object), g.privilege) END, false)

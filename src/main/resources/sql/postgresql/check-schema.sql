-- What schema.sql of this release makes and this database lacks: tables first, then their columns, then the rest.
WITH expected (kind, relation, columns) AS (
  VALUES
    ('table', 'alert_window', 'consumer text, error_class text, ends_at timestamptz'),
    ('table', 'dead_letter', 'id bigint, origin text, consumer text, source text, message_id text, message_key text, topic text,
      topic_partition integer, topic_offset bigint, payload bytea, headers jsonb, attempts integer, error_class text,
      error_message text, first_failed_at timestamptz, last_failed_at timestamptz, alerted_at timestamptz,
      ended_at timestamptz, audit_id bigint'),
    ('table', 'dead_letter_audit', 'id bigint, action text, who text, reason text, filter jsonb, letters bigint, acted_at timestamptz,
      payload bytea, replaced_by bytea'),
    ('table', 'half_message', 'id uuid, place bigint, producer text, content text, destination text, message_key text, type text, content_type text,
      payload bytea, headers jsonb, traceparent text, due_at timestamptz, delay interval, ordered boolean, check_back text, check_host text,
      state text, waiting boolean, attempts integer, next_check_at timestamptz, last_answer text, prepared_at timestamptz,
      decided_at timestamptz, decided_by text, letter_id bigint'),
    ('table', 'inbox_attempt', 'consumer text, source text, message_id text, attempts integer, keepings integer, crashes integer, process text,
      permanent boolean, error_class text, error_message text, first_failed_at timestamptz, changed_at timestamptz'),
    ('table', 'inbox_message', 'consumer text, source text, message_id text, received_at timestamptz'),
    ('table', 'inbox_parked', 'id bigint, consumer text, source text, message_id text, message_key text, topic text, topic_partition integer,
      topic_offset bigint, payload bytea, headers jsonb, parked_at timestamptz, behind boolean, replayed boolean,
      exhausted boolean, attempts integer, first_failed_at timestamptz, next_attempt_at timestamptz, error_class text,
      error_message text'),
    ('table', 'inbox_position', 'consumer text, topic text, topic_partition integer, topic_id text, position bigint, moved_at timestamptz, era bigint'),
    ('table', 'incident', 'kind text, subject text, error_class text, error_message text, times bigint, started_at timestamptz,
      last_seen_at timestamptz, ended_at timestamptz, alerted_at timestamptz, end_alerted_at timestamptz'),
    ('table', 'outbox_closed', 'destination text, closed_at timestamptz, next_probe_at timestamptz, error_class text, error_message text'),
    ('table', 'outbox_message', 'id bigint, message_id uuid, destination text, message_key text, shard smallint, type text, content_type text,
      payload bytea, headers jsonb, traceparent text, created_at timestamptz'),
    ('view', 'outbox_opened', 'destination text'),
    ('table', 'outbox_parked', 'id bigint, message_id uuid, destination text, message_key text, shard smallint, type text, content_type text,
      payload bytea, headers jsonb, traceparent text, created_at timestamptz, parked_at timestamptz, reason text,
      exhausted boolean, attempts integer, first_failed_at timestamptz, next_attempt_at timestamptz, error_class text,
      error_message text'),
    ('table', 'outbox_sent', 'sent_id uuid, message_id uuid, destination text, message_key text, type text, content_type text, payload bytea,
      headers jsonb, traceparent text, created_at timestamptz, sent_at timestamptz'),
    ('table', 'outbox_shard', 'shard smallint'),
    ('table', 'outbox_sleep', 'one boolean, asleep boolean'),
    ('table', 'saga', 'saga_id text, saga_name text, message_key text, data jsonb, steps jsonb, model text, pivot smallint, step_timeout interval,
      traceparent text, state text, step smallint, reason text, asked_at timestamptz, due_at timestamptz, started_at timestamptz, ended_at timestamptz'),
    ('table', 'saga_step', 'saga_id text, step smallint, name text, state text, asks integer, asked_at timestamptz, answered_at timestamptz,
      reason text, undo_asked_at timestamptz, undone_at timestamptz, confirm_asked_at timestamptz, confirmed_at timestamptz, ignored_answers integer, ignored_answer text'),
    ('table', 'step_barrier', 'saga_name text, saga_id text, step smallint, state text, reason text, action text, was text, changed_at timestamptz'),
    ('view', 'msg_published', 'message_id text, destination text, message_key text, type text, status text, attempts integer,
      next_attempt_at timestamptz, error_message text, created_at timestamptz, reason text'),
    ('view', 'msg_received', 'message_id text, consumer text, status text, attempts integer, next_attempt_at timestamptz, error_message text,
      received_at timestamptz, source text'),
    ('view', 'xa_in_doubt', 'gid text, node text, age interval, owner name, what_to_do text')
), missing (place, what) AS (
  SELECT CASE e.kind WHEN 'table' THEN 1 ELSE 3 END, e.kind || ' ' || e.relation
  FROM expected e
  WHERE to_regclass(e.relation) IS NULL
  UNION ALL
  SELECT 2, 'column ' || e.relation || '.' || split_part(c.name_and_type, ' ', 1) || ' of type ' || split_part(c.name_and_type, ' ', 2)
  FROM expected e CROSS JOIN regexp_split_to_table(e.columns, ',\s+') AS c (name_and_type)
  WHERE to_regclass(e.relation) IS NOT NULL AND NOT EXISTS (
    SELECT 1
    FROM pg_attribute a
    WHERE a.attrelid = to_regclass(e.relation) AND a.attname = split_part(c.name_and_type, ' ', 1) AND NOT a.attisdropped
      AND a.atttypid = split_part(c.name_and_type, ' ', 2)::regtype)
  UNION ALL
  -- a statement's ON CONFLICT needs each of these
  SELECT 3, 'unique index ' || u.name
  FROM unnest(ARRAY['alert_window_pkey', 'half_message_pkey', 'inbox_attempt_pkey', 'inbox_message_pkey', 'inbox_position_pkey', 'incident_pkey', 'message_is_parked_once',
                    'outbox_closed_pkey', 'outbox_message_pkey', 'outbox_parked_pkey', 'outbox_sleep_pkey', 'record_is_dead_once', 'saga_pkey', 'saga_step_pkey', 'step_barrier_pkey']) AS u (name)
  WHERE NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indexrelid = to_regclass(u.name) AND i.indisunique AND i.indisvalid)
  UNION ALL
  SELECT 3, 'function ' || f.name
  FROM unnest(ARRAY['move_inbox_position', 'dead_letter_announcement', 'saga_command']) AS f (name)
  WHERE to_regproc(f.name) IS NULL
)
SELECT m.what
FROM missing m
ORDER BY m.place, m.what
LIMIT 1

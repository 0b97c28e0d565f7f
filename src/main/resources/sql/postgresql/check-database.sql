-- What a database is like, apart from its tables.
SELECT current_user AS role, current_setting('server_encoding') AS encoding,
       current_setting('transaction_read_only')::boolean AS read_only,
       -- what a session has that sets nothing: behind a pooler that is anybody's
       (SELECT s.reset_val FROM pg_settings s WHERE s.name = 'default_transaction_isolation') AS isolation,
       (SELECT string_agg(DISTINCT t.tablename || ' (publication ' || t.pubname || ')', ', ')
        FROM pg_publication_tables t
        JOIN pg_publication p ON p.pubname = t.pubname AND (p.pubupdate OR p.pubdelete)
        JOIN pg_class c ON c.oid = to_regclass(t.tablename) AND c.relnamespace = to_regnamespace(t.schemaname)
        WHERE t.tablename IN ('outbox_message', 'outbox_parked', 'outbox_closed', 'outbox_sent', 'outbox_shard', 'outbox_sleep', 'inbox_message', 'inbox_attempt',
                              'inbox_position', 'inbox_parked', 'dead_letter', 'dead_letter_audit', 'alert_window', 'incident', 'half_message', 'message_barrier', 'saga', 'saga_step', 'step_barrier')
          AND NOT (c.relreplident = 'f' OR EXISTS (
            SELECT 1
            FROM pg_index i
            WHERE i.indrelid = c.oid AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident END))) AS unidentified

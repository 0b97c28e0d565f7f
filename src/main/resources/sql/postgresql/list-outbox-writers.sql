-- Who may have taken an id and not committed its message yet: who writes has locked the table before, and every id up to the last one is taken.
-- Without the right to see the sequence, or with ids that sessions keep in stock, nothing is known.
SELECT s.last_value AS given,
       -- another one after a failover, a restore or a restart of the ids
       pg_postmaster_start_time() || ' ' || pg_relation_filenode(pg_get_serial_sequence('outbox_message', 'id')::regclass) AS epoch,
       -- one that is prepared keeps its name
       (SELECT string_agg(DISTINCT l.virtualtransaction, ' ')
        FROM pg_locks l
        WHERE l.locktype = 'relation' AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
          AND l.relation = 'outbox_message'::regclass AND l.mode = 'RowExclusiveLock') AS writers
FROM pg_sequences s
WHERE format('%I.%I', s.schemaname, s.sequencename) = pg_get_serial_sequence('outbox_message', 'id') AND s.cache_size = 1
  -- the next statement sees what has been committed since
  AND current_setting('transaction_isolation') = 'read committed'

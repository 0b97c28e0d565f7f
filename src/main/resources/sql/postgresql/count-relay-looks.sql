-- How often outbox_shard has been read, which nobody but relays does. No row where PostgreSQL does not count.
SELECT s.seq_scan + coalesce(s.idx_scan, 0) AS looks
FROM pg_stat_all_tables s
WHERE s.relid = 'outbox_shard'::regclass AND current_setting('track_counts') = 'on'

SELECT expected.name
FROM unnest(ARRAY['outbox_message', 'outbox_parked', 'outbox_sent', 'outbox_shard', 'inbox_message', 'inbox_attempt', 'inbox_position', 'inbox_parked',
                  'dead_letter', 'dead_letter_audit', 'alert_window', 'incident']) AS expected (name)
WHERE to_regclass(expected.name) IS NULL
ORDER BY expected.name
LIMIT 1

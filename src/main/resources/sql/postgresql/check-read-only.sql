-- A standby is read-only too.
SELECT current_setting('transaction_read_only')::boolean

-- A statement of its own, after the shard locks: its snapshot sees all that their last owner did.
DELETE FROM outbox_parked p
USING (
  SELECT d.shard, d.id
  FROM outbox_parked d
  WHERE d.shard = ANY (CAST(string_to_array(:?locked, ',') AS smallint[]))
    AND d.next_attempt_at <= now() AND d.reason IN ('REFUSED', 'CIRCUIT')
  ORDER BY d.next_attempt_at, d.id
  LIMIT 1
) due
WHERE p.shard = due.shard AND p.id = due.id
RETURNING p.shard, p.id, p.message_id::text AS message_id, p.destination, p.message_key, p.type, p.content_type, p.payload,
          nullif(p.headers, '{}')::text AS headers, p.traceparent, p.created_at, p.attempts, p.exhausted,
          p.error_class, p.error_message, p.first_failed_at

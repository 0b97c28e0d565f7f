WITH buried AS (
  DELETE FROM outbox_parked p
  USING unnest(CAST(:?buried_ids AS bigint[]), CAST(:?buried_messages AS uuid[])) AS done (id, message)
  WHERE p.id = done.id AND p.message_id = done.message
  RETURNING p.*
)
INSERT INTO dead_letter (origin, consumer, message_id, message_key, payload, headers, attempts, error_class, error_message, first_failed_at)
SELECT 'OUTBOX', b.destination, b.message_id::text, b.message_key, b.payload,
       b.headers || jsonb_strip_nulls(jsonb_build_object('ce_type', b.type, 'content-type', b.content_type, 'traceparent', b.traceparent)),
       b.attempts, coalesce(b.error_class, 'given up by an operator'), coalesce(b.error_message, ''), coalesce(b.first_failed_at, b.created_at)
FROM buried b
ORDER BY b.id

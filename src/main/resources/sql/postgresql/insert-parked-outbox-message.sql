INSERT INTO outbox_parked (id, message_id, destination, message_key, shard, type, content_type, payload, headers, traceparent,
                           created_at, reason, exhausted, attempts, first_failed_at, next_attempt_at, error_class, error_message)
VALUES (:#id, CAST(:#message_id AS uuid), :#destination, :#message_key, :#shard, :#type, :#content_type, :#payload,
        coalesce(CAST(:#headers AS jsonb), '{}'), :#traceparent, :#created_at, :#reason, :#exhausted, :#attempts,
        CASE WHEN CAST(:#error_class AS text) IS NOT NULL THEN now() END, now() + CAST(:#delay AS bigint) * interval '1 millisecond',
        :#error_class, :#error_message)

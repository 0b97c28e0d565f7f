INSERT INTO outbox_parked (id, message_id, destination, message_key, shard, type, content_type, payload, headers, traceparent,
                           created_at, attempts, error_class, error_message)
VALUES (:#id, CAST(:#message_id AS uuid), :#destination, :#message_key, :#shard, :#type, :#content_type, :#payload,
        coalesce(CAST(:#headers AS jsonb), '{}'), :#traceparent, :#created_at, :#attempts, :#error_class, :#error_message)

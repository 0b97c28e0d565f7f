INSERT INTO outbox_sent (message_id, destination, message_key, type, content_type, payload, headers, traceparent, created_at)
VALUES (CAST(:#message_id AS uuid), :#destination, :#message_key, :#type, :#content_type, :#payload,
        coalesce(CAST(:#headers AS jsonb), '{}'), :#traceparent, :#created_at)

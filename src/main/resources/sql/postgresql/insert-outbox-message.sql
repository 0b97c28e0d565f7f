INSERT INTO outbox_message (destination, message_key, type, content_type, payload, headers, traceparent)
VALUES (:#destination, nullif(:#message_key, ''), :#destination,
        :#content_type, :#payload, CAST(:#headers AS jsonb), :#traceparent)

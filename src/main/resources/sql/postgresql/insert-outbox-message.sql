INSERT INTO outbox_message (destination, message_key, type, content_type, payload, headers, traceparent)
VALUES (:#destination, nullif(:#message_key, ''), :#destination,
        :#content_type, :#payload, CAST(:#headers AS jsonb),
        -- a malformed traceparent from outside must not fail the business transaction
        substring(:#traceparent FROM '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'))

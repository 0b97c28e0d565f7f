INSERT INTO outbox_message (destination, message_key, type, content_type, payload, headers, traceparent)
VALUES (:#${variable.outboxDestination}, nullif(:#${variable.outboxKey}, ''), :#${variable.outboxDestination},
        :#${variable.outboxContentType}, :#${bodyAs(byte[])}, CAST(:#${variable.outboxHeaders} AS jsonb),
        -- a malformed traceparent from outside must not fail the business transaction
        substring(:#${header.traceparent} FROM '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'))

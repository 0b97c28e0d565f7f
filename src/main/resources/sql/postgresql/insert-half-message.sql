INSERT INTO half_message (id, producer, content, destination, message_key, type, content_type, payload, headers, traceparent, due_at, delay, ordered,
                          check_back, check_host, next_check_at)
VALUES (CAST(:#id AS uuid), :#producer, :#content, :#destination, :#message_key, :#type, :#content_type, :#payload, CAST(:#headers AS jsonb),
        :#traceparent, CAST(:#due AS timestamptz), CAST(:#delay AS bigint) * interval '1 millisecond', :#ordered,
        :#check_back, :#check_host, now() + CAST(:#first_delay AS bigint) * interval '1 millisecond')
ON CONFLICT (id) DO NOTHING

INSERT INTO outbox_parked (id, message_id, destination, message_key, shard, type, content_type, payload, headers, traceparent,
                           created_at, reason, attempts, next_attempt_at)
-- it has neither a place nor a shard yet: both come with its row in outbox_message
SELECT 0, message.id, :#destination, nullif(:#message_key, ''), 0, :#destination,
       :#content_type, :#payload, CAST(:#headers AS jsonb), :#traceparent,
       now(), 'DELAYED', 0,
       -- by the clock of the database, whatever the sender's says
       coalesce(CAST(:#due AS timestamptz), now() + CAST(:#delay AS bigint) * interval '1 millisecond')
FROM (SELECT gen_random_uuid() AS id) message

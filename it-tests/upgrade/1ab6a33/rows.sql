-- What a release leaves behind: rows in every state that its schema knows, as its routes write them. What the test expects stands in the rows:
-- an outbox row's type, and the beginning of an inbox row's message id, say its status; payloads of an outbox key are numbered in order; and
-- the messages of an inbox key are handled in the order of their transfers t-<key>-1, t-<key>-2 …

-- messages that wait for a relay
INSERT INTO outbox_message (destination, message_key, type, payload, headers)
SELECT 'upgrade.open', 'waiting', 'PENDING', convert_to(i::text, 'UTF8'), '{"x-tenant": "t"}'
FROM generate_series(1, 3) AS i
ORDER BY i;
INSERT INTO outbox_message (destination, type, payload) VALUES ('upgrade.open', 'PENDING', '1');

-- refused, due, with two behind it and one that the relay has not seen
INSERT INTO outbox_parked (id, message_id, destination, message_key, shard, type, content_type, payload, headers, created_at, reason, attempts, first_failed_at,
                           next_attempt_at, error_class, error_message)
SELECT nextval(pg_get_serial_sequence('outbox_message', 'id')), gen_random_uuid(), 'upgrade.open', 'refused', hashtext('refused') & 63,
       CASE WHEN i = 1 THEN 'RETRYING' ELSE 'PENDING' END, 'text/plain', convert_to(i::text, 'UTF8'), '{}', now() - interval '1 hour',
       CASE WHEN i = 1 THEN 'REFUSED' ELSE 'BEHIND' END, CASE WHEN i = 1 THEN 3 ELSE 0 END, CASE WHEN i = 1 THEN now() - interval '1 hour' END,
       CASE WHEN i = 1 THEN now() END, CASE WHEN i = 1 THEN 'org.apache.kafka.common.errors.RecordTooLargeException' END, CASE WHEN i = 1 THEN 'too large' END
FROM generate_series(1, 3) AS i
ORDER BY i;
INSERT INTO outbox_message (destination, message_key, type, payload) VALUES ('upgrade.open', 'refused', 'PENDING', '4');

-- refused for the last time, with one behind it: the first becomes a dead letter
INSERT INTO outbox_parked (id, message_id, destination, message_key, shard, type, content_type, payload, headers, created_at, reason, exhausted, attempts,
                           first_failed_at, next_attempt_at, error_class, error_message)
SELECT nextval(pg_get_serial_sequence('outbox_message', 'id')), gen_random_uuid(), 'upgrade.open', 'exhausted', hashtext('exhausted') & 63,
       CASE WHEN i = 1 THEN 'RETRYING' ELSE 'PENDING' END, 'text/plain', CASE WHEN i = 1 THEN convert_to('dies', 'UTF8') ELSE '1' END, '{}', now() - interval '1 hour',
       CASE WHEN i = 1 THEN 'REFUSED' ELSE 'BEHIND' END, i = 1, CASE WHEN i = 1 THEN 50 ELSE 0 END, CASE WHEN i = 1 THEN now() - interval '1 hour' END,
       CASE WHEN i = 1 THEN now() END, CASE WHEN i = 1 THEN 'org.apache.kafka.common.errors.RecordTooLargeException' END, CASE WHEN i = 1 THEN 'too large' END
FROM generate_series(1, 2) AS i
ORDER BY i;

-- a closed destination, with messages of two keys that wait for it, and one without a key
INSERT INTO outbox_closed (destination, next_probe_at, error_class, error_message)
VALUES ('upgrade.closed', now(), 'org.apache.kafka.common.errors.UnknownTopicOrPartitionException', 'no such topic');
INSERT INTO outbox_parked (id, message_id, destination, message_key, shard, type, content_type, payload, headers, traceparent, created_at, reason, attempts)
SELECT nextval(pg_get_serial_sequence('outbox_message', 'id')), gen_random_uuid(), 'upgrade.closed', key, hashtext(key) & 63,
       CASE WHEN i = 1 THEN 'RETRYING' ELSE 'PENDING' END, 'text/plain', convert_to(i::text, 'UTF8'), '{"n": 1}',
       '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', now() - interval '1 hour', 'CLOSED', 0
FROM generate_series(1, 4) AS i, unnest(ARRAY['circuit-a', 'circuit-b']) AS key
ORDER BY i, key;
INSERT INTO outbox_parked (id, message_id, destination, shard, type, content_type, payload, headers, created_at, reason, attempts)
SELECT nextval(pg_get_serial_sequence('outbox_message', 'id')), m.id, 'upgrade.closed', hashtext(m.id::text) & 63, 'PENDING', 'text/plain', '1', '{}', now(), 'CLOSED', 0
FROM (SELECT gen_random_uuid() AS id) AS m;

-- released: what it waited for is gone
INSERT INTO outbox_parked (id, message_id, destination, message_key, shard, type, content_type, payload, headers, created_at, reason, attempts, next_attempt_at)
VALUES (nextval(pg_get_serial_sequence('outbox_message', 'id')), gen_random_uuid(), 'upgrade.open', 'behind-nobody', hashtext('behind-nobody') & 63, 'PENDING', 'text/plain', '1', '{}',
        now(), 'RELEASED', 0, now());

-- delayed: one is due, the other stays
INSERT INTO outbox_parked (id, message_id, destination, message_key, shard, type, content_type, payload, headers, created_at, reason, attempts, next_attempt_at)
VALUES (nextval(pg_get_serial_sequence('outbox_message', 'id')), gen_random_uuid(), 'upgrade.open', 'delayed', hashtext('delayed') & 63, 'PENDING', 'text/plain', '1', '{}', now(),
        'DELAYED', 0, now()),
       (nextval(pg_get_serial_sequence('outbox_message', 'id')), gen_random_uuid(), 'upgrade.open', 'delayed', hashtext('delayed') & 63, 'PENDING', 'text/plain', 'stays', '{}', now(),
        'DELAYED', 0, now() + interval '100 years');

-- archived, twice: a relay had sent it again
INSERT INTO outbox_sent (message_id, destination, message_key, type, content_type, payload, headers, created_at)
SELECT '00000000-0000-4000-8000-000000000001', 'upgrade.open', 'archived', 'SENT', 'text/plain', '1', '{}', now() - interval '1 hour'
FROM generate_series(1, 2);

-- handled; an id that is too long is a hash, and a source that is empty, of an earlier release, stands for every one
INSERT INTO inbox_message (consumer, source, message_id, received_at)
SELECT 'bank-b-credit-transfer', source, CASE WHEN octet_length(id) > 200 OR id LIKE 'sha256:%' THEN 'sha256:' || encode(sha256(convert_to(id, 'UTF8')), 'hex') ELSE id END,
       now() - interval '1 hour'
FROM (VALUES ('bank-a', 'handled-1'), ('bank-a', 'handled-' || repeat('é', 192)), ('', 'handled-' || repeat('😀', 192)), ('bank-a', 'sha256:handled')) AS handled (source, id);

-- parked: one that has failed, due, with two behind it, and one without a key
INSERT INTO inbox_message (consumer, source, message_id)
SELECT 'bank-b-credit-transfer', 'bank-a', CASE WHEN octet_length(id) > 200 THEN 'sha256:' || encode(sha256(convert_to(id, 'UTF8')), 'hex') ELSE id END
FROM unnest(ARRAY['retrying-1', 'pending-2', 'pending-3', 'retrying-' || repeat('é', 191), 'dead-1', 'dead-2', 'dead-3', 'handled-replayed', 'dead-discarded']) AS id;
INSERT INTO inbox_parked (consumer, source, message_id, message_key, topic, topic_partition, topic_offset, payload, headers, behind, attempts, first_failed_at, next_attempt_at,
                          error_class, error_message)
SELECT 'bank-b-credit-transfer', 'bank-a', CASE WHEN i = 1 THEN 'retrying-1' ELSE 'pending-' || i END, 'parked', 'transfer.requested', 0, i,
       convert_to('{"transferId":"t-parked-' || i || '","from":"parked","to":"b-1","amount":10.00}', 'UTF8'),
       json_build_object('ce_id', CASE WHEN i = 1 THEN 'retrying-1' ELSE 'pending-' || i END, 'ce_source', 'bank-a', 'ce_type', 'transfer.requested')::jsonb, i > 1,
       CASE WHEN i = 1 THEN 3 ELSE 0 END, CASE WHEN i = 1 THEN now() - interval '1 hour' END, now(),
       CASE WHEN i = 1 THEN 'java.lang.IllegalStateException' END, CASE WHEN i = 1 THEN 'not now' END
FROM generate_series(1, 3) AS i
ORDER BY i;
INSERT INTO inbox_parked (consumer, source, message_id, topic, topic_partition, topic_offset, payload, headers, behind, attempts, first_failed_at, next_attempt_at, error_class,
                          error_message)
VALUES ('bank-b-credit-transfer', 'bank-a', 'sha256:' || encode(sha256(convert_to('retrying-' || repeat('é', 191), 'UTF8')), 'hex'), 'transfer.requested', 0, 4, convert_to('{"transferId":"t-none-1","from":"none","to":"b-1","amount":10.00}', 'UTF8'),
        json_build_object('ce_id', 'retrying-' || repeat('é', 191))::jsonb, false, 3, now(), now(), 'java.lang.IllegalStateException', 'not now');

-- dead and open: three of a key, one without an id, and one of the outbox
INSERT INTO dead_letter (origin, consumer, source, message_id, message_key, topic, topic_partition, topic_offset, payload, headers, attempts, error_class, error_message, first_failed_at)
SELECT 'INBOX', 'bank-b-credit-transfer', 'bank-a', 'dead-' || i, 'dead', 'transfer.requested', 0, 10 + i,
       convert_to('{"transferId":"t-dead-' || i || '","from":"dead","to":"b-1","amount":10.00}', 'UTF8'),
       json_build_object('ce_id', 'dead-' || i, 'ce_source', 'bank-a', 'ce_type', 'transfer.requested')::jsonb, 53, 'java.lang.IllegalStateException', 'never', now() - interval '1 day'
FROM generate_series(1, 3) AS i
ORDER BY i;
INSERT INTO inbox_message (consumer, source, message_id) VALUES ('bank-b-credit-transfer', 'kafka:transfer.requested', '0@20');
INSERT INTO dead_letter (origin, consumer, source, message_id, message_key, topic, topic_partition, topic_offset, payload, headers, attempts, error_class, error_message, first_failed_at)
VALUES ('INBOX', 'bank-b-credit-transfer', 'kafka:transfer.requested', '0@20', 'no-id', 'transfer.requested', 0, 20, convert_to('{"transferId":"t-no-id-1","from":"no-id","to":"b-1","amount":10.00}', 'UTF8'), '{}', 1,
        'io.reliableroutes.InvalidMessageException', 'no id', now() - interval '1 day');
INSERT INTO dead_letter (origin, consumer, message_id, message_key, payload, headers, attempts, error_class, error_message, first_failed_at)
VALUES ('OUTBOX', 'upgrade.open', '00000000-0000-4000-8000-000000000002', 'dead', convert_to('replayed', 'UTF8'),
        '{"ce_type": "DEAD", "content-type": "text/plain", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "x-tenant": "t"}', 50,
        'org.apache.kafka.common.errors.RecordTooLargeException', 'too large', now() - interval '1 day');

-- dead and ended: replayed and handled, and discarded
WITH replay AS (
  INSERT INTO dead_letter_audit (action, who, reason, filter, letters) VALUES ('REPLAY', 'ann', 'mended', '{}', 2) RETURNING id
), discard AS (
  INSERT INTO dead_letter_audit (action, who, reason, filter, letters) VALUES ('DISCARD', 'ann', 'no use', '{}', 1) RETURNING id
)
INSERT INTO dead_letter (origin, consumer, source, message_id, message_key, topic, topic_partition, topic_offset, payload, headers, attempts, error_class, error_message, first_failed_at,
                         alerted_at, ended_at, audit_id)
SELECT 'INBOX', 'bank-b-credit-transfer', 'bank-a', 'handled-replayed', 'k', 'transfer.requested', 0, 30, convert_to('{}', 'UTF8'), '{}'::jsonb, 53, 'java.lang.IllegalStateException', 'never',
       now() - interval '1 day', now(), now(), replay.id
FROM replay
UNION ALL
SELECT 'INBOX', 'bank-b-credit-transfer', 'bank-a', 'dead-discarded', 'k', 'transfer.requested', 0, 31, convert_to('{}', 'UTF8'), '{}', 53, 'java.lang.IllegalStateException', 'never',
       now() - interval '1 day', now(), now(), discard.id
FROM discard
UNION ALL
SELECT 'OUTBOX', 'upgrade.open', '', '00000000-0000-4000-8000-000000000003', 'k', NULL, NULL, NULL, convert_to('1', 'UTF8'), '{"ce_type": "ENDED"}', 50, 'e', 'too large',
       now() - interval '1 day', now(), now(), replay.id
FROM replay;

INSERT INTO alert_window (consumer, error_class, ends_at)
VALUES ('bank-b-credit-transfer', 'java.lang.IllegalStateException', now() + interval '1 hour');

-- how far a receiver is, and what a JMS message has failed with
INSERT INTO inbox_position (consumer, topic, topic_partition, topic_id, position)
SELECT 'bank-b-credit-transfer', 'transfer.requested', i, 'AAAAAAAAAAAAAAAAAAAAAA', 31 + i
FROM generate_series(0, 2) AS i;
INSERT INTO inbox_attempt (consumer, source, message_id, attempts, error_class, error_message, first_failed_at)
VALUES ('bank-b-credit-transfer', 'bank-a', 'tried-1', 2, 'java.lang.IllegalStateException', 'not now', now());

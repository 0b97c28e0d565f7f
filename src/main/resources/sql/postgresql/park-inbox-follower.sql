INSERT INTO inbox_parked (consumer, source, message_id, message_key, topic, topic_partition, topic_offset, payload, headers, behind,
                          attempts, next_attempt_at)
VALUES (:#consumer, :#source, :#message_id, :#message_key, :#topic, :#topic_partition, :#topic_offset, :#payload, CAST(:#headers AS jsonb), true,
        0, now())

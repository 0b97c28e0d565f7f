SELECT json_build_object('id', d.id, 'origin', d.origin, 'consumer', d.consumer, 'source', d.source, 'messageId', d.message_id,
         'messageKey', d.message_key, 'topic', d.topic, 'partition', d.topic_partition, 'offset', d.topic_offset, 'attempts', d.attempts,
         'errorClass', d.error_class, 'errorMessage', d.error_message, 'firstFailedAt', d.first_failed_at, 'lastFailedAt', d.last_failed_at,
         'endedAt', d.ended_at, 'headers', d.headers)::text AS letter,
       d.payload
FROM dead_letter d
WHERE d.id = CAST(:#id AS bigint)

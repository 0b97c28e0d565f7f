DELETE FROM outbox_message m
USING unnest(CAST(:?ids AS bigint[]), CAST(:?messages AS uuid[])) AS sent (id, message)
WHERE m.id = sent.id AND m.message_id = sent.message

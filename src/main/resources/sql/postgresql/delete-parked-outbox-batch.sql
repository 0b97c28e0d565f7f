DELETE FROM outbox_parked p
USING unnest(CAST(:?ids AS bigint[]), CAST(:?messages AS uuid[])) AS sent (id, message)
WHERE p.id = sent.id AND p.message_id = sent.message

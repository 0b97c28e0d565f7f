-- Behind fail-inbox-attempt.sql, as a statement of its own: between the rollback and that, the broker may have given the message to another consumer, which has
-- done, parked or buried it. One whose key is older than its delivery fails for itself, and is remembered.
DELETE FROM inbox_attempt a
USING inbox_message i
WHERE a.consumer = ? AND a.source = ? AND a.message_id = ?
  AND i.consumer = a.consumer AND i.source = a.source AND i.message_id = a.message_id
  AND i.received_at >= clock_timestamp() - CAST(? AS bigint) * interval '1 millisecond'

-- Small batches and no lock that anybody waits for. Open dead letters never expire, nor do the inbox keys of what is parked or dead.
WITH inbox AS (
  DELETE FROM inbox_message
  WHERE (consumer, source, message_id) IN (
    SELECT i.consumer, i.source, i.message_id
    FROM inbox_message i
    WHERE i.received_at < now() - CAST(:?inbox_retention AS bigint) * interval '1 millisecond'
      AND NOT EXISTS (SELECT 1 FROM inbox_parked p WHERE p.consumer = i.consumer AND p.source = i.source AND p.message_id = i.message_id)
      AND NOT EXISTS (
        SELECT 1 FROM dead_letter d WHERE d.ended_at IS NULL AND d.consumer = i.consumer AND d.source = i.source AND d.message_id = i.message_id)
    ORDER BY i.received_at
    LIMIT CAST(:?most AS integer)
    FOR UPDATE SKIP LOCKED)
  RETURNING 1
), attempt AS (
  -- of messages that somebody has taken away from the broker
  DELETE FROM inbox_attempt
  WHERE (consumer, source, message_id) IN (
    SELECT a.consumer, a.source, a.message_id
    FROM inbox_attempt a
    WHERE a.changed_at < now() - CAST(:?inbox_retention AS bigint) * interval '1 millisecond'
    ORDER BY a.changed_at
    LIMIT CAST(:?most AS integer)
    FOR UPDATE SKIP LOCKED)
  RETURNING 1
), sent AS (
  DELETE FROM outbox_sent
  WHERE ctid = ANY (ARRAY(
    SELECT s.ctid
    FROM outbox_sent s
    WHERE s.sent_at < now() - CAST(:?archive_retention AS bigint) * interval '1 millisecond'
    ORDER BY s.sent_at
    LIMIT CAST(:?most AS integer)
    FOR UPDATE SKIP LOCKED))
  RETURNING 1
), letter AS (
  DELETE FROM dead_letter
  WHERE id IN (
    SELECT d.id
    FROM dead_letter d
    WHERE d.ended_at < now() - CAST(:?dead_letter_retention AS bigint) * interval '1 millisecond'
      -- a discarded one as long as its inbox key: the key alone would say that the message is handled
      AND NOT EXISTS (
        SELECT 1
        FROM dead_letter_audit a CROSS JOIN inbox_message i
        WHERE a.id = d.audit_id AND a.action = 'DISCARD' AND d.origin = 'INBOX'
          AND i.consumer = d.consumer AND i.source = d.source AND i.message_id = d.message_id)
    ORDER BY d.ended_at
    LIMIT CAST(:?most AS integer)
    FOR UPDATE SKIP LOCKED)
  RETURNING 1
), over AS (
  DELETE FROM incident
  WHERE (kind, subject) IN (
    SELECT i.kind, i.subject
    FROM incident i
    WHERE i.ended_at < now() - CAST(:?dead_letter_retention AS bigint) * interval '1 millisecond'
    ORDER BY i.ended_at
    LIMIT CAST(:?most AS integer)
    FOR UPDATE SKIP LOCKED)
  RETURNING 1
), half AS (
  DELETE FROM half_message
  WHERE id IN (
    SELECT h.id
    FROM half_message h
    WHERE h.decided_at < now() - CAST(:?half_retention AS bigint) * interval '1 millisecond' AND NOT h.waiting
    ORDER BY h.decided_at
    LIMIT 1000
    FOR UPDATE SKIP LOCKED)
  RETURNING 1
), saga AS (
  -- with its steps
  DELETE FROM saga
  WHERE saga_id IN (
    SELECT s.saga_id
    FROM saga s
    WHERE s.ended_at < now() - CAST(:?saga_retention AS bigint) * interval '1 millisecond'
    ORDER BY s.ended_at
    LIMIT CAST(:?most AS integer)
    FOR UPDATE SKIP LOCKED)
  RETURNING 1
)
SELECT greatest((SELECT count(*) FROM saga), (SELECT count(*) FROM half), (SELECT count(*) FROM inbox), (SELECT count(*) FROM sent), (SELECT count(*) FROM letter),
                (SELECT count(*) FROM over), (SELECT count(*) FROM attempt)) AS deleted

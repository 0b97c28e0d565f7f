-- What makes no progress for longer than its bound is an incident, begun once; what goes on again is over.
WITH bound AS (
  SELECT now() - CAST(:?outbox_bound AS bigint) * interval '1 millisecond' AS outbox,
         now() - CAST(:?retry_bound AS bigint) * interval '1 millisecond' AS retry,
         now() - CAST(:?retention_bound AS bigint) * interval '1 millisecond' AS retention
), found (kind, subject, error_message) AS (
  SELECT 'OUTBOX_WAITS', 'outbox_message',
         format('message %s to %s waits since %s, and all behind it. Start a relay, or look at its log, and for a session that holds a lock.',
           m.message_id, m.destination, m.created_at)
  FROM bound
  -- the first is the oldest, and relays take it first: one look, however many wait
  CROSS JOIN LATERAL (SELECT o.message_id, o.destination, o.created_at FROM outbox_message o ORDER BY o.id, o.message_id LIMIT 1) m
  WHERE m.created_at < bound.outbox
  UNION ALL
  SELECT 'RETRY_OVERDUE', 'inbox of ' || left(p.consumer, 200),
         format('%s messages are overdue, the first since %s: they and what waits behind them have no effect. Start the inbox-retry of this consumer, '
           || 'or, if it was renamed, give its rows the new name, see docs/operations.md. If it runs, look at its log, and for a session that holds a '
           || 'lock.', count(*), min(p.next_attempt_at))
  FROM inbox_parked p CROSS JOIN bound
  WHERE NOT p.behind AND p.next_attempt_at < bound.retry
  GROUP BY left(p.consumer, 200)
  UNION ALL
  SELECT 'RETRY_OVERDUE', 'outbox',
         format('%s messages and destinations are overdue, the first since %s. Start the outbox-retry of this database, or look at its log, and for '
           || 'a session that holds a lock.', count(*), min(d.due_at))
  FROM bound CROSS JOIN LATERAL (
    SELECT p.next_attempt_at AS due_at FROM outbox_parked p WHERE p.reason IN ('DELAYED', 'REFUSED', 'RELEASED') AND p.next_attempt_at < bound.retry
    UNION ALL
    SELECT c.next_probe_at FROM outbox_closed c WHERE c.next_probe_at < bound.retry) d
  HAVING count(*) > 0
  UNION ALL
  SELECT 'RETRY_OVERDUE', 'half messages',
         format('%s half messages are overdue, the first since %s: nobody asks their producers, or moves them into the outbox. Start the half-check-back '
           || 'of this database, or look at its log, and for a session that holds a lock.', count(*), min(d.due_at))
  FROM bound CROSS JOIN LATERAL (
    SELECT h.next_check_at AS due_at FROM half_message h WHERE h.state = 'PREPARED' AND h.next_check_at < bound.retry
    UNION ALL
    -- who waits for nobody and is not moved
    SELECT h.decided_at
    FROM half_message h
    WHERE h.waiting AND h.decided_at < bound.retry
      AND NOT EXISTS (
        SELECT 1
        FROM half_message e
        WHERE h.ordered AND e.ordered AND (e.state = 'PREPARED' OR e.waiting) AND e.destination = h.destination
          AND hashtextextended(e.message_key, 0) = hashtextextended(h.message_key, 0) AND e.message_key = h.message_key AND e.place < h.place)) d
  HAVING count(*) > 0
  UNION ALL
  SELECT 'RETRY_OVERDUE', 'saga ' || s.saga_name,
         format('%s sagas are overdue, the first since %s: steps that were not answered are not undone. Start the application that defines this saga, or look at its '
           || 'log, and for a session that holds a lock.', count(*), min(s.due_at))
  FROM saga s CROSS JOIN bound
  WHERE s.due_at < bound.retry
  GROUP BY s.saga_name
  UNION ALL
  SELECT 'SAGA_WAITS', 'saga ' || w.saga_name,
         format('%s sagas wait for their participants, the first since %s: %s is %s at step %s. Look for its command in the outbox, and in the inbox and the dead '
           || 'letters of the participant, see docs/saga.md.', w.waiting, w.asked_at, w.saga_id, w.state, w.name)
  FROM (
    SELECT DISTINCT ON (s.saga_name) s.saga_name, count(*) OVER (PARTITION BY s.saga_name) AS waiting, s.asked_at, s.saga_id, s.state,
           s.steps -> (s.step - 1) ->> 'name' AS name
    FROM saga s
    WHERE s.ended_at IS NULL AND s.due_at IS NULL AND s.asked_at < now() - CAST(:?saga_bound AS bigint) * interval '1 millisecond'
    ORDER BY s.saga_name, s.asked_at, s.saga_id) w
  UNION ALL
  SELECT 'RETENTION_OVERDUE', old.name,
         format('rows could have been deleted at %s. Look at the log of the retention, and for a session that holds a lock.', old.expired_at)
  FROM (
    -- the first that retention would delete: the same conditions as in delete-expired.sql
    (SELECT 'inbox_message' AS name, i.received_at + CAST(:?inbox_retention AS bigint) * interval '1 millisecond' AS expired_at
     FROM inbox_message i CROSS JOIN bound
     WHERE i.received_at < bound.retention - CAST(:?inbox_retention AS bigint) * interval '1 millisecond'
       AND NOT EXISTS (SELECT 1 FROM inbox_parked p WHERE p.consumer = i.consumer AND p.source = i.source AND p.message_id = i.message_id)
       AND NOT EXISTS (
         SELECT 1 FROM dead_letter d WHERE d.ended_at IS NULL AND d.consumer = i.consumer AND d.source = i.source AND d.message_id = i.message_id)
     ORDER BY i.received_at
     LIMIT 1)
    UNION ALL
    (SELECT 'outbox_sent', s.sent_at + CAST(:?archive_retention AS bigint) * interval '1 millisecond'
     FROM outbox_sent s CROSS JOIN bound
     WHERE s.sent_at < bound.retention - CAST(:?archive_retention AS bigint) * interval '1 millisecond'
     ORDER BY s.sent_at
     LIMIT 1)) old
), raised AS (
  INSERT INTO incident AS i (kind, subject, error_class, error_message)
  SELECT found.kind, found.subject, 'standstill', found.error_message
  FROM found
  ORDER BY found.kind, found.subject
  ON CONFLICT (kind, subject) DO UPDATE
  SET error_message = EXCLUDED.error_message, last_seen_at = now(),
      times = CASE WHEN i.ended_at IS NULL THEN i.times + 1 ELSE 1 END,
      started_at = CASE WHEN i.ended_at IS NULL THEN i.started_at ELSE now() END,
      alerted_at = CASE WHEN i.ended_at IS NULL THEN i.alerted_at END,
      end_alerted_at = NULL, ended_at = NULL
  RETURNING i.kind
), over AS (
  UPDATE incident i
  SET ended_at = now()
  WHERE i.kind IN ('OUTBOX_WAITS', 'RETRY_OVERDUE', 'SAGA_WAITS', 'RETENTION_OVERDUE') AND i.ended_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM found WHERE found.kind = i.kind AND found.subject = i.subject)
)
SELECT count(*) AS standing
FROM raised

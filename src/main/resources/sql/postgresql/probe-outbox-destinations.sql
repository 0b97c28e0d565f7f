-- What waits for an opened destination is due by that. What is due to one that is still closed does not stand in the way of the rest.
WITH probed AS (
  SELECT c.*
  FROM jsonb_to_recordset(CAST(:?probed AS jsonb)) AS c (destination text, open boolean, delay bigint, error_class text, error_message text)
), opened AS (
  DELETE FROM outbox_closed c
  USING probed
  WHERE c.destination = probed.destination AND probed.open
), over AS (
  UPDATE incident i
  SET ended_at = now()
  FROM probed
  WHERE i.kind = 'CLOSED' AND i.subject = probed.destination AND probed.open AND i.ended_at IS NULL
), postponed AS (
  UPDATE outbox_parked p
  SET next_attempt_at = now() + due.delay * interval '1 millisecond'
  FROM (
    SELECT d.id, d.message_id, probed.delay
    FROM probed CROSS JOIN outbox_shard s CROSS JOIN LATERAL (
      SELECT o.id, o.message_id
      FROM outbox_parked o
      WHERE o.shard = s.shard AND o.reason IN ('REFUSED', 'RELEASED') AND o.next_attempt_at <= now() AND o.destination = probed.destination
      LIMIT 100
      FOR UPDATE SKIP LOCKED) d
    WHERE NOT probed.open) due
  WHERE p.id = due.id AND p.message_id = due.message_id
)
UPDATE outbox_closed c
SET next_probe_at = now() + probed.delay * interval '1 millisecond', error_class = probed.error_class, error_message = probed.error_message
FROM probed
WHERE c.destination = probed.destination AND NOT probed.open

-- With the shards locked. The messages keep their ids, so they are published in their old order, before newer ones of their key.
WITH released AS (
  DELETE FROM outbox_parked b
  WHERE b.shard = ANY (CAST(string_to_array(:?locked, ',') AS smallint[])) AND b.reason = 'BEHIND'
    AND NOT EXISTS (
      SELECT 1 FROM outbox_parked h WHERE h.message_key = b.message_key AND h.id < b.id AND h.reason IN ('REFUSED', 'CIRCUIT'))
    AND NOT EXISTS (
      SELECT 1 FROM outbox_parked c WHERE c.destination = b.destination AND c.reason = 'CIRCUIT')
  RETURNING b.*
)
INSERT INTO outbox_message (id, message_id, destination, message_key, type, content_type, payload, headers, traceparent, created_at)
OVERRIDING SYSTEM VALUE
SELECT id, message_id, destination, message_key, type, content_type, payload, headers, traceparent, created_at
FROM released

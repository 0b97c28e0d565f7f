-- Those of some keys that have parked messages. Takes no lock: lock-parked-inbox-key.sql asks again for each message of such a key.
SELECT DISTINCT p.message_key
FROM (SELECT CAST(? AS text) AS consumer, CAST(? AS text[]) AS keys) a
JOIN LATERAL unnest(a.keys) AS k (message_key) ON true
JOIN inbox_parked p ON p.consumer = a.consumer AND hashtextextended(p.message_key, 0) = hashtextextended(k.message_key, 0)
  AND p.message_key = k.message_key AND NOT p.replayed

SELECT p.id, p.source, p.message_id, p.message_key, p.topic, p.payload, p.headers::text AS headers, p.attempts, p.exhausted,
       p.error_class, p.error_message
FROM inbox_parked p
WHERE p.consumer = :#${exchangeProperty.inboxParked.consumer} AND NOT p.behind AND p.next_attempt_at <= now()
ORDER BY p.next_attempt_at, p.id
LIMIT :#${exchangeProperty.inboxParked.most}
-- other processes take other messages; who wants to park behind this one waits
FOR UPDATE SKIP LOCKED

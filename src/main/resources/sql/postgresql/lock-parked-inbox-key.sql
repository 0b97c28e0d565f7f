SELECT p.id
FROM inbox_parked p
WHERE p.consumer = :#consumer AND hashtextextended(p.message_key, 0) = hashtextextended(:#message_key, 0)
  AND p.message_key = :#message_key AND NOT p.replayed
ORDER BY p.id DESC
LIMIT 1
-- waits for a retry of the key's last message, which may leave the key free: else this message would wait behind nobody
FOR SHARE

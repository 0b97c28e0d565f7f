-- If somebody has deleted a parked message by hand, what waited behind it goes on.
UPDATE outbox_parked p
SET reason = 'RELEASED', next_attempt_at = now()
WHERE p.reason = 'BEHIND' AND NOT EXISTS (
  SELECT 1 FROM outbox_parked h
  WHERE h.destination = p.destination AND hashtextextended(h.message_key, 0) = hashtextextended(p.message_key, 0)
    AND h.message_key = p.message_key AND h.reason <> 'DELAYED' AND h.id < p.id)

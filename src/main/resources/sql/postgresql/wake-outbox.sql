-- Wakes the relays if one of them sleeps: the first who sends does, and under load nobody.
WITH woken AS (
  UPDATE outbox_sleep SET asleep = false
  WHERE asleep
  RETURNING set_config('synchronous_commit', 'off', true)
)
SELECT pg_notify('reliable_routes_outbox', '') FROM woken

-- A relay goes to sleep: who sends from now on wakes it. Only a change is written; if a crash of the server loses that, the relay's session is lost too.
UPDATE outbox_sleep SET asleep = true
WHERE NOT asleep
RETURNING set_config('synchronous_commit', 'off', true)

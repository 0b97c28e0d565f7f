-- Roles with what each kind of process needs in a database of the pack, and no more. Apply after schema.sql, as its owner, who must be allowed
-- to create roles; applying it again changes nothing. Start-up names what a process lacks of it.
--   psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f roles.sql
--   CREATE ROLE bank_a LOGIN PASSWORD '…' IN ROLE reliable_routes_receiver, reliable_routes_relay
-- Roles belong to the whole server: REVOKE CONNECT ON DATABASE … FROM PUBLIC keeps a login out of the databases of other services. Tables of
-- your own are yours to grant.
DO $$
DECLARE
  missing text;
BEGIN
  FOR missing IN
    SELECT 'reliable_routes_' || part
    FROM unnest(ARRAY['sender', 'relay', 'receiver', 'messages', 'orchestrator', 'operator', 'migrator']) AS part
    WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'reliable_routes_' || part)
  LOOP
    EXECUTE format('CREATE ROLE %I NOLOGIN', missing);
  END LOOP;
END $$;

-- whoever uses outbox-sink: messages for now, and for later
GRANT INSERT ON outbox_message, outbox_parked TO reliable_routes_sender;
-- to wake a relay that sleeps
GRANT SELECT, UPDATE ON outbox_sleep TO reliable_routes_sender;

-- outbox-relay and outbox-retry
GRANT SELECT, INSERT, DELETE ON outbox_message TO reliable_routes_relay;
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox_parked, outbox_closed TO reliable_routes_relay;
GRANT SELECT ON outbox_opened TO reliable_routes_relay;
-- UPDATE for the row locks
GRANT SELECT, UPDATE ON outbox_shard, outbox_sleep TO reliable_routes_relay;
GRANT INSERT ON outbox_sent, dead_letter TO reliable_routes_relay;
GRANT SELECT, INSERT, UPDATE ON incident TO reliable_routes_relay;
-- to know where the outbox begins, and to move the ids on after a switch-over
GRANT SELECT, UPDATE ON SEQUENCE outbox_message_id_seq TO reliable_routes_relay;

-- inbox, inbox-jms and inbox-retry; they send what their handlers send, and their dead letters
GRANT reliable_routes_sender TO reliable_routes_receiver;
GRANT SELECT, INSERT ON inbox_message, dead_letter TO reliable_routes_receiver;
GRANT SELECT, INSERT, UPDATE, DELETE ON inbox_position, inbox_parked, inbox_attempt TO reliable_routes_receiver;
GRANT SELECT, INSERT, UPDATE ON incident TO reliable_routes_receiver;
-- step-barrier-action
GRANT SELECT, INSERT, UPDATE ON step_barrier TO reliable_routes_receiver;
GRANT EXECUTE ON FUNCTION move_inbox_position(text, text, integer, text, bigint, bigint) TO reliable_routes_receiver;
GRANT EXECUTE ON FUNCTION dead_letter_announcement(dead_letter) TO reliable_routes_receiver;

-- half-messages-* and half-check-back: what producers prepare and decide, and its dead letters
GRANT reliable_routes_sender TO reliable_routes_messages;
GRANT SELECT, INSERT, UPDATE ON half_message, dead_letter TO reliable_routes_messages;
GRANT SELECT, INSERT ON dead_letter_audit TO reliable_routes_messages;

-- saga and saga-start-sink: sagas, their commands and their answers
GRANT reliable_routes_receiver TO reliable_routes_orchestrator;
GRANT SELECT, INSERT, UPDATE ON saga, saga_step TO reliable_routes_orchestrator;
GRANT EXECUTE ON FUNCTION saga_command(saga) TO reliable_routes_orchestrator;

-- operate-* and replay: alerts, whose channels are receivers, replays and discards, retention, and a look at everything
GRANT reliable_routes_receiver TO reliable_routes_operator;
GRANT SELECT ON outbox_message, outbox_closed, msg_published, msg_received, xa_in_doubt TO reliable_routes_operator;
GRANT SELECT, UPDATE ON outbox_parked TO reliable_routes_operator;
GRANT UPDATE, DELETE ON inbox_message, dead_letter TO reliable_routes_operator;
GRANT SELECT, UPDATE, DELETE ON outbox_sent TO reliable_routes_operator;
GRANT SELECT, INSERT ON dead_letter_audit TO reliable_routes_operator;
GRANT SELECT, INSERT, UPDATE, DELETE ON alert_window TO reliable_routes_operator;
GRANT DELETE ON incident TO reliable_routes_operator;
GRANT SELECT, UPDATE, DELETE ON half_message TO reliable_routes_operator;
GRANT SELECT, UPDATE, DELETE ON saga TO reliable_routes_operator;
GRANT SELECT ON saga_step TO reliable_routes_operator;

-- whoever applies schema.sql and owns what it makes; no process runs as this one
GRANT USAGE, CREATE ON SCHEMA public TO reliable_routes_migrator;

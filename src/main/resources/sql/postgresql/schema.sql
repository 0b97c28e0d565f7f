-- The tables of one service's database. Idempotent: applying it again changes nothing. Makes the tables of an earlier release new ones; stop
-- its processes before.
-- Apply with: psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f schema.sql

-- that something is there already is no news
SET client_min_messages = warning;

-- Messages that business transactions have committed and no relay has published. Insert and delete only.
CREATE TABLE IF NOT EXISTS outbox_message (
  id           bigint      GENERATED ALWAYS AS IDENTITY (CACHE 1),
  message_id   uuid        NOT NULL DEFAULT gen_random_uuid(),
  destination  text        NOT NULL CONSTRAINT destination_is_a_name CHECK (destination ~ '^[A-Za-z0-9._-]+$' AND length(destination) <= 200),
  message_key  text        NULL     CONSTRAINT message_key_is_not_empty CHECK (message_key <> ''),
  -- one of 64: the unit of ownership between relays. All messages of a key are in one shard. In no primary key: a generated column there
  -- would forbid every DELETE in a database that is published.
  shard        smallint    NOT NULL GENERATED ALWAYS AS (hashtext(coalesce(message_key, message_id::text)) & 63) STORED,
  type         text        NOT NULL CONSTRAINT type_is_not_empty CHECK (type <> ''),
  content_type text        NOT NULL DEFAULT 'application/json',
  -- NULL: a tombstone, which ends its key in a compacted topic
  payload      bytea       NULL,
  headers      jsonb       NOT NULL DEFAULT '{}' CONSTRAINT headers_are_an_object CHECK (jsonb_typeof(headers) = 'object'),
  traceparent  text        NULL     CONSTRAINT traceparent_is_w3c CHECK (traceparent ~ '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'),
  created_at   timestamptz NOT NULL DEFAULT now(),
  -- with the message's own id: an identity that starts again, after a switch-over for example, makes no duplicate key
  PRIMARY KEY (id, message_id),
  CONSTRAINT a_tombstone_has_a_key CHECK (payload IS NOT NULL OR message_key IS NOT NULL)
);
DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
             WHERE i.indrelid = 'outbox_message'::regclass AND i.indisprimary AND a.attname = 'shard') THEN
    ALTER TABLE outbox_message DROP CONSTRAINT outbox_message_pkey, ADD PRIMARY KEY (id, message_id), ALTER COLUMN payload DROP NOT NULL,
      ADD CONSTRAINT a_tombstone_has_a_key CHECK (payload IS NOT NULL OR message_key IS NOT NULL);
  END IF;
END $$;
-- serves claim-outbox-batch.sql: the oldest messages of a shard, in order
CREATE INDEX IF NOT EXISTS outbox_message_by_shard ON outbox_message (shard, id);
-- A queue table is empty or full of dead rows most of the time: vacuum by count, not by share.
ALTER TABLE outbox_message SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0);

-- A relay owns a shard for as long as its session holds the lock on the shard's row. Never updated.
CREATE TABLE IF NOT EXISTS outbox_shard (
  shard smallint PRIMARY KEY CONSTRAINT shard_is_one_of_64 CHECK (shard BETWEEN 0 AND 63)
);
INSERT INTO outbox_shard (shard)
SELECT shard
FROM generate_series(0, 63) AS shard
ON CONFLICT (shard) DO NOTHING;

-- Whether a relay of another process waits for a message: written by sleep-outbox.sql, and by who sends, wake-outbox.sql. Only how soon a message is published depends on it.
CREATE TABLE IF NOT EXISTS outbox_sleep (
  one    boolean PRIMARY KEY DEFAULT true CONSTRAINT there_is_one CHECK (one),
  asleep boolean NOT NULL DEFAULT false
);
INSERT INTO outbox_sleep DEFAULT VALUES ON CONFLICT DO NOTHING;
ALTER TABLE outbox_sleep SET (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- A destination to which nothing can be sent: it is not mapped, its topic is missing, or it is forbidden. outbox-retry looks again when due.
CREATE TABLE IF NOT EXISTS outbox_closed (
  destination   text        PRIMARY KEY CONSTRAINT destination_is_a_name CHECK (destination ~ '^[A-Za-z0-9._-]+$' AND length(destination) <= 200),
  closed_at     timestamptz NOT NULL DEFAULT now(),
  next_probe_at timestamptz NOT NULL,
  error_class   text        NOT NULL,
  error_message text        NOT NULL
);

-- Messages that are not to be published now. outbox-retry takes those that are due.
CREATE TABLE IF NOT EXISTS outbox_parked (
  -- the place among the messages of the key; 0 where it has none yet
  id              bigint      NOT NULL,
  message_id      uuid        NOT NULL,
  destination     text        NOT NULL CONSTRAINT destination_is_a_name CHECK (destination ~ '^[A-Za-z0-9._-]+$' AND length(destination) <= 200),
  message_key     text        NULL     CONSTRAINT message_key_is_not_empty CHECK (message_key <> ''),
  -- no foreign key: who delays a message would wait for the relay that has locked the shard
  shard           smallint    NOT NULL CONSTRAINT shard_is_one_of_64 CHECK (shard BETWEEN 0 AND 63),
  type            text        NOT NULL,
  content_type    text        NOT NULL,
  payload         bytea       NULL,
  headers         jsonb       NOT NULL CONSTRAINT headers_are_an_object CHECK (jsonb_typeof(headers) = 'object'),
  traceparent     text        NULL,
  created_at      timestamptz NOT NULL,
  parked_at       timestamptz NOT NULL DEFAULT now(),
  -- DELAYED: not due yet. REFUSED: holds back its key. BEHIND: waits for an earlier message of its key. RELEASED: did so, and is due.
  -- CLOSED: waits for its destination, and is due when that has no row in outbox_closed.
  reason          text        NOT NULL,
  -- there is no further attempt: outbox-retry makes it a dead letter
  exhausted       boolean     NOT NULL DEFAULT false,
  attempts        integer     NOT NULL CONSTRAINT attempts_are_counted CHECK (attempts >= 0),
  first_failed_at timestamptz NULL,
  next_attempt_at timestamptz NULL,
  error_class     text        NULL,
  error_message   text        NULL,
  PRIMARY KEY (id, message_id)
);
DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM pg_constraint WHERE conrelid = 'outbox_parked'::regclass AND contype = 'f') THEN
    -- before this release a closed destination was a row of outbox_parked, and a message also waited for those of its key to other destinations
    ALTER TABLE outbox_parked DROP CONSTRAINT outbox_parked_shard_fkey, DROP CONSTRAINT outbox_parked_pkey, ADD PRIMARY KEY (id, message_id),
      DROP CONSTRAINT reason_is_known, DROP CONSTRAINT only_followers_have_no_due_time, DROP CONSTRAINT a_failure_has_an_error,
      ALTER COLUMN payload DROP NOT NULL, ADD CONSTRAINT shard_is_one_of_64 CHECK (shard BETWEEN 0 AND 63);
    DROP INDEX outbox_parked_by_key, outbox_parked_by_circuit, outbox_parked_by_due_time;
    INSERT INTO outbox_closed (destination, next_probe_at, error_class, error_message)
    SELECT DISTINCT ON (destination) destination, now(), error_class, coalesce(error_message, '')
    FROM outbox_parked
    WHERE reason = 'CIRCUIT'
    ORDER BY destination, id;
    UPDATE outbox_parked p
    SET reason = CASE WHEN p.reason = 'CIRCUIT' OR w.closed AND NOT w.follows_refused THEN 'CLOSED'
                      WHEN w.follows THEN 'BEHIND' ELSE 'RELEASED' END,
        next_attempt_at = CASE WHEN p.reason = 'BEHIND' AND NOT w.follows AND NOT w.closed THEN now() END,
        error_class = NULL, error_message = NULL, first_failed_at = NULL
    FROM (
      SELECT b.id, b.message_id,
             coalesce(bool_or(b.reason = 'REFUSED') OVER earlier, false) AND b.message_key IS NOT NULL AS follows_refused,
             coalesce(bool_or(true) OVER earlier, false) AND b.message_key IS NOT NULL AS follows,
             EXISTS (SELECT 1 FROM outbox_closed c WHERE c.destination = b.destination) AS closed
      FROM outbox_parked b
      WHERE b.reason <> 'DELAYED'
      WINDOW earlier AS (PARTITION BY b.destination, b.message_key ORDER BY b.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    ) w
    WHERE p.reason IN ('CIRCUIT', 'BEHIND') AND w.id = p.id AND w.message_id = p.message_id;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conrelid = 'outbox_parked'::regclass AND conname = 'reason_is_known') THEN
    ALTER TABLE outbox_parked
      ADD CONSTRAINT reason_is_known CHECK (reason IN ('DELAYED', 'REFUSED', 'BEHIND', 'RELEASED', 'CLOSED')),
      ADD CONSTRAINT who_waits_for_another_has_no_due_time CHECK ((next_attempt_at IS NULL) = (reason IN ('BEHIND', 'CLOSED'))),
      ADD CONSTRAINT a_failure_has_an_error
        CHECK (num_nulls(error_class, first_failed_at) IN (0, 2) AND (error_class IS NOT NULL) = (reason = 'REFUSED'));
  END IF;
END $$;
-- serves claim-outbox-batch.sql: does an earlier message hold this key back? By the hash, since an index holds no key of any length.
CREATE INDEX IF NOT EXISTS outbox_parked_by_key ON outbox_parked (destination, hashtextextended(message_key, 0), id) WHERE reason <> 'DELAYED';
-- serves claim-due-outbox-batch.sql: where does the next refused message of a key begin to hold it back?
CREATE INDEX IF NOT EXISTS outbox_parked_by_refused_key ON outbox_parked (destination, hashtextextended(message_key, 0), id) WHERE reason = 'REFUSED';
-- serves outbox_opened: which destinations have messages that wait for them, and in which shards?
CREATE INDEX IF NOT EXISTS outbox_parked_by_destination ON outbox_parked (destination, shard, id) WHERE reason = 'CLOSED';
-- serves lock-due-outbox-shards.sql: what is due?
CREATE INDEX IF NOT EXISTS outbox_parked_by_due_time ON outbox_parked (shard, next_attempt_at) WHERE reason IN ('REFUSED', 'RELEASED');
-- serves release-delayed-outbox-messages.sql
CREATE INDEX IF NOT EXISTS outbox_parked_by_delay ON outbox_parked (next_attempt_at) WHERE reason = 'DELAYED';
ALTER TABLE outbox_parked SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
-- Destinations that are not closed and have messages that wait for them. It looks at one row of each, however many there are.
CREATE OR REPLACE VIEW outbox_opened AS
WITH RECURSIVE waiting (destination) AS (
  (SELECT p.destination FROM outbox_parked p WHERE p.reason = 'CLOSED' ORDER BY p.destination LIMIT 1)
  UNION ALL
  SELECT (SELECT p.destination FROM outbox_parked p WHERE p.reason = 'CLOSED' AND p.destination > w.destination ORDER BY p.destination LIMIT 1)
  FROM waiting w
  WHERE w.destination IS NOT NULL
)
SELECT w.destination
FROM waiting w
WHERE w.destination IS NOT NULL AND NOT EXISTS (SELECT 1 FROM outbox_closed c WHERE c.destination = w.destination);

-- Published messages, where outbox.archive is on.
CREATE TABLE IF NOT EXISTS outbox_sent (
  -- random: neither a message that is sent twice nor an identity that starts again makes a duplicate key
  sent_id      uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  message_id   uuid        NOT NULL,
  destination  text        NOT NULL,
  message_key  text        NULL,
  type         text        NOT NULL,
  content_type text        NOT NULL,
  payload      bytea       NULL,
  headers      jsonb       NOT NULL,
  traceparent  text        NULL,
  created_at   timestamptz NOT NULL,
  sent_at      timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE outbox_sent ADD COLUMN IF NOT EXISTS sent_id uuid PRIMARY KEY DEFAULT gen_random_uuid();
ALTER TABLE outbox_sent ALTER COLUMN payload DROP NOT NULL;
-- serves the question whether a message was sent
CREATE INDEX IF NOT EXISTS outbox_sent_by_message ON outbox_sent (message_id);
-- serves retention
CREATE INDEX IF NOT EXISTS outbox_sent_by_age ON outbox_sent (sent_at);

-- The inbox of a release that knew no source: its keys, parked messages and dead letters get one. What an index cannot hold is hashed as
-- MessageIdentity does it, and a dead letter without an id gets the one of its place, so that it can be replayed.
DO $$
DECLARE
  inbox text;
  part text;
BEGIN
  IF to_regclass('inbox_message') IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('inbox_message') AND attname = 'source') THEN
    ALTER TABLE inbox_message ADD COLUMN source text NOT NULL DEFAULT '', DROP CONSTRAINT inbox_message_pkey, DROP CONSTRAINT message_id_is_short;
    ALTER TABLE inbox_parked ADD COLUMN source text NOT NULL DEFAULT '', DROP CONSTRAINT message_is_parked_once;
    ALTER TABLE dead_letter ADD COLUMN source text NOT NULL DEFAULT '';
    DROP INDEX IF EXISTS inbox_parked_by_key, record_is_dead_once, dead_letter_by_open;
    WITH letter AS (
      UPDATE dead_letter
      SET source = CASE WHEN topic_offset IS NULL THEN 'jms:' ELSE 'kafka:' END || coalesce(topic, ''),
          message_id = coalesce(topic_partition || '@' || topic_offset, gen_random_uuid()::text)
      WHERE message_id IS NULL
      RETURNING consumer, source, message_id
    )
    INSERT INTO inbox_message (consumer, source, message_id)
    SELECT DISTINCT letter.consumer, letter.source, letter.message_id
    FROM letter;
    FOREACH inbox IN ARRAY ARRAY['inbox_message', 'inbox_parked', 'dead_letter'] LOOP
      FOREACH part IN ARRAY ARRAY['source', 'message_id'] LOOP
        EXECUTE format($update$
          UPDATE %1$I SET %2$I = 'sha256:' || encode(sha256(convert_to(%2$I, 'UTF8')), 'hex')
          WHERE octet_length(convert_to(%2$I, 'UTF8')) > 200 OR %2$I LIKE 'sha256:%%'
        $update$, inbox, part);
      END LOOP;
      EXECUTE format($alter$
        ALTER TABLE %I ADD CONSTRAINT source_is_short CHECK (octet_length(source) <= 200),
          ADD CONSTRAINT message_id_is_short CHECK (octet_length(message_id) BETWEEN 1 AND 200), ALTER COLUMN message_id SET NOT NULL
      $alter$, inbox);
    END LOOP;
    ALTER TABLE inbox_message ADD PRIMARY KEY (consumer, source, message_id);
    ALTER TABLE inbox_parked ADD CONSTRAINT message_is_parked_once UNIQUE (consumer, source, message_id);
  END IF;
END $$;

-- The idempotent receiver's memory: one row for each message that is taken care of. Its effect is committed, or it is parked or dead.
CREATE TABLE IF NOT EXISTS inbox_message (
  consumer    text        NOT NULL CONSTRAINT consumer_is_not_empty CHECK (consumer <> ''),
  -- CloudEvents' source and id. Source '' is of a release that knew no source, and stands for every source.
  source      text        NOT NULL DEFAULT '' CONSTRAINT source_is_short CHECK (octet_length(source) <= 200),
  message_id  text        NOT NULL CONSTRAINT message_id_is_short CHECK (octet_length(message_id) BETWEEN 1 AND 200),
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, source, message_id)
);
-- serves retention: delete the keys that are older than inbox.retention
CREATE INDEX IF NOT EXISTS inbox_message_by_age ON inbox_message (received_at);

-- JMS messages that have failed and are not parked yet: what neither the broker nor a process may forget. A row goes with the effect, the parking or the burial.
CREATE TABLE IF NOT EXISTS inbox_attempt (
  consumer        text        NOT NULL CONSTRAINT consumer_is_not_empty CHECK (consumer <> ''),
  source          text        NOT NULL,
  message_id      text        NOT NULL,
  -- attempts that have failed, by the fault of the message or its handler
  attempts        integer     NOT NULL DEFAULT 0 CONSTRAINT attempts_are_counted CHECK (attempts >= 0),
  -- attempts to park it or to bury it that have failed
  keepings        integer     NOT NULL DEFAULT 0 CONSTRAINT keepings_are_counted CHECK (keepings >= 0),
  -- processes that have died while they handled it
  crashes         integer     NOT NULL DEFAULT 0 CONSTRAINT crashes_are_counted CHECK (crashes >= 0),
  -- the process that handles it, or has died before it could tell how that has ended
  process         text        NULL,
  permanent       boolean     NOT NULL DEFAULT false,
  error_class     text        NULL,
  error_message   text        NULL,
  first_failed_at timestamptz NULL,
  changed_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, source, message_id)
);

-- How far a receiver is in the partitions of its topics. Moved by the transaction of each record, so that position and effect are one fact.
CREATE TABLE IF NOT EXISTS inbox_position (
  consumer        text        NOT NULL CONSTRAINT consumer_is_not_empty CHECK (consumer <> ''),
  topic           text        NOT NULL,
  topic_partition integer     NOT NULL,
  -- Kafka's: a topic that is deleted and made again is another one
  topic_id        text        NOT NULL,
  -- offset of the last record that is done; -1 if none is
  position        bigint      NOT NULL CONSTRAINT position_is_an_offset CHECK (position >= -1),
  moved_at        timestamptz NOT NULL DEFAULT now(),
  -- counts the rows that have been the partition's, one after the other
  era             bigint      NOT NULL DEFAULT 0,
  PRIMARY KEY (consumer, topic, topic_partition, era)
) WITH (fillfactor = 20);
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = 'inbox_position'::regclass AND attname = 'era') THEN
    ALTER TABLE inbox_position ADD COLUMN era bigint NOT NULL DEFAULT 0, DROP CONSTRAINT inbox_position_pkey,
      ADD PRIMARY KEY (consumer, topic, topic_partition, era);
  END IF;
END $$;
-- Few rows, each updated by every record: vacuum by count.
ALTER TABLE inbox_position SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- The record behind the stored position is done, or the same again. Fails if the receiver is elsewhere: another process has taken the
-- partition over, or the position was moved on purpose, or with a backup.
CREATE OR REPLACE FUNCTION move_inbox_position(of_consumer text, of_topic text, of_partition integer, of_topic_id text, seen bigint, done bigint)
RETURNS boolean
LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
DECLARE
  newest inbox_position;
BEGIN
  IF of_topic_id IS NULL THEN
    RETURN true;
  END IF;
  -- while an old snapshot is open, PostgreSQL keeps every version of a row, and who updates it looks through them: so a row is followed by
  -- another now and then, and looked for from the end of the index
  SELECT p.* INTO newest
  FROM inbox_position p
  WHERE p.consumer = of_consumer AND p.topic = of_topic AND p.topic_partition = of_partition
  ORDER BY p.era DESC
  LIMIT 1;
  IF done / 500 = newest.position / 500 THEN
    UPDATE inbox_position p
    SET position = done, moved_at = now()
    WHERE p.consumer = of_consumer AND p.topic = of_topic AND p.topic_partition = of_partition AND p.era = newest.era AND p.topic_id = of_topic_id
      AND p.position IN (seen, done) AND p.position <= done;
  ELSE
    WITH old AS (
      DELETE FROM inbox_position p
      WHERE p.consumer = of_consumer AND p.topic = of_topic AND p.topic_partition = of_partition AND p.era = newest.era AND p.topic_id = of_topic_id
        AND p.position IN (seen, done) AND p.position <= done
      RETURNING p.era
    )
    INSERT INTO inbox_position (consumer, topic, topic_partition, topic_id, position, era)
    SELECT of_consumer, of_topic, of_partition, of_topic_id, done, old.era + 1
    FROM old;
  END IF;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'inbox of %: record % of %-% does not follow the stored position: somebody else has moved it', of_consumer, done, of_topic, of_partition
      USING ERRCODE = 'RR001';
  END IF;
  RETURN true;
END $$;

-- Received messages that wait for their next attempt, or behind an earlier one of their key. inbox-retry takes those that are due.
CREATE TABLE IF NOT EXISTS inbox_parked (
  id               bigint      GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
  consumer         text        NOT NULL CONSTRAINT consumer_is_not_empty CHECK (consumer <> ''),
  source           text        NOT NULL DEFAULT '' CONSTRAINT source_is_short CHECK (octet_length(source) <= 200),
  message_id       text        NOT NULL CONSTRAINT message_id_is_short CHECK (octet_length(message_id) BETWEEN 1 AND 200),
  message_key      text        NULL,
  topic            text        NULL,
  topic_partition  integer     NULL,
  topic_offset     bigint      NULL,
  payload          bytea       NULL,
  headers          jsonb       NOT NULL,
  parked_at        timestamptz NOT NULL DEFAULT now(),
  -- an earlier message of its key is parked: this one waits for it, due or not
  behind           boolean     NOT NULL,
  -- it was dead and its key has gone on: it holds nobody back
  replayed         boolean     NOT NULL DEFAULT false,
  -- there is no further attempt: inbox-retry makes it a dead letter
  exhausted        boolean     NOT NULL DEFAULT false,
  attempts         integer     NOT NULL CONSTRAINT attempts_are_counted CHECK (attempts >= 0),
  first_failed_at  timestamptz NULL,
  next_attempt_at  timestamptz NOT NULL,
  error_class      text        NULL,
  error_message    text        NULL,
  CONSTRAINT message_is_parked_once UNIQUE (consumer, source, message_id)
);
ALTER TABLE inbox_parked SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
-- serves claim-inbox-retry.sql: what is due?
CREATE INDEX IF NOT EXISTS inbox_parked_by_due_time ON inbox_parked (consumer, next_attempt_at, id) WHERE NOT behind;
-- serves lock-parked-inbox-key.sql: is a message of this key parked, and which is next?
-- By hash: a key is data, and may be longer than an index holds.
CREATE INDEX IF NOT EXISTS inbox_parked_by_key ON inbox_parked (consumer, hashtextextended(message_key, 0), id);

-- Who replayed or discarded dead letters, which ones, when and why.
CREATE TABLE IF NOT EXISTS dead_letter_audit (
  id       bigint      GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
  action   text        NOT NULL CONSTRAINT action_is_known CHECK (action IN ('REPLAY', 'DISCARD')),
  who      text        NOT NULL CONSTRAINT who_is_not_empty CHECK (who <> ''),
  reason   text        NOT NULL CONSTRAINT reason_is_not_empty CHECK (reason <> ''),
  filter   jsonb       NOT NULL,
  letters  bigint      NOT NULL CONSTRAINT something_was_done CHECK (letters > 0),
  acted_at timestamptz NOT NULL DEFAULT now(),
  -- of one letter that was replayed with another payload, which is the second; NULL: as it was
  payload  bytea       NULL,
  replaced_by bytea    NULL
);
ALTER TABLE dead_letter_audit ADD COLUMN IF NOT EXISTS payload bytea, ADD COLUMN IF NOT EXISTS replaced_by bytea;

-- Messages nobody will try again by themselves: visible, alerted, replayable.
CREATE TABLE IF NOT EXISTS dead_letter (
  id               bigint      GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
  origin           text        NOT NULL CONSTRAINT origin_is_a_side CHECK (origin IN ('OUTBOX', 'INBOX', 'HALF')),
  -- the consumer that gave up, or the destination that refused or, of an undecided half message, that it is for
  consumer         text        NOT NULL CONSTRAINT consumer_is_not_empty CHECK (consumer <> ''),
  -- those of the message, or else, for a message without an identity of its own, where it came from
  source           text        NOT NULL DEFAULT '' CONSTRAINT source_is_short CHECK (octet_length(source) <= 200),
  message_id       text        NOT NULL CONSTRAINT message_id_is_short CHECK (octet_length(message_id) BETWEEN 1 AND 200),
  message_key      text        NULL,
  topic            text        NULL,
  topic_partition  integer     NULL,
  topic_offset     bigint      NULL,
  payload          bytea       NULL,
  headers          jsonb       NOT NULL,
  attempts         integer     NOT NULL CONSTRAINT attempts_are_counted CHECK (attempts >= 0),
  error_class      text        NOT NULL,
  error_message    text        NOT NULL,
  first_failed_at  timestamptz NOT NULL,
  last_failed_at   timestamptz NOT NULL DEFAULT now(),
  alerted_at       timestamptz NULL,
  -- NULL: open. Else it was replayed or discarded then, and the audit tells by whom.
  ended_at         timestamptz NULL,
  audit_id         bigint      NULL REFERENCES dead_letter_audit (id),
  CONSTRAINT failures_are_in_order CHECK (first_failed_at <= last_failed_at),
  CONSTRAINT an_end_has_an_audit CHECK ((ended_at IS NULL) = (audit_id IS NULL))
);
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conrelid = 'dead_letter'::regclass AND conname = 'origin_is_a_side'
                 AND pg_get_constraintdef(oid) LIKE '%HALF%') THEN
    ALTER TABLE dead_letter DROP CONSTRAINT origin_is_a_side, ADD CONSTRAINT origin_is_a_side CHECK (origin IN ('OUTBOX', 'INBOX', 'HALF'));
  END IF;
END $$;
-- the same record, delivered again, is the same letter, unless that one has ended. A topic that was made anew has other records at the offsets.
CREATE UNIQUE INDEX IF NOT EXISTS record_is_dead_once ON dead_letter
  (consumer, topic, topic_partition, topic_offset, source, message_id, md5(coalesce(payload, '')))
WHERE ended_at IS NULL;
-- serves end-dead-letters.sql and the question which letters are open
CREATE INDEX IF NOT EXISTS dead_letter_by_open ON dead_letter (consumer, source, message_id) WHERE ended_at IS NULL;
-- serves raise-alerts.sql: which letters has nobody been told of?
CREATE INDEX IF NOT EXISTS dead_letter_by_news ON dead_letter (consumer, error_class) WHERE alerted_at IS NULL;
-- serves retention
CREATE INDEX IF NOT EXISTS dead_letter_by_end ON dead_letter (ended_at) WHERE ended_at IS NOT NULL;

-- What a dead letter says on its own topic: the message as it was, and in its headers what became of it.
CREATE OR REPLACE FUNCTION dead_letter_announcement(letter dead_letter)
RETURNS TABLE (message_key text, type text, content_type text, payload bytea, headers jsonb, traceparent text)
LANGUAGE sql STABLE AS $$
-- an outbox has no empty keys
SELECT nullif(letter.message_key, ''), coalesce(letter.headers ->> 'ce_type', letter.topic) || '.dead',
       coalesce(letter.headers ->> 'content-type', 'application/octet-stream'), coalesce(letter.payload, ''),
       jsonb_strip_nulls(jsonb_build_object(
         'dead-letter-consumer', letter.consumer, 'dead-letter-message-id', letter.message_id, 'dead-letter-source', coalesce(nullif(letter.source, ''), letter.headers ->> 'ce_source'),
         'dead-letter-topic', letter.topic, 'dead-letter-partition', letter.topic_partition::text, 'dead-letter-offset', letter.topic_offset::text,
         'dead-letter-attempts', letter.attempts::text, 'dead-letter-error-class', letter.error_class,
         'dead-letter-error-message', left(letter.error_message, 1000), 'dead-letter-first-failed-at', letter.first_failed_at)),
       substring(letter.headers ->> 'traceparent' FROM '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$')
$$;

-- Half messages: of producers whose own transaction is in another database. They are decided once, and then remembered, so that a late decision
-- is refused. half-check-back asks the producers of those that are not decided. See docs/half-message.md.
CREATE TABLE IF NOT EXISTS half_message (
  id            uuid        PRIMARY KEY,
  -- the place among the messages of the key
  place         bigint      NOT NULL GENERATED ALWAYS AS IDENTITY (CACHE 1),
  -- its login; empty where none is needed
  producer      text        NOT NULL,
  -- SHA-256 of the request: the same one again is no other message
  content       text        NOT NULL CONSTRAINT content_is_a_digest CHECK (content ~ '^[0-9a-f]{64}$'),
  destination   text        NOT NULL CONSTRAINT destination_is_a_name CHECK (destination ~ '^[A-Za-z0-9._-]+$' AND length(destination) <= 200),
  message_key   text        NULL     CONSTRAINT message_key_is_not_empty CHECK (message_key <> ''),
  type          text        NOT NULL CONSTRAINT type_is_not_empty CHECK (type <> ''),
  content_type  text        NOT NULL,
  -- NULL when it is in the outbox, or rolled back
  payload       bytea       NULL,
  headers       jsonb       NOT NULL CONSTRAINT headers_are_an_object CHECK (jsonb_typeof(headers) = 'object'),
  traceparent   text        NULL     CONSTRAINT traceparent_is_w3c CHECK (traceparent ~ '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'),
  -- not to be published before, or so long after the decision
  due_at        timestamptz NULL,
  delay         interval    NULL,
  -- has a key, no delay, and keeps its place: later ones of its key wait until it is decided
  ordered       boolean     NOT NULL,
  check_back    text        NOT NULL,
  check_host    text        NOT NULL CONSTRAINT check_host_is_short CHECK (octet_length(check_host) BETWEEN 1 AND 300),
  state         text        NOT NULL DEFAULT 'PREPARED' CONSTRAINT state_is_known CHECK (state IN ('PREPARED', 'COMMITTED', 'ROLLED_BACK', 'DEAD')),
  -- committed, and not in the outbox yet: an earlier one of its key is not decided, or waits
  waiting       boolean     NOT NULL DEFAULT false CONSTRAINT who_waits_is_committed CHECK (NOT waiting OR state = 'COMMITTED'),
  -- how often its producer was asked
  attempts      integer     NOT NULL DEFAULT 0 CONSTRAINT attempts_are_counted CHECK (attempts >= 0),
  next_check_at timestamptz NULL,
  last_answer   text        NULL,
  prepared_at   timestamptz NOT NULL DEFAULT now(),
  decided_at    timestamptz NULL,
  decided_by    text        NULL     CONSTRAINT decided_by_is_known CHECK (decided_by IN ('PRODUCER', 'CHECK_BACK', 'OPERATOR')),
  -- the open dead letter of one that is DEAD
  letter_id     bigint      NULL,
  CONSTRAINT who_is_undecided_is_asked CHECK ((state = 'PREPARED') = (next_check_at IS NOT NULL)),
  CONSTRAINT a_decision_has_a_time CHECK (num_nulls(decided_at, decided_by) = CASE WHEN state IN ('COMMITTED', 'ROLLED_BACK') THEN 0 ELSE 2 END),
  CONSTRAINT who_is_dead_has_a_letter CHECK ((state = 'DEAD') = (letter_id IS NOT NULL)),
  CONSTRAINT a_payload_is_kept_until_it_is_sent CHECK (payload IS NOT NULL OR state = 'ROLLED_BACK' OR state = 'COMMITTED' AND NOT waiting)
);
-- serves claim-half-messages.sql: who of each host is due?
CREATE INDEX IF NOT EXISTS half_message_by_due_time ON half_message (check_host, next_check_at) WHERE state = 'PREPARED';
-- serves release-half-messages.sql: who waits, and does an earlier one hold the key back? By hash: a key may be longer than an index holds.
CREATE INDEX IF NOT EXISTS half_message_by_waiting ON half_message (place) WHERE waiting;
CREATE INDEX IF NOT EXISTS half_message_by_key ON half_message (destination, hashtextextended(message_key, 0), place)
  WHERE ordered AND (state = 'PREPARED' OR waiting);
-- serves retention
CREATE INDEX IF NOT EXISTS half_message_by_end ON half_message (decided_at) WHERE decided_at IS NOT NULL;
ALTER TABLE half_message SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- Dead letters of a kind have been told; until ends_at more of them are counted and not told one by one.
CREATE TABLE IF NOT EXISTS alert_window (
  consumer    text        NOT NULL,
  error_class text        NOT NULL,
  ends_at     timestamptz NOT NULL,
  PRIMARY KEY (consumer, error_class)
);

-- What went wrong or stands still and is no dead letter: a gap in a topic, a batch that cannot be sent. ended_at is NULL while it goes on.
CREATE TABLE IF NOT EXISTS incident (
  kind           text        NOT NULL CONSTRAINT kind_is_a_name CHECK (kind ~ '^[A-Z_]{1,40}$'),
  subject        text        NOT NULL CONSTRAINT subject_is_short CHECK (octet_length(subject) BETWEEN 1 AND 1000),
  error_class    text        NOT NULL,
  error_message  text        NOT NULL,
  times          bigint      NOT NULL DEFAULT 1 CONSTRAINT times_are_counted CHECK (times > 0),
  started_at     timestamptz NOT NULL DEFAULT now(),
  last_seen_at   timestamptz NOT NULL DEFAULT now(),
  ended_at       timestamptz NULL,
  -- its beginning, its end: when somebody was told of it
  alerted_at     timestamptz NULL,
  end_alerted_at timestamptz NULL,
  PRIMARY KEY (kind, subject)
);

-- Sagas, and try-confirm-cancel (TCC): business transactions over several services, a step after the other. Written by start-saga.sql,
-- advance-saga.sql and time-out-sagas.sql only. See docs/saga.md and docs/tcc.md.
CREATE TABLE IF NOT EXISTS saga (
  saga_id      text        PRIMARY KEY CONSTRAINT saga_id_is_a_name CHECK (saga_id ~ '^[A-Za-z0-9._:-]+$' AND length(saga_id) <= 200),
  saga_name    text        NOT NULL CONSTRAINT saga_name_is_a_name CHECK (saga_name ~ '^[A-Za-z0-9._-]+$' AND length(saga_name) <= 100),
  -- the key of its commands, and of their answers
  message_key  text        NOT NULL CONSTRAINT message_key_is_not_empty CHECK (message_key <> ''),
  -- the body of its commands
  data         jsonb       NOT NULL CONSTRAINT data_is_an_object CHECK (jsonb_typeof(data) = 'object'),
  -- as they were defined when it started: a list of name and destination
  steps        jsonb       NOT NULL CONSTRAINT steps_are_a_list CHECK (jsonb_typeof(steps) = 'array' AND jsonb_array_length(steps) > 0),
  -- TCC: its steps are tried, and all are confirmed when all were tried
  model        text        NOT NULL DEFAULT 'SAGA' CONSTRAINT model_is_known CHECK (model IN ('SAGA', 'TCC')),
  -- the step that cannot be undone: when it is done, the saga only goes forward. NULL: each can be
  pivot        smallint    NULL     CONSTRAINT pivot_is_a_step CHECK (pivot BETWEEN 1 AND jsonb_array_length(steps)),
  step_timeout interval    NOT NULL CONSTRAINT step_timeout_is_positive CHECK (step_timeout > interval '0'),
  traceparent  text        NULL     CONSTRAINT traceparent_is_w3c CHECK (traceparent ~ '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'),
  state        text        NOT NULL DEFAULT 'RUNNING' CONSTRAINT state_is_known CHECK (state IN ('RUNNING', 'CONFIRMING', 'COMPENSATING', 'COMPLETED', 'COMPENSATED')),
  -- the step that was asked for last, or is confirmed or undone
  step         smallint    NOT NULL DEFAULT 1 CONSTRAINT step_is_a_step CHECK (step BETWEEN 1 AND jsonb_array_length(steps)),
  -- why it is compensated, or, of one that is RUNNING, why its step is asked for again
  reason       text        NULL,
  -- when its last command was written, or its last step refused
  asked_at     timestamptz NOT NULL DEFAULT now(),
  -- when time-out-sagas.sql takes the step for refused, or asks for it again. NULL: it waits for its answer, however long that takes
  due_at       timestamptz NULL,
  started_at   timestamptz NOT NULL DEFAULT now(),
  ended_at     timestamptz NULL,
  CONSTRAINT an_ended_saga_has_an_end CHECK ((state IN ('COMPLETED', 'COMPENSATED')) = (ended_at IS NOT NULL)),
  CONSTRAINT only_a_running_saga_is_due CHECK (due_at IS NULL OR state = 'RUNNING'),
  CONSTRAINT a_compensation_has_a_reason CHECK (reason IS NOT NULL OR state IN ('RUNNING', 'CONFIRMING', 'COMPLETED')),
  CONSTRAINT only_tcc_is_confirmed CHECK (state <> 'CONFIRMING' OR model = 'TCC'),
  CONSTRAINT all_of_tcc_can_be_cancelled CHECK (pivot IS NULL OR model = 'SAGA')
);
-- an earlier schema knew sagas only
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = 'saga'::regclass AND attname = 'model') THEN
    ALTER TABLE saga DROP CONSTRAINT state_is_known, DROP CONSTRAINT a_compensation_has_a_reason,
      ADD COLUMN model text NOT NULL DEFAULT 'SAGA' CONSTRAINT model_is_known CHECK (model IN ('SAGA', 'TCC')),
      ADD CONSTRAINT state_is_known CHECK (state IN ('RUNNING', 'CONFIRMING', 'COMPENSATING', 'COMPLETED', 'COMPENSATED')),
      ADD CONSTRAINT a_compensation_has_a_reason CHECK (reason IS NOT NULL OR state IN ('RUNNING', 'CONFIRMING', 'COMPLETED')),
      ADD CONSTRAINT only_tcc_is_confirmed CHECK (state <> 'CONFIRMING' OR model = 'TCC'),
      ADD CONSTRAINT all_of_tcc_can_be_cancelled CHECK (pivot IS NULL OR model = 'SAGA');
  END IF;
END $$;
-- serves time-out-sagas.sql: what is due?
CREATE INDEX IF NOT EXISTS saga_by_due_time ON saga (saga_name, due_at) WHERE due_at IS NOT NULL;
-- serves raise-standstills.sql, and operators: what has not ended, and waits longest?
CREATE INDEX IF NOT EXISTS saga_by_wait ON saga (asked_at) WHERE ended_at IS NULL;
-- serves retention
CREATE INDEX IF NOT EXISTS saga_by_end ON saga (ended_at) WHERE ended_at IS NOT NULL;
ALTER TABLE saga SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- Each step of a saga that was asked for. What is decided, is decided by the row of the saga; this one tells what has happened.
CREATE TABLE IF NOT EXISTS saga_step (
  saga_id          text        NOT NULL REFERENCES saga (saga_id) ON DELETE CASCADE,
  step             smallint    NOT NULL CONSTRAINT steps_are_counted CHECK (step > 0),
  name             text        NOT NULL,
  -- DONE, of TCC: tried. UNDONE, of TCC: cancelled
  state            text        NOT NULL DEFAULT 'ASKED'
                               CONSTRAINT state_is_known CHECK (state IN ('ASKED', 'DONE', 'REFUSED', 'CONFIRMING', 'CONFIRMED', 'UNDOING', 'UNDONE')),
  -- more than once: refused behind the pivot
  asks             integer     NOT NULL DEFAULT 1 CONSTRAINT asks_are_counted CHECK (asks > 0),
  asked_at         timestamptz NOT NULL DEFAULT now(),
  answered_at      timestamptz NULL,
  -- why it was refused, or TIMED_OUT
  reason           text        NULL,
  undo_asked_at    timestamptz NULL,
  undone_at        timestamptz NULL,
  confirm_asked_at timestamptz NULL,
  confirmed_at     timestamptz NULL,
  -- those that came twice, or too late, and changed nothing
  ignored_answers  integer     NOT NULL DEFAULT 0 CONSTRAINT ignored_answers_are_counted CHECK (ignored_answers >= 0),
  ignored_answer   text        NULL,
  PRIMARY KEY (saga_id, step)
);
-- an earlier schema knew sagas only
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = 'saga_step'::regclass AND attname = 'confirmed_at') THEN
    ALTER TABLE saga_step DROP CONSTRAINT state_is_known,
      ADD COLUMN confirm_asked_at timestamptz NULL, ADD COLUMN confirmed_at timestamptz NULL,
      ADD CONSTRAINT state_is_known CHECK (state IN ('ASKED', 'DONE', 'REFUSED', 'CONFIRMING', 'CONFIRMED', 'UNDOING', 'UNDONE'));
  END IF;
END $$;
ALTER TABLE saga_step SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- An earlier schema gave the length of a name by {1,200} in its expression, which took half of the time of an INSERT.
DO $$
DECLARE
  slow record;
BEGIN
  FOR slow IN SELECT conrelid::regclass AS relation, conname, regexp_replace(pg_get_constraintdef(oid),
                '\((\w+) ~ ''(.*)\{1,(\d+)\}\$''::text\)', '(\1 ~ ''\2+$'' AND length(\1) <= \3)') AS fast
              FROM pg_constraint
              WHERE conrelid IN ('outbox_message'::regclass, 'outbox_closed'::regclass, 'outbox_parked'::regclass, 'half_message'::regclass, 'saga'::regclass)
                AND pg_get_constraintdef(oid) LIKE '%{1,_00}$''::text%'
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %2$I %s', slow.relation, slow.conname, slow.fast);
  END LOOP;
END $$;

-- The barrier of a participant: how far it has come with each step that it was asked for. Written by enter-step.sql and refuse-step.sql only.
CREATE TABLE IF NOT EXISTS step_barrier (
  saga_name  text        NOT NULL,
  saga_id    text        NOT NULL,
  step       smallint    NOT NULL CONSTRAINT steps_are_counted CHECK (step > 0),
  -- VOID: undone or cancelled before it was asked for, so that it never will be done
  state      text        NOT NULL CONSTRAINT state_is_known CHECK (state IN ('DONE', 'REFUSED', 'UNDONE', 'CONFIRMED', 'VOID')),
  -- why it was refused
  reason     text        NULL,
  -- the last command that came, and the state that it found; NULL: none
  action     text        NOT NULL CONSTRAINT action_is_known CHECK (action IN ('DO', 'UNDO', 'TRY', 'CONFIRM', 'CANCEL')),
  was        text        NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (saga_name, saga_id, step)
);
-- serves whoever deletes old rows, of sagas that have ended
CREATE INDEX IF NOT EXISTS step_barrier_by_age ON step_barrier (changed_at);

-- The command that a saga waits for the answer of, as a row of the outbox. A command and its compensation have one destination and one key: none overtakes the other.
CREATE OR REPLACE FUNCTION saga_command(waiting saga)
RETURNS TABLE (message_id uuid, destination text, message_key text, type text, content_type text, payload bytea, headers jsonb, traceparent text,
               created_at timestamptz)
LANGUAGE sql STABLE AS $$
SELECT gen_random_uuid(), s.destination, waiting.message_key, s.destination, 'application/json', convert_to(waiting.data::text, 'UTF8'),
       jsonb_build_object('ce_saga', waiting.saga_name, 'ce_sagaid', waiting.saga_id, 'ce_sagastep', waiting.step::text, 'ce_sagastepname', s.name,
                          'ce_sagaaction', CASE waiting.state WHEN 'RUNNING' THEN CASE waiting.model WHEN 'TCC' THEN 'TRY' ELSE 'DO' END
                                                              WHEN 'CONFIRMING' THEN 'CONFIRM'
                                                              ELSE CASE waiting.model WHEN 'TCC' THEN 'CANCEL' ELSE 'UNDO' END END),
       waiting.traceparent, now()
FROM (SELECT waiting.steps -> (waiting.step - 1) ->> 'destination' AS destination, waiting.steps -> (waiting.step - 1) ->> 'name' AS name) s
$$;

-- Every message of the sending side, with one status of the closed list PENDING, RETRYING, SENT, HANDLED, DEAD.
-- A published message leaves the outbox, so SENT shows only where an archive is kept.
CREATE OR REPLACE VIEW msg_published AS
SELECT message_id::text AS message_id, destination, message_key, type, 'PENDING' AS status, 0 AS attempts,
       NULL::timestamptz AS next_attempt_at, NULL::text AS error_message, created_at, NULL::text AS reason
FROM outbox_message
UNION ALL
SELECT p.message_id::text, p.destination, p.message_key, p.type, CASE WHEN p.reason = 'REFUSED' THEN 'RETRYING' ELSE 'PENDING' END, p.attempts,
       CASE WHEN p.reason = 'CLOSED' THEN coalesce(c.next_probe_at, now()) ELSE p.next_attempt_at END,
       coalesce(p.error_message, c.error_message), p.created_at, p.reason
FROM outbox_parked p LEFT JOIN outbox_closed c ON p.reason = 'CLOSED' AND c.destination = p.destination
UNION ALL
SELECT message_id::text, destination, message_key, type, 'SENT', 0, NULL, NULL, created_at, NULL
FROM outbox_sent
UNION ALL
SELECT message_id, consumer, message_key, headers ->> 'ce_type', 'DEAD', attempts, NULL, error_message, first_failed_at, NULL
FROM dead_letter
WHERE origin IN ('OUTBOX', 'HALF') AND ended_at IS NULL;

-- Every message of the receiving side, with one status of the same list. A discarded message stays DEAD.
CREATE OR REPLACE VIEW msg_received AS
SELECT i.message_id, i.consumer, 'HANDLED' AS status, 0 AS attempts,
       NULL::timestamptz AS next_attempt_at, NULL::text AS error_message, i.received_at, i.source
FROM inbox_message i
WHERE NOT EXISTS (SELECT 1 FROM inbox_parked p WHERE p.consumer = i.consumer AND p.source = i.source AND p.message_id = i.message_id)
  AND NOT EXISTS (
    SELECT 1
    FROM dead_letter d LEFT JOIN dead_letter_audit a ON a.id = d.audit_id
    WHERE d.origin = 'INBOX' AND d.consumer = i.consumer AND d.source = i.source AND d.message_id = i.message_id
      AND a.action IS DISTINCT FROM 'REPLAY')
UNION ALL
SELECT message_id, consumer, CASE WHEN error_class IS NULL THEN 'PENDING' ELSE 'RETRYING' END, attempts,
       next_attempt_at, error_message, parked_at, source
FROM inbox_parked
UNION ALL
SELECT d.message_id, d.consumer, 'DEAD', d.attempts, NULL, d.error_message, d.first_failed_at, d.source
FROM dead_letter d LEFT JOIN dead_letter_audit a ON a.id = d.audit_id
WHERE d.origin = 'INBOX' AND a.action IS DISTINCT FROM 'REPLAY';

-- What is prepared in this database and not ended, and what to do: docs/xa.md. A node is the name of the process that has prepared it.
CREATE OR REPLACE VIEW xa_in_doubt AS
SELECT d.gid, d.node, now() - d.prepared AS age, d.owner,
       CASE
         WHEN d.node IS NULL THEN 'not of this pack: ask its owner'
         WHEN EXISTS (
           SELECT 1
           FROM pg_locks l
           WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
             AND l.classid::bigint = 1920104545 AND l.objid::bigint = hashtext(d.node)::bigint & 4294967295)
           THEN 'its process runs, and ends it within xa.recovery-period: if not, look into its log'
         ELSE 'start its process with the same xa.node-identifier and xa.object-store; by hand only if that store is lost'
       END AS what_to_do
FROM (
  SELECT p.gid, p.prepared, p.owner,
         CASE WHEN p.gid ~ '^131077_([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?_' AND length(split_part(p.gid, '_', 2)) > 36
              -- behind the 28 bytes that Narayana begins with
              THEN encode(substr(decode(split_part(p.gid, '_', 2), 'base64'), 29), 'escape') END AS node
  FROM pg_prepared_xacts p
  WHERE p.database = current_database()) d;

-- After a switch-over by logical replication the identities begin again below the rows that are there.
DO $$
DECLARE
  behind record;
BEGIN
  FOR behind IN
    SELECT w.name, w.highest
    FROM (VALUES
        (pg_get_serial_sequence('outbox_message', 'id'),
         greatest((SELECT max(id) FROM outbox_message), (SELECT max(id) FROM outbox_parked WHERE reason <> 'DELAYED'))),
        (pg_get_serial_sequence('inbox_parked', 'id'), (SELECT max(id) FROM inbox_parked)),
        (pg_get_serial_sequence('dead_letter', 'id'), (SELECT max(id) FROM dead_letter)),
        (pg_get_serial_sequence('dead_letter_audit', 'id'), (SELECT max(id) FROM dead_letter_audit))) AS w (name, highest)
    JOIN pg_sequences s ON format('%I.%I', s.schemaname, s.sequencename) = w.name AND coalesce(s.last_value, 0) < w.highest
  LOOP
    PERFORM setval(behind.name::regclass, behind.highest);
  END LOOP;
END $$;

RESET client_min_messages;

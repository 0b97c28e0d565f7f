-- The tables of one service's database. Idempotent: applying it again changes nothing.
-- Apply with: psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f schema.sql

-- Messages that business transactions have committed and no relay has published. Insert and delete only.
CREATE TABLE IF NOT EXISTS outbox_message (
  id           bigint      GENERATED ALWAYS AS IDENTITY (CACHE 1),
  message_id   uuid        NOT NULL DEFAULT gen_random_uuid(),
  destination  text        NOT NULL CONSTRAINT destination_is_a_name CHECK (destination ~ '^[A-Za-z0-9._-]{1,200}$'),
  message_key  text        NULL     CONSTRAINT message_key_is_not_empty CHECK (message_key <> ''),
  -- one of 64: the unit of ownership between relays. All messages of a key are in one shard.
  shard        smallint    NOT NULL GENERATED ALWAYS AS (hashtext(coalesce(message_key, message_id::text)) & 63) STORED,
  type         text        NOT NULL CONSTRAINT type_is_not_empty CHECK (type <> ''),
  content_type text        NOT NULL DEFAULT 'application/json',
  payload      bytea       NOT NULL,
  headers      jsonb       NOT NULL DEFAULT '{}' CONSTRAINT headers_are_an_object CHECK (jsonb_typeof(headers) = 'object'),
  traceparent  text        NULL     CONSTRAINT traceparent_is_w3c CHECK (traceparent ~ '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'),
  created_at   timestamptz NOT NULL DEFAULT now(),
  -- serves claim-outbox-batch.sql: the oldest messages of a shard, in order
  PRIMARY KEY (shard, id)
);
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

-- Messages that cannot be published now: refused one by one, or waiting behind a refused one of their key.
CREATE TABLE IF NOT EXISTS outbox_parked (
  id              bigint      NOT NULL,
  message_id      uuid        NOT NULL,
  destination     text        NOT NULL,
  message_key     text        NULL,
  shard           smallint    NOT NULL REFERENCES outbox_shard (shard),
  type            text        NOT NULL,
  content_type    text        NOT NULL,
  payload         bytea       NOT NULL,
  headers         jsonb       NOT NULL,
  traceparent     text        NULL,
  created_at      timestamptz NOT NULL,
  parked_at       timestamptz NOT NULL DEFAULT now(),
  attempts        integer     NOT NULL CONSTRAINT attempts_are_counted CHECK (attempts >= 0),
  -- NULL: until an operator releases it, or until the head of its key is gone
  next_attempt_at timestamptz NULL,
  error_class     text        NULL,
  error_message   text        NULL,
  PRIMARY KEY (shard, id),
  CONSTRAINT an_attempt_has_an_error CHECK ((attempts = 0) = (error_class IS NULL))
);
-- serves claim-outbox-batch.sql: is an earlier message of this key parked?
CREATE INDEX IF NOT EXISTS outbox_parked_by_key ON outbox_parked (message_key);

-- The idempotent receiver's memory: one row for each message whose effect is committed, or which is dead.
CREATE TABLE IF NOT EXISTS inbox_message (
  consumer    text        NOT NULL CONSTRAINT consumer_is_not_empty CHECK (consumer <> ''),
  message_id  text        NOT NULL CONSTRAINT message_id_is_short CHECK (length(message_id) BETWEEN 1 AND 200),
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, message_id)
);
-- serves retention: delete the keys that are older than inbox.retention
CREATE INDEX IF NOT EXISTS inbox_message_by_age ON inbox_message USING brin (received_at);

-- Received messages that wait for their next attempt, or behind an earlier one of their key.
CREATE TABLE IF NOT EXISTS inbox_parked (
  id               bigint      GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
  consumer         text        NOT NULL CONSTRAINT consumer_is_not_empty CHECK (consumer <> ''),
  message_id       text        NOT NULL,
  message_key      text        NULL,
  topic            text        NOT NULL,
  topic_partition  integer     NOT NULL,
  topic_offset     bigint      NOT NULL,
  payload          bytea       NULL,
  headers          jsonb       NOT NULL,
  parked_at        timestamptz NOT NULL DEFAULT now(),
  attempts         integer     NOT NULL CONSTRAINT attempts_are_counted CHECK (attempts >= 0),
  next_attempt_at  timestamptz NULL,
  error_class      text        NULL,
  error_message    text        NULL,
  CONSTRAINT message_is_parked_once UNIQUE (consumer, message_id)
);

-- Messages nobody will try again by themselves: visible, alerted, replayable.
CREATE TABLE IF NOT EXISTS dead_letter (
  id               bigint      GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
  origin           text        NOT NULL CONSTRAINT origin_is_a_side CHECK (origin IN ('OUTBOX', 'INBOX')),
  -- the consumer that gave up, or the destination that refused
  consumer         text        NOT NULL CONSTRAINT consumer_is_not_empty CHECK (consumer <> ''),
  message_id       text        NULL,
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
  CONSTRAINT failures_are_in_order CHECK (first_failed_at <= last_failed_at),
  CONSTRAINT an_inbox_letter_has_a_position CHECK (origin = 'OUTBOX' OR num_nulls(topic, topic_partition, topic_offset) = 0),
  -- the same record, delivered again, is the same letter
  CONSTRAINT record_is_dead_once UNIQUE (consumer, topic, topic_partition, topic_offset)
);

-- Every message of the sending side, with one status of the closed list PENDING, RETRYING, SENT, HANDLED, DEAD.
-- A published message leaves the outbox, so SENT shows only where an archive is kept.
CREATE OR REPLACE VIEW msg_published AS
SELECT message_id::text AS message_id, destination, message_key, type, 'PENDING' AS status, 0 AS attempts,
       NULL::timestamptz AS next_attempt_at, NULL::text AS error_message, created_at
FROM outbox_message
UNION ALL
SELECT message_id::text, destination, message_key, type, CASE WHEN attempts = 0 THEN 'PENDING' ELSE 'RETRYING' END, attempts,
       next_attempt_at, error_message, created_at
FROM outbox_parked
UNION ALL
SELECT message_id, consumer, message_key, headers ->> 'ce_type', 'DEAD', attempts, NULL, error_message, first_failed_at
FROM dead_letter
WHERE origin = 'OUTBOX';

-- Every message of the receiving side, with one status of the same list.
CREATE OR REPLACE VIEW msg_received AS
SELECT i.message_id, i.consumer, 'HANDLED' AS status, 0 AS attempts,
       NULL::timestamptz AS next_attempt_at, NULL::text AS error_message, i.received_at
FROM inbox_message i
WHERE NOT EXISTS (SELECT 1 FROM dead_letter d WHERE d.origin = 'INBOX' AND d.consumer = i.consumer AND d.message_id = i.message_id)
UNION ALL
SELECT message_id, consumer, CASE WHEN attempts = 0 THEN 'PENDING' ELSE 'RETRYING' END, attempts,
       next_attempt_at, error_message, parked_at
FROM inbox_parked
UNION ALL
SELECT message_id, consumer, 'DEAD', attempts, NULL, error_message, first_failed_at
FROM dead_letter
WHERE origin = 'INBOX';

-- The barrier: a table in the producer's own database. Its row and the business change are one transaction, so it tells which way a message was
-- decided; who asks first of a transaction that has not committed decides against it. Idempotent.
CREATE TABLE IF NOT EXISTS message_barrier (
  message_id uuid        PRIMARY KEY,
  decision   text        NOT NULL CONSTRAINT decision_is_known CHECK (decision IN ('COMMITTED', 'ROLLED_BACK')),
  decided_at timestamptz NOT NULL DEFAULT now()
);
-- serves whoever deletes old rows: keep them longer than the message service asks
CREATE INDEX IF NOT EXISTS message_barrier_by_age ON message_barrier (decided_at);

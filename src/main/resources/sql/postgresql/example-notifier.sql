-- System C of the example: tells customers how their transfer ended. Apply after schema.sql.
CREATE TABLE IF NOT EXISTS notification (
  transfer_id text        PRIMARY KEY,
  account_id  text        NOT NULL,
  status      text        NOT NULL CONSTRAINT status_is_known CHECK (status IN ('COMPLETED', 'REJECTED')),
  message_id  text        NOT NULL,
  sent_at     timestamptz NOT NULL DEFAULT now()
);

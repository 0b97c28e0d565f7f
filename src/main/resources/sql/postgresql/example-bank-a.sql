-- System A of the example: the bank that customers ask to move money. Apply after schema.sql.
CREATE TABLE IF NOT EXISTS account (
  id       text           PRIMARY KEY CONSTRAINT id_is_short CHECK (id ~ '^[A-Za-z0-9-]{1,34}$'),
  -- far more than amounts can sum up to: a refund must never be refused
  balance  numeric(30, 2) NOT NULL CONSTRAINT balance_is_not_negative CHECK (balance >= 0),
  -- in force for transfers by TCC that are tried and neither confirmed nor cancelled
  reserved numeric(30, 2) NOT NULL DEFAULT 0 CONSTRAINT reserved_is_there CHECK (reserved BETWEEN 0 AND balance),
  closed   boolean        NOT NULL DEFAULT false
);
-- an earlier schema had 15 digits, and no reservations; there is nothing to rewrite
ALTER TABLE account ALTER COLUMN balance TYPE numeric(30, 2);
ALTER TABLE account ADD COLUMN IF NOT EXISTS reserved numeric(30, 2) NOT NULL DEFAULT 0 CONSTRAINT reserved_is_there CHECK (reserved BETWEEN 0 AND balance);

CREATE TABLE IF NOT EXISTS transfer (
  id           text           PRIMARY KEY CONSTRAINT id_is_short CHECK (id ~ '^[A-Za-z0-9._-]{1,64}$'),
  from_account text           NOT NULL,
  to_account   text           NOT NULL,
  amount       numeric(15, 2) NOT NULL CONSTRAINT amount_is_positive CHECK (amount > 0),
  -- what A answered to the request
  answer       text           NOT NULL DEFAULT 'PENDING' CONSTRAINT answer_is_known CHECK (answer IN ('PENDING', 'REJECTED')),
  status       text           NOT NULL DEFAULT 'PENDING' CONSTRAINT status_is_known CHECK (status IN ('PENDING', 'COMPLETED', 'REJECTED')),
  reason       text           NULL,
  requested_at timestamptz    NOT NULL DEFAULT now(),
  ended_at     timestamptz    NULL,
  CONSTRAINT a_rejection_has_a_reason CHECK ((status = 'REJECTED') = (reason IS NOT NULL)),
  CONSTRAINT an_ended_transfer_has_an_end CHECK ((status = 'PENDING') = (ended_at IS NULL))
);

CREATE TABLE IF NOT EXISTS ledger_entry (
  id          bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  transfer_id text           NOT NULL REFERENCES transfer (id),
  account_id  text           NOT NULL REFERENCES account (id),
  kind        text           NOT NULL CONSTRAINT kind_is_known CHECK (kind IN ('DEBIT', 'REFUND')),
  amount      numeric(15, 2) NOT NULL,
  booked_at   timestamptz    NOT NULL DEFAULT now(),
  CONSTRAINT sign_is_of_the_kind CHECK ((kind = 'DEBIT') = (amount < 0)),
  CONSTRAINT transfer_is_booked_once UNIQUE (transfer_id, kind)
);

-- What a transfer by TCC has tried: it counts in its account's reserved until it is confirmed or cancelled.
CREATE TABLE IF NOT EXISTS reservation (
  transfer_id  text           PRIMARY KEY,
  account_id   text           NOT NULL REFERENCES account (id),
  amount       numeric(15, 2) NOT NULL CONSTRAINT amount_is_positive CHECK (amount > 0),
  reserved_at  timestamptz    NOT NULL DEFAULT now()
);

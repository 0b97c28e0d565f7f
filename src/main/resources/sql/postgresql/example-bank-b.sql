-- System B of the example: the bank that receives the money. Apply after schema.sql.
CREATE TABLE IF NOT EXISTS account (
  id            text           PRIMARY KEY CONSTRAINT id_is_short CHECK (id ~ '^[A-Za-z0-9-]{1,34}$'),
  balance       numeric(15, 2) NOT NULL CONSTRAINT balance_is_not_negative CHECK (balance >= 0),
  -- what one transfer may bring at most
  credit_limit  numeric(15, 2) NOT NULL DEFAULT 9999999999999.99,
  -- credits by TCC that are tried and neither confirmed nor cancelled: there is room for them
  reserved      numeric(15, 2) NOT NULL DEFAULT 0 CONSTRAINT reserved_has_room CHECK (reserved >= 0 AND balance + reserved <= 9999999999999.99),
  closed        boolean        NOT NULL DEFAULT false
);
-- an earlier schema had no reservations
ALTER TABLE account ADD COLUMN IF NOT EXISTS reserved numeric(15, 2) NOT NULL DEFAULT 0
  CONSTRAINT reserved_has_room CHECK (reserved >= 0 AND balance + reserved <= 9999999999999.99);

CREATE TABLE IF NOT EXISTS ledger_entry (
  id           bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  transfer_id  text           NOT NULL,
  from_account text           NOT NULL,
  account_id   text           NOT NULL REFERENCES account (id),
  kind         text           NOT NULL DEFAULT 'CREDIT' CONSTRAINT kind_is_known CHECK (kind IN ('CREDIT', 'REVERSAL')),
  amount       numeric(15, 2) NOT NULL,
  booked_at    timestamptz    NOT NULL DEFAULT now(),
  CONSTRAINT sign_is_of_the_kind CHECK ((kind = 'CREDIT') = (amount > 0)),
  CONSTRAINT transfer_is_booked_once UNIQUE (transfer_id, kind)
);
-- an earlier schema knew credits only
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = 'ledger_entry'::regclass AND attname = 'kind') THEN
    ALTER TABLE ledger_entry DROP CONSTRAINT amount_is_positive, DROP CONSTRAINT transfer_is_booked_once,
      ADD COLUMN kind text NOT NULL DEFAULT 'CREDIT' CONSTRAINT kind_is_known CHECK (kind IN ('CREDIT', 'REVERSAL')),
      ADD CONSTRAINT sign_is_of_the_kind CHECK ((kind = 'CREDIT') = (amount > 0)),
      ADD CONSTRAINT transfer_is_booked_once UNIQUE (transfer_id, kind);
  END IF;
END $$;

-- What a transfer by TCC has tried: it counts in its account's reserved until it is confirmed or cancelled.
CREATE TABLE IF NOT EXISTS reservation (
  transfer_id  text           PRIMARY KEY,
  from_account text           NOT NULL,
  account_id   text           NOT NULL REFERENCES account (id),
  amount       numeric(15, 2) NOT NULL CONSTRAINT amount_is_positive CHECK (amount > 0),
  reserved_at  timestamptz    NOT NULL DEFAULT now()
);

-- The stock of the paid order: what there is of each product. Apply after schema.sql.
CREATE TABLE IF NOT EXISTS product (
  id        text   PRIMARY KEY CONSTRAINT id_is_short CHECK (id ~ '^[A-Za-z0-9-]{1,34}$'),
  available bigint NOT NULL CONSTRAINT available_is_not_negative CHECK (available >= 0)
);

-- What was decided for each order: deducted, or refused.
CREATE TABLE IF NOT EXISTS deduction (
  id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id   text        NOT NULL CONSTRAINT order_is_decided_once UNIQUE,
  customer   text        NOT NULL,
  product    text        NOT NULL,
  quantity   integer     NOT NULL CONSTRAINT quantity_is_positive CHECK (quantity > 0),
  state      text        NOT NULL DEFAULT 'DEDUCTED' CONSTRAINT state_is_known CHECK (state IN ('DEDUCTED', 'REFUSED')),
  reason     text        NULL,
  decided_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT a_refusal_has_a_reason CHECK ((state = 'REFUSED') = (reason IS NOT NULL))
);

-- The outbound orders of the paid order, and what the warehouse was told. Apply after schema.sql.
-- The row of an order that is CANCELLED before it was created refuses it for ever; of such a one no more is known.
CREATE TABLE IF NOT EXISTS outbound_order (
  order_id   text        PRIMARY KEY CONSTRAINT order_id_is_short CHECK (order_id ~ '^[A-Za-z0-9._-]{1,64}$'),
  customer   text        NULL,
  product    text        NULL,
  quantity   integer     NULL CONSTRAINT quantity_is_positive CHECK (quantity > 0),
  state      text        NOT NULL CONSTRAINT state_is_known CHECK (state IN ('CREATED', 'TOLD', 'CANCELLED')),
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT an_order_has_its_goods CHECK (state = 'CANCELLED' OR (customer IS NOT NULL AND product IS NOT NULL AND quantity IS NOT NULL))
);

CREATE TABLE IF NOT EXISTS warehouse_message (
  id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id   text        NOT NULL REFERENCES outbound_order (order_id) CONSTRAINT warehouse_is_told_once UNIQUE,
  message_id text        NOT NULL,
  told_at    timestamptz NOT NULL DEFAULT now()
);

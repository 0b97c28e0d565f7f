-- The shop of the paid order: customers, their money and their orders. Apply after schema.sql.
CREATE TABLE IF NOT EXISTS customer (
  id      text           PRIMARY KEY CONSTRAINT id_is_short CHECK (id ~ '^[A-Za-z0-9-]{1,34}$'),
  -- far more than amounts can sum up to: a refund must never be refused
  balance numeric(30, 2) NOT NULL CONSTRAINT balance_is_not_negative CHECK (balance >= 0)
);

CREATE TABLE IF NOT EXISTS customer_order (
  id                text           PRIMARY KEY CONSTRAINT id_is_short CHECK (id ~ '^[A-Za-z0-9._-]{1,64}$'),
  customer          text           NOT NULL,
  product           text           NOT NULL,
  quantity          integer        NOT NULL CONSTRAINT quantity_is_positive CHECK (quantity > 0),
  amount            numeric(15, 2) NOT NULL CONSTRAINT amount_is_positive CHECK (amount > 0),
  -- REFUSED was never paid; the others were
  status            text           NOT NULL DEFAULT 'PAID' CONSTRAINT status_is_known CHECK (status IN ('PAID', 'REFUSED', 'FULFILLED', 'REFUNDED')),
  reason            text           NULL,
  points_added_at   timestamptz    NULL,
  warehouse_told_at timestamptz    NULL,
  ordered_at        timestamptz    NOT NULL DEFAULT now(),
  ended_at          timestamptz    NULL,
  CONSTRAINT what_is_not_fulfilled_has_a_reason CHECK ((status IN ('REFUSED', 'REFUNDED')) = (reason IS NOT NULL)),
  CONSTRAINT all_have_done_their_part CHECK (status <> 'FULFILLED' OR (points_added_at IS NOT NULL AND warehouse_told_at IS NOT NULL)),
  CONSTRAINT an_ended_order_has_an_end CHECK ((status = 'PAID') = (ended_at IS NULL))
);

CREATE TABLE IF NOT EXISTS payment (
  id        bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id  text           NOT NULL REFERENCES customer_order (id),
  customer  text           NOT NULL REFERENCES customer (id),
  kind      text           NOT NULL CONSTRAINT kind_is_known CHECK (kind IN ('PAYMENT', 'REFUND')),
  amount    numeric(15, 2) NOT NULL,
  booked_at timestamptz    NOT NULL DEFAULT now(),
  CONSTRAINT sign_is_of_the_kind CHECK ((kind = 'PAYMENT') = (amount < 0)),
  CONSTRAINT order_is_booked_once UNIQUE (order_id, kind)
);

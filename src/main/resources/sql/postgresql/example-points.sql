-- The points of the paid order: what customers have collected. Apply after schema.sql.
CREATE TABLE IF NOT EXISTS points_account (
  id     text   PRIMARY KEY CONSTRAINT id_is_short CHECK (id ~ '^[A-Za-z0-9-]{1,34}$'),
  points bigint NOT NULL CONSTRAINT points_are_not_negative CHECK (points >= 0)
);

-- How each order stands here. The row of an order that is TAKEN_BACK before its points were added refuses them for ever.
CREATE TABLE IF NOT EXISTS order_points (
  order_id text PRIMARY KEY CONSTRAINT order_id_is_short CHECK (order_id ~ '^[A-Za-z0-9._-]{1,64}$'),
  state    text NOT NULL CONSTRAINT state_is_known CHECK (state IN ('ADDED', 'TAKEN_BACK'))
);

CREATE TABLE IF NOT EXISTS point_entry (
  id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id  text        NOT NULL REFERENCES order_points (order_id),
  customer  text        NOT NULL REFERENCES points_account (id),
  kind      text        NOT NULL CONSTRAINT kind_is_known CHECK (kind IN ('ADDED', 'TAKEN_BACK')),
  points    bigint      NOT NULL,
  booked_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT sign_is_of_the_kind CHECK (CASE kind WHEN 'ADDED' THEN points >= 0 ELSE points <= 0 END),
  CONSTRAINT order_is_booked_once UNIQUE (order_id, kind)
);

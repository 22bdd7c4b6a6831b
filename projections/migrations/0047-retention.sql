-- What is kept for a time, when it was last looked through, and what of a provider's messages is about which order.
-- depends: 0046-charges
ALTER TABLE payments.webhooks ADD COLUMN order_id uuid;
CREATE INDEX webhooks_of_order ON payments.webhooks (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX charges_of_anyone ON payments.charges (order_id);

CREATE TABLE work.retention (
    kind text COLLATE "C" PRIMARY KEY,
    ran_at timestamptz NOT NULL,
    deleted bigint NOT NULL,
    deleted_in_all bigint NOT NULL,
    error text
);

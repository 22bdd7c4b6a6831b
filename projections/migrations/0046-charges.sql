-- What customers began to pay by links, so that it can be called off at the provider: one that can be paid for each link.
-- depends: 0008-providers
CREATE TABLE payments.charges (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL,
    link text COLLATE "C" NOT NULL,
    number text NOT NULL,
    provider text COLLATE "C" NOT NULL,
    method text COLLATE "C" NOT NULL,
    amount bigint NOT NULL,
    currency text COLLATE "C" NOT NULL,
    capture boolean NOT NULL,
    return_url text NOT NULL,
    began_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'beginning' CHECK (state IN ('beginning', 'open', 'voided', 'paid')),
    reference text COLLATE "C",
    url text,
    settled_at timestamptz
);
CREATE UNIQUE INDEX charges_of_link ON payments.charges (link) WHERE state IN ('beginning', 'open');
CREATE INDEX charges_of_order ON payments.charges (order_id) WHERE state IN ('beginning', 'open');
CREATE INDEX charges_settled ON payments.charges (settled_at) WHERE settled_at IS NOT NULL;

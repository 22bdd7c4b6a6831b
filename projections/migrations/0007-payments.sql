-- What payment providers told us, what was begun with them, and the shop's own small provider.
-- depends: 0005-work
CREATE SCHEMA payments;

-- Every verified message of a provider, once, sealed as it came; one that could not be verified leaves a count alone.
CREATE TABLE payments.webhooks (
    provider text COLLATE "C" NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    body bytea NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (provider, event_id)
);

CREATE TABLE payments.forgeries (
    provider text COLLATE "C" PRIMARY KEY,
    count bigint NOT NULL,
    last_at timestamptz NOT NULL
);

CREATE SCHEMA sandbox;

CREATE TABLE sandbox.charges (
    id text COLLATE "C" PRIMARY KEY,
    link text COLLATE "C" NOT NULL UNIQUE,
    order_id uuid NOT NULL,
    number text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    return_url text NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paid', 'pending', 'declined'))
);

CREATE TABLE sandbox.refunds (
    key text COLLATE "C" PRIMARY KEY,
    charge_id text COLLATE "C" NOT NULL REFERENCES sandbox.charges,
    amount bigint NOT NULL,
    state text COLLATE "C" NOT NULL CHECK (state IN ('succeeded', 'failed'))
);

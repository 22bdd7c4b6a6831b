-- What providers can do beside taking money at once, and what provider and ledger tell differently.
-- depends: 0007-payments
ALTER TABLE sandbox.charges
    ADD COLUMN capture boolean NOT NULL DEFAULT true,
    ADD COLUMN captured bigint,
    ADD COLUMN payment text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN failure text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
    DROP CONSTRAINT charges_state_check,
    ADD CONSTRAINT charges_state_check
        CHECK (state IN ('open', 'pending', 'declined', 'authorized', 'paid', 'voided'));
UPDATE sandbox.charges SET captured = amount WHERE state = 'paid';
CREATE INDEX charges_created ON sandbox.charges (created_at);

ALTER TABLE sandbox.refunds
    ADD COLUMN order_id uuid,
    ADD COLUMN refund text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
    DROP CONSTRAINT refunds_state_check,
    ADD CONSTRAINT refunds_state_check CHECK (state IN ('pending', 'succeeded', 'failed'));
CREATE INDEX refunds_charge ON sandbox.refunds (charge_id);
CREATE INDEX refunds_created ON sandbox.refunds (created_at);

CREATE TABLE sandbox.disputes (
    id text COLLATE "C" PRIMARY KEY,
    charge_id text COLLATE "C" NOT NULL UNIQUE REFERENCES sandbox.charges,
    state text COLLATE "C" NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'won', 'lost'))
);

-- What the sandbox has to tell is named by what happened and to what.
UPDATE work.effects SET payload = jsonb_build_object('happened', 'paid', 'subject', payload ->> 'charge_id')
WHERE kind = 'sandbox.tell' AND payload ? 'charge_id';
UPDATE work.schedule SET payload = jsonb_build_object('happened', 'paid', 'subject', payload ->> 'charge_id')
WHERE kind = 'sandbox.tell' AND payload ? 'charge_id';

-- One look for what provider and ledger tell differently; what an unfinished one found is not shown.
CREATE TABLE payments.reconciliations (
    id uuid PRIMARY KEY,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    providers text[] NOT NULL,
    payments integer NOT NULL,
    refunds integer NOT NULL,
    finished_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX reconciliations_newest ON payments.reconciliations (finished_at);

CREATE TABLE payments.differences (
    run uuid NOT NULL REFERENCES payments.reconciliations ON DELETE CASCADE,
    number integer NOT NULL,
    provider text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL CHECK (subject IN ('payment', 'refund')),
    reference text COLLATE "C" NOT NULL,
    order_id uuid,
    order_number text NOT NULL,
    currency text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    provider_state text COLLATE "C",
    provider_amount bigint,
    ledger_state text COLLATE "C",
    ledger_amount bigint,
    PRIMARY KEY (run, number)
);

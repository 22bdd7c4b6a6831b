-- How far imports are. The history of an import stands in the log; here stands what moves with every batch.
-- depends: 0007-payments

CREATE TABLE work.imports (
    id uuid PRIMARY KEY,
    fingerprint bytea NOT NULL,
    state text NOT NULL,
    told jsonb NOT NULL,
    header text[] NOT NULL DEFAULT '{}',
    delimiter text NOT NULL DEFAULT ',',
    size bigint NOT NULL DEFAULT 0,
    read_bytes bigint NOT NULL DEFAULT 0,
    is_read boolean NOT NULL DEFAULT false,
    turn integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    files_deleted_at timestamptz
);

CREATE INDEX imports_fingerprint ON work.imports (fingerprint);
CREATE INDEX imports_changed ON work.imports (changed_at) WHERE files_deleted_at IS NULL;

-- A range is a file of rows, cut where an order ends. `done_bytes` of it are taken in, together with `totals` and with
-- `error_bytes` of its refused rows: all three move in the transaction that stores the orders.
CREATE TABLE work.import_ranges (
    import_id uuid NOT NULL REFERENCES work.imports (id),
    number integer NOT NULL,
    rows integer NOT NULL,
    orders integer NOT NULL,
    bytes bigint NOT NULL,
    done_bytes bigint NOT NULL DEFAULT 0,
    error_bytes bigint NOT NULL DEFAULT 0,
    totals jsonb NOT NULL DEFAULT '{}',
    is_done boolean NOT NULL DEFAULT false,
    claimed_until timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (import_id, number)
);

-- What could not be taken back with its import, and why.
CREATE TABLE work.import_kept (
    import_id uuid NOT NULL REFERENCES work.imports (id),
    order_id uuid NOT NULL,
    number text NOT NULL,
    code text NOT NULL,
    detail text NOT NULL,
    PRIMARY KEY (import_id, order_id)
);

-- The orders that an import brought, and the orders of a customer, as the log has them.
CREATE INDEX events_imported ON log.events (((state -> 'metadata' ->> 'import_id')::uuid), originator_id)
    WHERE topic = 'order.imported';
CREATE INDEX events_assigned ON log.events (subject) WHERE topic = 'order.customer-assigned';

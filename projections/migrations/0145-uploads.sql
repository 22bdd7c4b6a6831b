-- Files of imports on their way in: sent in parts, so that one that broke off is taken up where it was.
-- depends: 0080-desks
CREATE TABLE work.uploads (
    id uuid PRIMARY KEY,
    owner text NOT NULL,
    name text NOT NULL,
    size bigint NOT NULL CHECK (size > 0),
    received bigint NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND size),
    digest bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX uploads_of_owner ON work.uploads (owner, created_at);

-- Views from outside: files of other teams that the projections keep, what each serves, and how it is doing.
-- depends: 0100-reporting
CREATE TABLE views.outside (
    source text PRIMARY KEY,
    name text UNIQUE,
    version integer,
    -- What it serves: its table, the columns with their types, and which of them may be filtered and sorted by.
    served jsonb,
    state text NOT NULL CHECK (state IN ('starting', 'following', 'halted', 'refused')),
    reason text NOT NULL DEFAULT '',
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- What is called to run the SQL of such a file; it belongs to no role of ours, and stands alone in its schema.
CREATE SCHEMA outside;

-- Who may come in. Names, roles and states repeat what the log says, written in the same transaction, so that a
-- request is let in by one read; secrets (only ever as hashes) stand here and nowhere else.
CREATE SCHEMA access;

CREATE TABLE access.operators (
    operator_id uuid PRIMARY KEY,
    username text NOT NULL UNIQUE,
    role text NOT NULL,
    disabled boolean NOT NULL,
    version integer NOT NULL,
    password_hash text,
    temporary boolean NOT NULL DEFAULT true
);

CREATE TABLE access.tokens (
    token_id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    lookup text NOT NULL UNIQUE,
    hash bytea NOT NULL,
    role text NOT NULL,
    scopes text[] NOT NULL,
    expires_at timestamptz,
    issued_at timestamptz NOT NULL,
    issued_by text NOT NULL,
    version integer NOT NULL
);

CREATE TABLE access.sessions (
    hash bytea PRIMARY KEY,
    operator_id uuid NOT NULL REFERENCES access.operators ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_by_operator ON access.sessions (operator_id);

-- Attempts to sign in, by a digest of whom they were for and where they came from.
CREATE UNLOGGED TABLE access.attempts (
    key bytea PRIMARY KEY,
    began_at timestamptz NOT NULL,
    count integer NOT NULL
);

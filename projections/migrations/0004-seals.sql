-- Signed checkpoints over the log: whoever changes an event, or takes one away, breaks every seal after it.
-- depends: 0001-log

CREATE TABLE log.seals (
    position bigint PRIMARY KEY,
    chain bytea NOT NULL,
    signature bytea NOT NULL,
    sealed_at timestamptz NOT NULL
);

CREATE TRIGGER seals_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON log.seals
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse();

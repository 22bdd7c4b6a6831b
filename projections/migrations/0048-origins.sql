-- The addresses and networks from which an operator signed in well, by a digest: the brake on guessing never shuts them out.
-- depends: 0047-retention
CREATE TABLE access.origins (
    operator_id uuid NOT NULL REFERENCES access.operators ON DELETE CASCADE,
    mark bytea NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (operator_id, mark)
);

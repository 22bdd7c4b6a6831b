-- Where every generation of a view's tables stands, and the events a view could not take.
-- depends: 0000-ground

-- One row per generation: the live one in schema `views`, one being built beside it, and those of an instant in the past.
CREATE TABLE views.positions (
    projection text NOT NULL,
    schema text NOT NULL DEFAULT 'views',
    position bigint NOT NULL,
    generation integer NOT NULL DEFAULT 1,
    version integer NOT NULL,
    tables text[] NOT NULL,
    instant timestamptz,
    trouble text,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (projection, schema)
) WITH (fillfactor = 50);

-- `parked`: the view has not taken it, and holds back its key (`originator_id`) until it is retried or discarded.
CREATE TABLE views.dead_letters (
    projection text NOT NULL,
    schema text NOT NULL DEFAULT 'views',
    position bigint NOT NULL,
    originator_id uuid NOT NULL,
    originator_version integer NOT NULL,
    topic text NOT NULL,
    error text NOT NULL,
    traceback text NOT NULL,
    state text NOT NULL DEFAULT 'parked' CHECK (state IN ('parked', 'retried', 'discarded')),
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (projection, schema, position)
);

CREATE INDEX dead_letters_parked ON views.dead_letters (projection, schema, originator_id) WHERE state = 'parked';

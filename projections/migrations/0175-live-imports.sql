-- Shops whose orders are read from their platform's API: how far, and the reading that is under way.
-- depends: 0145-uploads
CREATE TABLE work.live_imports (
    source text PRIMARY KEY,
    platform text NOT NULL,
    url text NOT NULL,
    since timestamptz,
    reading text NOT NULL DEFAULT '',
    next text NOT NULL DEFAULT '',
    pages integer NOT NULL DEFAULT 0 CHECK (pages >= 0),
    total integer,
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- Which checkpoint of the log went where last, outside of this installation, and what went wrong the last time.
-- depends: 0110-tree
CREATE TABLE work.published (
    destination text COLLATE "C" PRIMARY KEY,
    position bigint NOT NULL DEFAULT 0,
    published_at timestamptz,
    tried_at timestamptz,
    fault text
);

-- Who looked at what of persons. What was searched for may be a name, so a read's filter stands sealed.
-- depends: 0145-uploads
CREATE TABLE access.reads (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    read_at timestamptz NOT NULL,
    actor text NOT NULL,
    request_id text NOT NULL,
    action text NOT NULL,
    about text,
    filter text
);
CREATE INDEX reads_about ON access.reads (about, id) WHERE about IS NOT NULL;
CREATE INDEX reads_actor ON access.reads (actor, id);
CREATE INDEX reads_read_at ON access.reads (read_at);

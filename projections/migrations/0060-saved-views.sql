-- Saved views of the list of orders: what it is narrowed and sorted by, and which columns it shows. A filter may search
-- by a name, so it stands sealed; `personal` says that it does.
-- depends: 0048-origins
CREATE TABLE access.saved_views (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    owner text NOT NULL,
    shared boolean NOT NULL,
    personal boolean NOT NULL,
    filter text NOT NULL,
    sort text NOT NULL,
    columns text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX saved_views_of_owner ON access.saved_views (owner, id);
CREATE INDEX saved_views_shared ON access.saved_views (id) WHERE shared;

-- What operators have at hand: who has which order open, for half a minute, and the drafts of what they type, sealed.
-- depends: 0060-saved-views
CREATE UNLOGGED TABLE access.presence (
    order_id uuid NOT NULL,
    actor text NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (order_id, actor)
);
CREATE INDEX presence_of_actor ON access.presence (actor, seen_at);

CREATE TABLE access.drafts (
    owner text NOT NULL,
    name text NOT NULL,
    version integer NOT NULL,
    content text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner, name)
);

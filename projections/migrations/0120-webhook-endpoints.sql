-- Other programs that are told of events: how far each was told, its secrets (sealed), and what became of every call.
-- depends: 0080-desks
CREATE TABLE work.webhook_endpoints (
    id uuid PRIMARY KEY,
    url text NOT NULL,
    description text NOT NULL,
    topics text[] NOT NULL,
    personal boolean NOT NULL,
    enabled boolean NOT NULL,
    version integer NOT NULL,
    secret text NOT NULL,
    previous_secret text,
    previous_until timestamptz,
    position bigint NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT now(),
    stopped text,
    trouble text,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

-- `failing`: to be tried again; `refused`: the other program takes that event never; `failed`: given up, and the endpoint
-- with it.
CREATE TABLE work.webhook_deliveries (
    endpoint_id uuid NOT NULL REFERENCES work.webhook_endpoints ON DELETE CASCADE,
    position bigint NOT NULL,
    message_id uuid NOT NULL,
    topic text NOT NULL,
    state text COLLATE "C" NOT NULL CHECK (state IN ('delivered', 'failing', 'refused', 'failed')),
    attempts integer NOT NULL,
    status integer,
    error text,
    answer text,
    milliseconds integer NOT NULL,
    first_at timestamptz NOT NULL DEFAULT now(),
    last_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (endpoint_id, position)
);
CREATE INDEX webhook_deliveries_last ON work.webhook_deliveries (last_at);

-- Long work in parts: what was asked, how far each part came, and what became of each item. Ids, codes and figures alone.
-- depends: 0005-work

-- `permission` is what its maker needed; `round` counts how often it was resumed: parts handed out before that stop.
-- `undo_kind` is the kind of job that takes it back, `undoes` the job that this one takes back.
CREATE TABLE work.jobs (
    id uuid PRIMARY KEY,
    kind text COLLATE "C" NOT NULL,
    parameters jsonb NOT NULL,
    permission text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'running' CHECK (
        state IN ('running', 'paused', 'cancelled', 'done', 'failed')
    ),
    round integer NOT NULL DEFAULT 0,
    undo_kind text COLLATE "C",
    undoes uuid UNIQUE REFERENCES work.jobs,
    outcome jsonb NOT NULL DEFAULT '{}',
    error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text NOT NULL,
    ended_at timestamptz
);

CREATE INDEX jobs_newest ON work.jobs (created_at, id);
CREATE INDEX jobs_of_actor ON work.jobs (created_by, created_at, id);

-- `content` is what the part works on; `attempts` counts how often it was begun without recording anything new.
CREATE TABLE work.job_parts (
    job_id uuid NOT NULL REFERENCES work.jobs ON DELETE CASCADE,
    part integer NOT NULL,
    content jsonb NOT NULL,
    total bigint NOT NULL,
    done bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0,
    unchanged bigint NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    finished boolean NOT NULL DEFAULT false,
    PRIMARY KEY (job_id, part)
) WITH (fillfactor = 70);

-- `number` is the item's place in its part, `facts` what is shown of it and what taking it back needs.
CREATE TABLE work.job_results (
    job_id uuid NOT NULL,
    part integer NOT NULL,
    number integer NOT NULL,
    item text NOT NULL,
    outcome text COLLATE "C" NOT NULL CHECK (outcome IN ('done', 'refused', 'unchanged')),
    code text COLLATE "C",
    facts jsonb NOT NULL,
    PRIMARY KEY (job_id, part, number),
    FOREIGN KEY (job_id, part) REFERENCES work.job_parts ON DELETE CASCADE
);

CREATE VIEW work.job_progress AS
SELECT j.*, p.parts, p.total, p.done, p.refused, p.unchanged
FROM work.jobs j
CROSS JOIN LATERAL (
    SELECT count(*) AS parts,
        coalesce(sum(total), 0)::bigint AS total,
        coalesce(sum(done), 0)::bigint AS done,
        coalesce(sum(refused), 0)::bigint AS refused,
        coalesce(sum(unchanged), 0)::bigint AS unchanged
    FROM work.job_parts WHERE job_id = j.id
) p;

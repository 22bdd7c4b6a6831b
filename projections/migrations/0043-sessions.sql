-- Sessions are listed and ended one by one: when they began, when they were seen last (to a minute), and from what kind of
-- address and program, neither of them in full. A one-time password ends at its first use, and after its time.
-- depends: 0042-standing
ALTER TABLE access.sessions
    ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN last_seen_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN address text NOT NULL DEFAULT '',
    ADD COLUMN agent text NOT NULL DEFAULT '';

ALTER TABLE access.operators
    ADD COLUMN password_used_at timestamptz,
    ADD COLUMN password_ends_at timestamptz;
UPDATE access.operators SET password_ends_at = now() + interval '72 hours' WHERE temporary;

-- Views of points in time: by when things happened (`instant`), by when they were recorded (`known_at`), or by both.
-- depends: 0015-papers

ALTER TABLE views.positions ADD COLUMN known_at timestamptz;

-- Those built before ended each history at its first later event, wherever its times ran backwards: they count as built in
-- no form that is served, and are built anew when asked for.
UPDATE views.positions SET version = 0 WHERE instant IS NOT NULL;

"""The database's tables beside the program's version, and the guards that keep the log whole."""

from __future__ import annotations

from collections.abc import Iterator

from projections.doctor.finding import Finding, Look, places
from projections.postgres.usable import applied, missing, newer

# Each with the table it guards. A trigger that fires always does so for whoever copies rows in, too.
CONSTRAINTS = (("log.events", "events_pkey"), ("log.events", "events_stream"))
TRIGGERS = (
    ("log.events", "events_only_grow"),
    ("log.events", "events_succeed"),
    ("log.seals", "seals_only_grow"),
    ("log.subtrees", "subtrees_only_grow"),
    ("log.epochs", "epochs_only_grow"),
)
_CONSTRAINTS = """
SELECT guard.name FROM unnest(%(tables)s::text[], %(names)s::text[]) AS guard (relation, name)
LEFT JOIN pg_constraint c ON c.conrelid = to_regclass(guard.relation) AND c.conname = guard.name
LEFT JOIN pg_index i ON i.indexrelid = c.conindid
WHERE c.oid IS NULL OR NOT c.convalidated OR NOT coalesce(i.indisvalid AND i.indisready, true)
"""
_TRIGGERS = """
SELECT guard.name FROM unnest(%(tables)s::text[], %(names)s::text[]) AS guard (relation, name)
LEFT JOIN pg_trigger t ON t.tgrelid = to_regclass(guard.relation) AND t.tgname = guard.name
WHERE to_regclass(guard.relation) IS NOT NULL AND (t.oid IS NULL OR t.tgenabled NOT IN ('O', 'A'))
"""


def migrated(look: Look) -> Iterator[Finding]:
    """The tables are those of this program."""
    names = applied(look.connection)
    if lacking := missing(names):
        yield Finding(
            "schema-older",
            "damage",
            f"{len(lacking)} migrations are missing.",
            "Run `carnet migrate`; `scripts/run` does so by itself.",
            places(lacking),
            len(lacking),
        )
    if unknown := newer(names):
        yield Finding(
            "schema-newer",
            "damage",
            "The database was brought up to date by a newer version of Carnet than this one.",
            "Run that version. This one must not write into tables it does not know.",
            places(unknown),
            len(unknown),
        )


def guards(look: Look) -> Iterator[Finding]:
    """What keeps the log from being changed or damaged is there and works."""
    off = []
    for statement, known in ((_CONSTRAINTS, CONSTRAINTS), (_TRIGGERS, TRIGGERS)):
        names = {"tables": [table for table, _ in known], "names": [name for _, name in known]}
        off += [name for (name,) in look.connection.execute(statement, names)]
    if off:
        yield Finding(
            "guards-off",
            "damage",
            "Guards of the log are missing or switched off: events could be changed, or a stream lose its order.",
            "Find out who did so, run `carnet audit verify`, and have the database's administrator put them back"
            " (`ALTER TABLE ... ENABLE ALWAYS TRIGGER ...`; a missing one stands in projections/migrations).",
            places(off),
            len(off),
        )

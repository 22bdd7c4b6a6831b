"""Views in SQL: a role that may do nothing else makes the table and runs the fold, over events as published."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import msgspec
import psycopg
from psycopg import sql

from domain import topics as known_topics
from projections.engine.generations import LIVE, Generation
from projections.engine.projection import EventBatch, kind_of
from projections.engine.tables import Connection, Rows, Table
from projections.engine.target import Target
from projections.log import EventLog, Recorded
from projections.outside.limits import Limits
from projections.outside.roles import ROLE, is_usable, make_function, run_as
from projections.outside.served import Refused
from projections.outside.sql_files import SqlFile, with_events
from projections.published import published

EVENTS = """
    SELECT e.position, e.topic, e.stream, e.sequence, e.occurred_at, e.recorded_at, e.actor, e.event
    FROM jsonb_to_recordset($1) AS e (
        position bigint, topic text, stream uuid, sequence integer, occurred_at timestamptz, recorded_at timestamptz,
        actor text, event jsonb
    )
"""
GRACE = 5.0  # seconds in which the database ends a statement that takes too long, before the process is ended
_NO_ROLE = (
    f"The database has no role {ROLE} that Carnet may act for: have an administrator of the database run"
    f" CREATE ROLE {ROLE} NOLOGIN NOINHERIT, and grant it to the role in CARNET_DATABASE_URL."
)
_KEY = """
    SELECT array_agg(a.attname::text ORDER BY k.number) FROM pg_index i
    CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, number)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
    WHERE i.indrelid = to_regclass(%s) AND i.indisprimary
"""
_COLUMNS = """
    SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""
_DISCARDED = (
    "SELECT position FROM views.dead_letters WHERE projection = %s AND schema = 'views' AND state = 'discarded'"
)


@dataclass(frozen=True)
class SqlTable(Table):
    """A table that its file makes, key and indexes included, as the role."""

    file: SqlFile | None = None

    def create(self, connection: Connection, schema: str) -> None:
        """Made in a schema of its own, where alone the role may make things, and moved from there."""
        assert self.file is not None  # noqa: S101 - for the type checker: it is always told
        make(connection, self.file, schema)

    def index_statements(self, schema: str) -> list[bytes]:
        """None: they were made with the table."""
        return []

    def key_statement(self, schema: str) -> bytes:
        """Nothing: the key was made with the table."""
        return b""


class SqlRows(Rows):
    """What a fold in SQL is run with: the events of a batch as JSON."""

    def __init__(self, events: bytes) -> None:
        super().__init__()
        self.events = events


class SqlView:
    """A view whose fold is an INSERT over a batch of events. Each comes once and in order, in a rebuild as well."""

    def __init__(self, file: SqlFile, table: SqlTable, limits: Limits) -> None:
        self.file = file
        self.limits = limits
        self.name = file.name
        self.version = file.version
        self.topics: frozenset[str] | None = file.topics
        self.tables: tuple[Table, ...] = (table,)
        found = {kind_of(topic) for topic in file.topics}
        self.aggregates = tuple(one for one in known_topics.AGGREGATES if one.TOPIC in found)

    def fold(self, batch: EventBatch) -> Rows:
        """A fold in SQL is done by its target."""
        raise NotImplementedError(self.name)

    def make_target(self, log: EventLog, schema: str) -> Target:
        """What moves one generation of it on."""
        return SqlTarget(self, log, schema)


class SqlTarget(Target):
    """One generation of a view in SQL."""

    def __init__(self, view: SqlView, log: EventLog, schema: str) -> None:
        super().__init__(view, log, schema)
        self._view = view
        self._fold = with_events(view.file.fold, EVENTS)
        self._discarded: frozenset[int] = frozenset()

    def open(self, connection: Connection) -> Generation:
        """As of any view; events that were given up stay so when it is built anew."""
        stands = super().open(connection)
        self._discarded = frozenset(row[0] for row in connection.execute(_DISCARDED, (self._view.name,)))
        return stands

    def fold(self, batch: EventBatch) -> Rows:
        """The events as JSON, as they leave the house, without what is of persons."""
        self.require_readable(batch)
        wanted = [one for one in batch.events if one.position not in self._discarded]
        return SqlRows(_as_json(self.log, wanted))

    def write(self, connection: Connection, rows: Rows) -> None:
        """Runs the fold as the role, which may write this table from here until the end of it."""
        assert isinstance(rows, SqlRows)  # noqa: S101 - for the type checker: `fold` gives no others
        with self._view.limits.guarding(grace=GRACE), _granted(connection, self._view.name, self.schema):
            seconds = f"{int(self._view.limits.seconds * 1000)}"
            connection.execute("SELECT set_config('statement_timeout', %s, true)", (seconds,))
            run_as(connection, self._fold, self.schema, rows.events)
            connection.execute("SELECT set_config('statement_timeout', '0', true)")


class _Granted(AbstractContextManager[None]):
    """Lets the role write a table, for others never to be seen: it is taken back in the same transaction."""

    def __init__(self, connection: Connection, table: sql.Identifier) -> None:
        self._connection = connection
        self._names = {"table": table, "role": sql.Identifier(ROLE)}

    def __enter__(self) -> None:
        self._connection.execute(sql.SQL("GRANT SELECT, INSERT, UPDATE ON {table} TO {role}").format(**self._names))

    def __exit__(self, kind: object, fault: object, trace: object) -> None:
        if kind is None:
            self._connection.execute(sql.SQL("REVOKE ALL ON {table} FROM {role}").format(**self._names))


def _granted(connection: Connection, table: str, schema: str) -> _Granted:
    return _Granted(connection, sql.Identifier(schema, table))


def sql_view(connection: Connection, file: SqlFile, limits: Limits) -> SqlView:
    """The view of a file, whose table is made once on trial; raises `Refused` where PostgreSQL takes it not."""
    unknown = file.topics - {event.TOPIC for events in known_topics.AGGREGATES.values() for event in events}
    if unknown:
        raise Refused(f"There is no topic {', '.join(sorted(unknown))}.")
    if not is_usable(connection):
        raise Refused(_NO_ROLE)
    make_function(connection)
    trial = f"trial_{file.name}"
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(trial)))
            make(connection, file, trial)
            name = sql.Identifier(trial, file.name).as_string(None)
            [(key,)] = connection.execute(_KEY, (name,)).fetchall()
            [(columns,)] = connection.execute(_COLUMNS, (name,)).fetchall()
    except psycopg.Error as fault:
        raise Refused(f"PostgreSQL refused its table: {fault.diag.message_primary}") from None
    if not key:
        raise Refused(f"The table {file.name} has to have a primary key.")
    return SqlView(file, SqlTable(file.name, tuple(columns), tuple(key), "", file=file), limits)


def make(connection: Connection, file: SqlFile, schema: str) -> None:
    """Makes the table of a file in a schema: by the role in a place of its own, then taken from it."""
    names = {
        "place": sql.Identifier(f"making_{file.name}"),
        "table": sql.Identifier(f"making_{file.name}", file.name),
        "schema": sql.Identifier(schema),
        "role": sql.Identifier(ROLE),
    }
    with connection.transaction():
        connection.execute(sql.SQL("CREATE SCHEMA {place}").format(**names))
        connection.execute(sql.SQL("GRANT USAGE, CREATE ON SCHEMA {place} TO {role}").format(**names))
        for statement in (file.table, *file.indexes):
            run_as(connection, statement, f"making_{file.name}")
        connection.execute(sql.SQL("ALTER TABLE {table} OWNER TO CURRENT_USER").format(**names))
        connection.execute(sql.SQL("REVOKE ALL ON {table} FROM {role}").format(**names))
        connection.execute(sql.SQL("ALTER TABLE {table} SET SCHEMA {schema}").format(**names))
        connection.execute(sql.SQL("DROP SCHEMA {place}").format(**names))
        if schema != LIVE:
            connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {schema} TO {role}").format(**names))


def _as_json(log: EventLog, recorded: Sequence[Recorded]) -> bytes:
    """What the relation `events` is made of."""
    actors = {one.position: one.event.metadata.actor for one in recorded}
    return msgspec.json.encode([
        {
            "position": one.position,
            "topic": one.topic,
            "stream": one.event.originator_id,
            "sequence": one.event.originator_version,
            "occurred_at": one.occurred_at,
            "recorded_at": one.recorded_at,
            "actor": actors[one.position],
            "event": one.event,
        }
        for one in published(log, recorded, personal=False)
    ])  # fmt: skip

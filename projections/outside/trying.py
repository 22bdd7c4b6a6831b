"""For the tests of those who write views: events in, rows out, on a PostgreSQL that is there for the tests alone."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import msgspec
from eventsourcing.utils import resolve_topic
from psycopg import sql
from psycopg.rows import dict_row

import domain.topics  # noqa: F401 - every topic is known before the first event is made
from domain.events import Event, Metadata
from projections.engine import dead_letters, generations
from projections.engine.filling import Source
from projections.engine.projection import Projection
from projections.engine.rebuild import Rebuild
from projections.engine.tables import Connection
from projections.engine.target import target_of
from projections.log import EventLog
from projections.log.forms import form_of
from projections.outside.limits import Limits
from projections.outside.loading import load
from projections.postgres.connections import connect
from projections.postgres.embedded import ADMINISTRATOR, DATABASE, OWNER, EmbeddedServer
from projections.postgres.migrate import migrate
from projections.secrets import Secrets

SPACE = UUID("0d5b9f0a-5f0d-4c58-9d9f-2a1f5c1f8e11")
SECONDS, MEGABYTES, STDERR = 10, 512, 2
_THROWAWAY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
_SECRETS = Secrets(("a secret for tests and for nothing else",))

RowsOfTables = dict[str, list[dict[str, Any]]]


class NotTaken(AssertionError):
    """The view could not take an event; the message says which, and why."""


class Told(NamedTuple):
    """An event as a test tells it."""

    topic: str
    stream: str
    at: str
    fields: dict[str, Any]


def event(topic: str, stream: str, at: str = "2026-01-01T09:00:00Z", **fields: Any) -> Told:
    """An event of a topic; `stream` is any word for what it is about, `fields` are as its schema has them."""
    return Told(topic, stream, at, fields)


class Trial:
    """Where views are tried."""

    def __init__(self, server: EmbeddedServer) -> None:
        self._server = server
        self._numbers = count(1)

    def given(self, view: str | Path, *events: Told, batch: int = 500) -> RowsOfTables:
        """The rows of each of a view's tables, in the order of their keys, after these events.

        They are taken `batch` by batch. The view is then built anew, which has to give the same rows. Raises what is
        wrong with the file, `NotTaken` where the view cannot take an event, and `AssertionError` where rows differ.
        """
        with self._database() as url, connect(url, "carnet trial") as connection:
            source = Source(url, _SECRETS)
            log = source.log()
            try:
                loaded = load(connection, str(Path(view).resolve()), Limits(SECONDS, MEGABYTES, STDERR)).projection
                _record(log, events)
                _take_all(connection, log, loaded, batch)
                differences = Rebuild(source, loaded, processes=0, verify=True).run().differences
                assert not differences, f"Built anew it has other rows: {differences[:5]}"  # noqa: S101 - this is a test's
                return {table.name: _rows(connection, table.name, table.key) for table in loaded.tables}
            finally:
                log.close()
                log.pool.close()

    @contextmanager
    def _database(self) -> Iterator[str]:
        name = f"trial_{next(self._numbers)}"
        with connect(self._server.url(ADMINISTRATOR, ADMINISTRATOR), "carnet trial") as connection:
            make = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY")
            connection.execute(make.format(*map(sql.Identifier, (name, OWNER, DATABASE))))
            grant = sql.SQL("GRANT CREATE ON DATABASE {} TO carnet")
            connection.execute(grant.format(sql.Identifier(name)))
            try:
                yield self._server.url(name)
            finally:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def trying() -> Iterator[Trial]:
    """A place to try views in, for as long as the tests last."""
    folder = Path(tempfile.mkdtemp(prefix="carnet-trial-"))
    try:
        with EmbeddedServer(folder, _THROWAWAY) as server:
            migrate(server.url(), server.owner_url())
            yield Trial(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _record(log: EventLog, events: Sequence[Told]) -> None:
    versions: Counter[str] = Counter()
    for told in events:
        versions[told.stream] += 1
        one = _event(told, versions[told.stream])
        with log.session() as session:
            if one.metadata.subject is not None:
                session.ensure_subject(one.metadata.subject)
            session.save(_Recorded(one))  # type: ignore[arg-type]
            session.commit()


class _Recorded(NamedTuple):
    """What a session saves: something that has recorded an event."""

    event: Event

    def collect_events(self) -> Sequence[Event]:
        return (self.event,)


def _event(told: Told, version: int) -> Event:
    kind: type[Event] = resolve_topic(told.topic)
    event_id = uuid5(SPACE, f"{told.stream} {version}")
    subject = uuid5(SPACE, f"person of {told.stream}") if form_of(kind).personal else None
    values = {
        "originator_id": uuid5(SPACE, told.stream),
        "originator_version": version,
        "timestamp": datetime.fromisoformat(told.at),
        "metadata": Metadata(event_id=event_id, actor="process:trial", cause=event_id, subject=subject),
    }
    return msgspec.convert({**msgspec.to_builtins(values), **told.fields}, kind)


def _take_all(connection: Connection, log: EventLog, view: Projection, batch: int) -> None:
    with connection.transaction():
        generations.create(connection, view)
    target, position = target_of(view, log), 0
    target.open(connection)
    incarnation, head = log.end()
    while position < head:
        recorded = log.read(position, batch)
        wanted = [one for one in recorded if target.wants(one.event.TOPIC)]
        target.take(connection, wanted, position, recorded[-1].position, incarnation)
        position = recorded[-1].position
    for letter in dead_letters.every(connection, view.name):
        raise NotTaken(f"{letter.topic} at position {letter.position}: {letter.error}\n{letter.traceback}")


def _rows(connection: Connection, table: str, key: Sequence[str]) -> list[dict[str, Any]]:
    order = sql.SQL(", ").join(map(sql.Identifier, key))
    statement = sql.SQL("SELECT * FROM {} ORDER BY {}").format(sql.Identifier("views", table), order)
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement).fetchall()

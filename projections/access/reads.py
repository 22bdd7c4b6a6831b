"""Reads of personal data: who looked at what and when, written behind the answer, in a table of their own."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread
from typing import Any, NamedTuple

import msgspec
import psycopg
import structlog
from cryptography.exceptions import InvalidTag
from msgspec import Struct
from psycopg_pool import ConnectionPool, PoolTimeout

from projections.engine.tables import Connection
from projections.faults import with_trace
from projections.log.keys import SharedKey

MOST = 10_000  # reads of this process that wait to be written; more than these are counted alone
PAUSE = 0.5  # seconds in which reads are gathered: what a crash may lose
AT_ONCE = 1_000  # rows of one statement
LARGEST = 16_384  # bytes of a filter; a longer one is cut
LOST = "lost"  # the action of a row that tells how many reads could not be written
_PATIENCE = 5.0  # seconds that closing waits for the last ones

_WRITE = """
INSERT INTO access.reads (read_at, actor, request_id, action, about, filter)
SELECT * FROM unnest(%s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
"""
_LOOK = """
SELECT id, read_at, actor, request_id, action, about, filter FROM access.reads
WHERE id > %(after)s AND (%(actors)s::text[] IS NULL OR actor = ANY(%(actors)s))
    AND (%(about)s::text[] IS NULL OR about = ANY(%(about)s))
    AND (%(start)s::timestamptz IS NULL OR read_at >= %(start)s)
    AND (%(end)s::timestamptz IS NULL OR read_at < %(end)s)
ORDER BY id LIMIT %(limit)s
"""
_FORGET = "DELETE FROM access.reads WHERE read_at < now() - %(kept)s"

_logger = structlog.get_logger()


class Read(NamedTuple):
    """A read as it is noted: `about` is the id or number of what was looked at, `filter` how a list was narrowed."""

    read_at: datetime
    actor: str
    request_id: str
    action: str
    about: str | None = None
    filter: Mapping[str, Any] | None = None


class KeptRead(NamedTuple):
    """A read as it was written; where its filter cannot be opened any more, that is `{"unreadable": true}`."""

    id: int
    read_at: datetime
    actor: str
    request_id: str
    action: str
    about: str | None
    filter: Mapping[str, Any] | None


class ReadFilters(Struct, frozen=True, kw_only=True):
    """Reads by whom, of what, and from when until when (not included); None leaves it open."""

    actors: Sequence[str] | None = None
    about: Sequence[str] | None = None
    start: datetime | None = None
    end: datetime | None = None


class Reads:
    """The reads of a process on their way to the table; nobody waits for one to be written."""

    def __init__(self, pool: ConnectionPool[psycopg.Connection], key: SharedKey) -> None:
        self._pool = pool
        self._key = key
        self._waiting: deque[Read] = deque()
        self._lost = 0
        self._lock = Lock()
        self._noted, self._stop = Event(), Event()
        self._writer: Thread | None = None

    def note(self, read: Read) -> None:
        """Takes a read to be written within a second; where too many wait, it is counted as lost."""
        if len(self._waiting) >= MOST:
            with self._lock:
                self._lost += 1
            return
        self._waiting.append(read)
        if not self._noted.is_set():
            self._begin()
            self._noted.set()

    def close(self) -> None:
        """Writes what waits, and ends."""
        self._stop.set()
        self._noted.set()
        if self._writer is not None:
            self._writer.join(_PATIENCE)
            self._writer = None

    def _begin(self) -> None:
        with self._lock:
            if self._writer is None:
                self._writer = Thread(target=self._run, name="reads", daemon=True)
                self._writer.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._noted.wait()
            self._stop.wait(PAUSE)
            self._noted.clear()
            self._empty()
        self._empty()

    def _empty(self) -> None:
        """Writes everything that waits; what cannot be written waits on."""
        while batch := [self._waiting[place] for place in range(min(AT_ONCE, len(self._waiting)))]:
            lost = self._lost
            try:
                with self._pool.connection() as connection:
                    write(connection, self._key, [*batch, *_told_as_lost(lost)])
            except (psycopg.Error, PoolTimeout) as fault:
                _logger.warning("reads are put off", action="reads.put-off", count=len(batch), **with_trace(fault))
                self._noted.set()
                return
            for _ in batch:
                self._waiting.popleft()
            with self._lock:
                self._lost -= lost


def _told_as_lost(count: int) -> Iterator[Read]:
    if count:
        yield Read(datetime.now(UTC), "process:reads", "", LOST, None, {"count": count})


def write(connection: Connection, key: SharedKey, reads: Collection[Read]) -> None:
    """Writes reads, what each was narrowed by sealed."""
    rows = [one._replace(filter=_sealed(key, one)) for one in reads]  # type: ignore[arg-type]
    connection.execute(_WRITE, [list(column) for column in zip(*rows, strict=True)])


def look(connection: Connection, key: SharedKey, filters: ReadFilters, after: int, limit: int) -> list[KeptRead]:
    """Reads in the order they were written, from after an id on."""
    values = {name: getattr(filters, name) for name in filters.__struct_fields__}
    values |= {name: list(values[name]) for name in ("actors", "about") if values[name] is not None}
    rows = connection.execute(_LOOK, {**values, "after": after, "limit": limit}).fetchall()
    return [KeptRead._make((*row[:-1], _opened(key, row))) for row in rows]


def forget_old(connection: Connection, kept: timedelta) -> int:
    """Deletes what was kept for so long; gives how many."""
    return connection.execute(_FORGET, {"kept": kept}).rowcount


def _sealed(key: SharedKey, read: Read) -> str | None:
    if not read.filter:
        return None
    plain = json.dumps(read.filter, separators=(",", ":"), default=str).encode()
    if len(plain) > LARGEST:
        plain = msgspec.json.encode({"cut": plain[:LARGEST].decode()})
    return key.seal_text(plain, _place(read.read_at, read.actor))


def _opened(key: SharedKey, row: Sequence[Any]) -> Mapping[str, Any] | None:
    _, read_at, actor, *_, sealed = row
    if sealed is None:
        return None
    try:
        found: Mapping[str, Any] = json.loads(key.open_text(sealed, _place(read_at, actor)))
    except InvalidTag:
        return {"unreadable": True}
    return found


def _place(read_at: datetime, actor: str) -> bytes:
    return f"read\0{read_at.astimezone(UTC).isoformat()}\0{actor}".encode()

"""What this installation remembers outside the database: how far the log was, and which numbers were given out.

A database that is brought back to an earlier day knows nothing of what it told since. One file in the data folder, of
each log its own, does: it names the epoch and a durable event, a reserve of numbers that is written before any of them
is given out, and the last number of each series of documents.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec
import psycopg

from projections.log.whole_files import opened_lock, write_whole

Connection = psycopg.Connection[Any]

BLOCK = 200  # numbers that are reserved at once
LOW = 50  # so many left: the next block is reserved

_LINEAGE = "SELECT id, began_after FROM log.epochs ORDER BY number"
_EVENT = "SELECT (state -> 'metadata' ->> 'event_id')::uuid FROM log.events WHERE position = %(position)s"
_HEAD = "SELECT coalesce(max(position), 0) FROM log.events"
_LAST = """
SELECT position, (state -> 'metadata' ->> 'event_id')::uuid FROM log.events
WHERE position = least(%(upto)s, (SELECT max(position) FROM log.events))
"""


class Remembered(msgspec.Struct, kw_only=True):
    """What is kept of one log. `documents` are by series and period, as in `F:2026`."""

    epoch: str = ""
    position: int = 0
    event: UUID | None = None
    reserved: dict[str, int] = {}
    documents: dict[str, int] = {}


_remembered = msgspec.json.Decoder(Remembered)

Kind = Literal["unknown", "another", "same", "moved-on", "went-back"]


class LogComparison(NamedTuple):
    """How the log stands to what is remembered of it.

    `unknown`: nothing is. `another`: the folder served another log. `moved-on`: a new epoch has begun, and nothing is
    known to be lost. `went-back`: `lost` events that were durable are not in it (0: nobody can say how many); up to
    `common` the events are those remembered. `silently`: no epoch tells of it yet.
    """

    kind: Kind
    lost: int = 0
    common: int = 0
    silently: bool = False


class Memory:
    """The file of one log in a data folder; processes of one machine share it."""

    def __init__(self, data_dir: Path, log_id: str) -> None:
        self._path = data_dir / "outside" / f"{log_id}.json"

    def read(self) -> Remembered | None:
        """What is remembered; None where nothing is."""
        try:
            return _remembered.decode(self._path.read_bytes())
        except FileNotFoundError:
            return None

    @contextmanager
    def changing(self, *, durably: bool = False) -> Iterator[Remembered]:
        """What is remembered, to be changed while nobody else does; written whole, `durably` before this returns."""
        with opened_lock(self._path.with_suffix(".lock")) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            remembered = self.read() or Remembered()
            yield remembered
            write_whole(self._path, msgspec.json.encode(remembered), durably=durably)


def memory_of(connection: Connection, data_dir: Path) -> Memory | None:
    """The memory of the log that a connection reads; None before its first epoch, and where there is no data folder.

    Whoever works on a database from elsewhere keeps no memory of it: those that serve it do.
    """
    lineage = connection.execute(_LINEAGE).fetchall()
    return Memory(data_dir, lineage[0][0]) if lineage and data_dir.is_dir() else None


def standing(connection: Connection, data_dir: Path) -> LogComparison:
    """How the log stands to what is remembered of it; changes nothing."""
    lineage = connection.execute(_LINEAGE).fetchall()
    if not lineage:
        return LogComparison("unknown")
    remembered = Memory(data_dir, lineage[0][0]).read()
    if remembered is None or not remembered.epoch:
        return LogComparison("another" if _serves_another(data_dir, lineage[0][0]) else "unknown")
    return judge(connection, remembered, dict(lineage))


def judge(connection: Connection, remembered: Remembered, lineage: Mapping[str, int]) -> LogComparison:
    """The same; `lineage` gives each epoch's beginning, first to last."""
    ids = list(lineage)
    if remembered.epoch not in lineage:  # it was lost with all that was told in it, as by an asynchronous standby
        return LogComparison("went-back", silently=True)
    later = ids[ids.index(remembered.epoch) + 1 :]
    common = min((lineage[one] for one in later), default=remembered.position)
    if remembered.position > common:
        return LogComparison("went-back", remembered.position - common, common)
    [(head,)] = connection.execute(_HEAD).fetchall()
    if remembered.position > head:
        return LogComparison("went-back", remembered.position - head, head, silently=True)
    if (
        remembered.event
        and (remembered.event,) not in connection.execute(_EVENT, {"position": remembered.position}).fetchall()
    ):
        return LogComparison("went-back", silently=True)
    return LogComparison("moved-on" if later else "same", common=remembered.position)


def remember(connection: Connection, memory: Memory, upto: int) -> None:
    """Writes down where the log is; `upto` is a durable position."""
    lineage = connection.execute(_LINEAGE).fetchall()
    last = connection.execute(_LAST, {"upto": upto}).fetchone()
    if not lineage:
        return
    with memory.changing() as remembered:
        if remembered.epoch == lineage[-1][0] and last and last[0] < remembered.position:
            return
        remembered.epoch = lineage[-1][0]
        remembered.position, remembered.event = last or (0, None)


def _serves_another(data_dir: Path, log_id: str) -> bool:
    """Whether the folder remembers other logs, and not this one."""
    with suppress(FileNotFoundError):
        return any(file.stem != log_id for file in (data_dir / "outside").glob("*.json"))
    return False

"""Which database this process talks to: its incarnation, which every cache belongs to, and the epoch that others see.

An incarnation is one run of the server on one table of events. An epoch goes on through crashes and restarts: what was
told was durable. It ends where the log may have gone back: promotion, a point in time, a dump restored.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from projections.log.durability import Connection, make_durable

T = TypeVar("T")

CHANGED = "CN001"  # the SQLSTATE of an append that was decided on in another incarnation

_BEGIN = "SELECT log.begin_incarnation()"
FOUND_LOST = "the log was found to be brought back"  # why an epoch began, by what is remembered outside the database

_LINEAGE = "SELECT number, id, began_after, began_at, reason FROM log.epochs ORDER BY number"
_BEGIN_EPOCH = "SELECT log.begin_epoch(%(reason)s)"


class Epoch(NamedTuple):
    """While an epoch lasts, a position means one event. Up to `began_after` it does so in the epoch before as well."""

    number: int
    id: str
    began_after: int
    began_at: datetime
    reason: str


class Incarnations:
    """What the connections of one process talk to. Each is asked once; whoever reads tells what a read has shown."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._of: WeakKeyDictionary[Connection, UUID] = WeakKeyDictionary()
        self._current: UUID | None = None
        self._drops: list[Callable[[], None]] = []
        self._lineages: dict[UUID, tuple[Epoch, ...]] = {}

    def on_new(self, drop: Callable[[], None]) -> None:
        """Has a cache dropped whenever the database turns out to be another than it was."""
        self._drops.append(drop)

    def of(self, connection: Connection) -> UUID:
        """The incarnation that a connection, which is in no transaction, talks to."""
        return self._of.get(connection) or self.look(connection)

    def look(self, connection: Connection, *, doubted: bool = False) -> UUID:
        """The same, asked anew, as after a read has shown another one; `doubted`: every cache is dropped anyway."""
        [(found,)] = connection.execute(_BEGIN).fetchall()
        incarnation = UUID(str(found))
        if incarnation not in self._lineages:
            lineage = tuple(read_lineage(connection))
            make_durable(connection)  # positions are told under an epoch that cannot vanish
            self._lineages[incarnation] = lineage
        with self._lock:
            changed, self._current = incarnation != self._current, incarnation
            if changed:
                self._of.clear()  # the others will have to look as well
            self._of[connection] = incarnation
        if changed or doubted:
            for drop in self._drops:
                drop()
        return incarnation

    def lineage(self, incarnation: UUID | None = None) -> tuple[Epoch, ...]:
        """Every epoch of the log as an incarnation knows it, or the one last seen; empty where none was seen yet."""
        seen = incarnation or self._current
        return self._lineages.get(seen, ()) if seen else ()


class Cache(Generic[T]):
    """Something kept in memory for one incarnation of the database, made anew for the next. Safe for threads."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._kept: tuple[UUID, T] | None = None

    def of(self, incarnation: UUID) -> T:
        """What is kept for this incarnation."""
        kept = self._kept
        if kept is None or kept[0] != incarnation:
            kept = self._kept = (incarnation, self._make())
        return kept[1]

    def drop(self) -> None:
        """Forgets it."""
        self._kept = None


def read_lineage(connection: Connection) -> list[Epoch]:
    """Every epoch as the database has them now, whatever this process knows."""
    return [Epoch(*row) for row in connection.execute(_LINEAGE).fetchall()]


def begin_epoch(connection: Connection, reason: str) -> str:
    """Ends the epoch where the log is found to have gone back: positions are told under a new one. Gives its id."""
    [(begun,)] = connection.execute(_BEGIN_EPOCH, {"reason": reason}).fetchall()
    return str(begun)

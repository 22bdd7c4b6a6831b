"""Whether an installation is well: what its database, views, processes and disks say, asked without waiting long.

How long something stands still is measured by this process's own steady clock, and how far it is behind by positions:
a clock that is wrong, here or there, changes nothing.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

import psycopg

from projections.doctor.asking import Asking, NoAnswer
from projections.engine.replica import ReplicaStatus
from projections.log.sealer import sealing_faults
from projections.outside import catalogue
from projections.postgres.connections import Connection, connect, hang_up
from projections.postgres.leases import LEADER
from projections.postgres.roles import powers
from projections.postgres.usable import applied, missing, newer
from projections.runtime import Runtime

T = TypeVar("T")

PATIENCE = 0.8  # seconds that anything may take to answer
SESSION = {"statement_timeout": "2s", "lock_timeout": "1s"}
STANDS_STILL = 10.0  # seconds behind without a step, or led by nobody
RELAY_STANDS_STILL = 30.0
POOL_EXHAUSTED = 2.0
DISK_LEAST = 256 * 1024 * 1024  # bytes

_STATE = """
    SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean,
        (SELECT coalesce(max(position), 0) FROM log.events)
"""
_VIEWS = "SELECT projection, position FROM views.positions WHERE schema = 'views'"
_PROCESSES = "SELECT process, position FROM work.positions"
_LED = """
    SELECT name FROM unnest(%(names)s::text[]) AS asked (name)
    WHERE EXISTS (
        SELECT FROM pg_locks l
        WHERE l.locktype = 'advisory' AND l.granted AND l.classid = %(kind)s::int::oid
            AND l.objid = coalesce(hashtext(name), 0)::oid AND l.objsubid = 2
            AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
"""
_OLDEST_DUE = """
    SELECT e.key::text FROM work.effects e
    WHERE e.state = 'waiting' AND e.due_at <= clock_timestamp() AND NOT EXISTS (
        SELECT FROM work.effects b WHERE b.order_id = e.order_id AND b.kind = e.kind AND b.position < e.position
            AND b.state IN ('waiting', 'queued', 'claimed', 'acting')
    )
    ORDER BY e.due_at LIMIT 1
"""


class Facts(NamedTuple):
    """What the database says of itself at one moment. `missing` and `newer` are migrations; with either the rest is
    left out.
    """

    missing: Collection[str] = ()
    newer: Collection[str] = ()
    read_only: bool = False
    head: int = 0
    views: Mapping[str, int] = {}
    processes: Mapping[str, int] = {}
    led: Collection[str] = ()
    oldest_due: str | None = None
    sealing: Collection[str] = ()
    powers: Collection[str] = ()
    outside: Mapping[str, str] = {}


class Figures(NamedTuple):
    """The same as figures to be watched; `seconds` tells how long each has stood still by now."""

    facts: Facts | None
    views_still: Mapping[str, float]
    views_unled: Mapping[str, float]
    processes_still: Mapping[str, float]
    relay_still: float
    pool_waiting: int
    disks: Mapping[str, int]
    replica: ReplicaStatus | None


class Check(NamedTuple):
    """One thing that was looked at: `ok`, or what is wrong with it; not `needed`: the API serves without it."""

    name: str
    text: str = "ok"
    needed: bool = True

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return self.text == "ok"


class Since:
    """For how long each of some conditions has held, by the looks that were taken."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since: dict[str, tuple[object, float]] = {}

    def seconds(self, name: str, holds: bool, state: object = None) -> float:
        """The seconds since it was first seen to hold in this very state; 0 when it does not hold."""
        if not holds:
            self._since.pop(name, None)
            return 0.0
        known = self._since.get(name)
        if known is None or known[0] != state:
            known = self._since[name] = (state, self._clock())
        return self._clock() - known[1]


class Health:
    """The health of an installation as one process sees it; opened after fork, safe for threads."""

    def __init__(self, runtime: Runtime, views: Collection[str], clock: Callable[[], float] = time.monotonic) -> None:
        """`views` are the names of those that are needed."""
        self._runtime = runtime
        self._views = tuple(views)
        self._since = Since(clock)
        self._connection: Connection | None = None
        self._database = Asking(self._look, self._hang_up)
        self._disks = Asking(self._free)
        self._replica = Asking(self._stand)
        self._migrated = False
        self._powers: list[str] | None = None

    def checks(self) -> list[Check]:
        """Every thing that was looked at, within a second."""
        return self.judged(self.figures())

    def judged(self, figures: Figures) -> list[Check]:
        """What figures of this installation mean."""
        return checked(figures, self._views)

    def figures(self) -> Figures:
        """What was found, as numbers; what does not answer in time is left out."""
        deadline = time.monotonic() + PATIENCE
        facts = _answered(self._database, deadline)
        disks = _answered(self._disks, deadline)
        replica = _answered(self._replica, deadline) if self._runtime.replica else None
        still, head = self._since.seconds, facts.head if facts else 0
        views = {name: facts.views[name] for name in self._views if name in facts.views} if facts else {}
        processes = facts.processes if facts else {}
        stats = self._runtime.pool.get_stats()
        waiting = stats.get("requests_waiting", 0)
        exhausted = bool(waiting) and not stats.get("pool_available", 0)
        self._since.seconds("pool", exhausted)
        return Figures(
            facts=facts,
            views_still={name: still(f"view {name}", at < head, at) for name, at in views.items()},
            views_unled={name: still(f"led {name}", name not in facts.led) for name in views} if facts else {},
            processes_still={name: still(f"process {name}", at < head, at) for name, at in processes.items()},
            relay_still=still("relay", bool(facts and facts.oldest_due), facts.oldest_due if facts else None),
            pool_waiting=waiting if still("pool", exhausted) >= POOL_EXHAUSTED else 0,
            disks=disks or {},
            replica=replica,
        )

    def _look(self) -> Facts:
        """Asks the database on a connection of its own, which shows as well that one can be made."""
        with connect(self._runtime.settings.database_url, "carnet health", session=SESSION) as connection:
            self._connection = connection
            try:
                return self._facts(connection)
            finally:
                self._connection = None

    def _facts(self, connection: Connection) -> Facts:
        with connection.transaction():
            if not self._migrated:
                names = applied(connection)
                lacking, unknown = missing(names), newer(names)
                if lacking or unknown:
                    return Facts(missing=lacking, newer=unknown)
                self._migrated = True
            [(read_only, head)] = connection.execute(_STATE).fetchall()
            led = connection.execute(_LED, {"names": list(self._views), "kind": LEADER}).fetchall()
            if self._powers is None:
                self._powers = powers(connection).sentences
            oldest = connection.execute(_OLDEST_DUE).fetchone()
            return Facts(
                read_only=read_only,
                head=head,
                views=dict(connection.execute(_VIEWS).fetchall()),
                processes=dict(connection.execute(_PROCESSES).fetchall()),
                led=[name for (name,) in led],
                oldest_due=oldest[0] if oldest else None,
                sealing=sealing_faults(connection),
                powers=self._powers,
                outside=_outside(connection),
            )

    def _hang_up(self) -> None:
        connection = self._connection
        if connection is not None:
            hang_up(connection)

    def _free(self) -> dict[str, int]:
        """The free bytes of each folder that is written to."""
        settings = self._runtime.settings
        return {name: _free(folder) for name, folder in {"data": settings.data_dir, "files": settings.files}.items()}

    def _stand(self) -> ReplicaStatus | None:
        return self._runtime.replica.stand() if self._runtime.replica else None


def checked(figures: Figures, views: Collection[str]) -> list[Check]:
    """What the figures mean."""
    facts = figures.facts
    found = [Check("disk " + name, _disk(free)) for name, free in figures.disks.items()]
    found.append(Check("connections", "all in use, and requests wait" if figures.pool_waiting else "ok"))
    if facts is None:
        return [Check("database", "cannot be reached"), *found]
    if facts.missing or facts.newer:
        text = f"missing: {', '.join(facts.missing)}" if facts.missing else f"of a later version: {facts.newer}"
        return [Check("database"), Check("migrations", text), *found]
    found = [Check("database", "read-only" if facts.read_only else "ok"), Check("migrations"), *found]
    found += [Check(f"view {name}", _view(name, figures, facts)) for name in views]
    for name, position in sorted(facts.processes.items()):
        found.append(Check(f"process {name}", _follows(position, facts.head, figures.processes_still[name])))
    relay_stands = figures.relay_still > RELAY_STANDS_STILL
    found.append(Check("relay", f"hands nothing out for {figures.relay_still:.0f} s" if relay_stands else "ok"))
    refused = f"nothing is sealed: {'; '.join(facts.sealing)}" if facts.sealing else "ok"
    found.append(Check("seals", refused, needed=False))
    found += [Check(f"view {name} from outside", text, needed=False) for name, text in facts.outside.items()]
    found.append(Check("roles", " ".join(facts.powers) or "ok", needed=False))
    if figures.replica:
        found.append(Check("replica", "ok" if figures.replica.follows else "follows nobody", needed=False))
    return found


def _outside(connection: Connection) -> dict[str, str]:
    """The views from outside, or their files: `ok`, or what is wrong with them."""
    found = catalogue.every(connection)
    wrong = {"halted": "halted", "refused": "refused"}
    return {
        one.name or Path(one.source).name: f"{wrong[one.state]}: {one.reason}" if one.state in wrong else "ok"
        for one in found
    }


def _view(name: str, figures: Figures, facts: Facts) -> str:
    if name not in facts.views:
        return "not built yet"
    text = _follows(facts.views[name], facts.head, figures.views_still[name])
    unled = figures.views_unled[name]
    return f"led by nobody for {unled:.0f} s" if text == "ok" and unled > STANDS_STILL else text


def _follows(position: int, head: int, still: float) -> str:
    if position > head:
        return f"ahead of the log: at {position}, and the log ends at {head}"
    return "ok" if still <= STANDS_STILL else f"stands still {head - position} events behind"


def _disk(free: int) -> str:
    return "ok" if free >= DISK_LEAST else f"{free // 1024**2} MiB free"


def _free(folder: Path) -> int:
    """The free bytes of the disk a folder is on, or will be once it is made."""
    place = folder.resolve()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def _answered(asking: Asking[T], deadline: float) -> T | None:
    try:
        return asking.answer(max(deadline - time.monotonic(), 0.01))
    except (NoAnswer, OSError, psycopg.Error):
        return None

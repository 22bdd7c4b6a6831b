"""What readers may know of the views: how fresh each is, whether it can be read, and what it could not take."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from psycopg_pool import ConnectionPool

from domain.points_in_time import PointInTime
from projections.engine import generations
from projections.engine.generations import AHEAD, LIVE, Generation
from projections.engine.projection import Projection
from projections.engine.tables import Connection, ShapeMismatch, TableWriter
from projections.outside import catalogue

FIRST_PAUSE = 0.002
LONGEST_PAUSE = 0.02
AS_OF, KNOWN_AT = "asof_", "known_"

_PARKED = """
    SELECT projection, count(*), count(DISTINCT originator_id) FROM views.dead_letters
    WHERE schema = 'views' AND state = 'parked' GROUP BY projection
"""


class TooFarBehind(Exception):
    """The view is not yet as fresh as was asked for; ask again in a moment."""


class Rebuilding(TooFarBehind):
    """The view's rows are not of the form this program reads; they are being built."""


class Status(NamedTuple):
    """How a view is doing. `behind` counts events; `held_keys` those that wait behind a parked event."""

    projection: str
    position: int
    head: int
    behind: int
    generation: int
    version: int
    wanted_version: int
    building: bool
    parked: int
    held_keys: int
    trouble: str | None
    updated_at: datetime | None


class Views:
    """The reading side of the views, one for each process; threads share it."""

    def __init__(self, pool: ConnectionPool, projections: Mapping[str, Projection]) -> None:
        self._pool = pool
        self._projections = projections
        self._built: set[str] = set()

    def wait_for(self, projection: str, position: int = 0, timeout: float = 2.0) -> None:
        """Returns once the view has taken the events up to the position.

        Raises `TooFarBehind` after `timeout` seconds; `Rebuilding` when the rows are not of this program's form.
        """
        if position == 0 and projection in self._built:
            return
        deadline = time.monotonic() + timeout
        pause = FIRST_PAUSE
        while self._look(projection) < position:
            if time.monotonic() >= deadline:
                raise TooFarBehind(f"{projection} has not reached {position}")
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def drop(self) -> None:
        """Looks again at every view: the database may be another than it was."""
        self._built.clear()

    def position(self, projection: str) -> int:
        """The position up to which the view has taken the events, as it is now."""
        return self._look(projection)

    def status(self, head: int) -> list[Status]:
        """Every view's state, those from outside last, `head` being the log's last position."""
        with self._pool.connection() as connection:
            found = {(one.projection, one.schema): one for one in generations.every(connection)}
            parked = {row[0]: (row[1], row[2]) for row in connection.execute(_PARKED)}
            others = {one.name: one for one in catalogue.every(connection) if one.name}
        versions = {name: projection.version for name, projection in sorted(self._projections.items())}
        versions |= {name: other.version or 0 for name, other in others.items()}
        return [
            self._status(
                (name, version),
                found.get((name, LIVE)),
                building=(name, generations.building_schema(name)) in found,
                parked=parked.get(name, (0, 0)),
                head=head,
                halted=others[name].reason if name in others else "",
            )
            for name, version in versions.items()
        ]

    def schema_of(self, point: PointInTime, projection: str = "orders") -> str | None:
        """The schema that holds the view of a point in time, if that generation was built in today's form."""
        schema = schema_of(point)
        with self._pool.connection() as connection:
            found = generations.find(connection, projection, schema)
        return schema if found and found.version == self._projections[projection].version else None

    def past(self) -> list[Generation]:
        """The generations of points in time that were built."""
        with self._pool.connection() as connection:
            return [one for one in generations.every(connection) if one.schema.startswith((AS_OF, KNOWN_AT))]

    def drop_past(self, point: PointInTime) -> bool:
        """Removes every view of a point in time; False when there is none."""
        with self._pool.connection() as connection:
            schema = schema_of(point)
            found = [one for one in generations.every(connection) if one.schema == schema]
            for one in found:
                generations.drop(connection, one.projection, schema)
        return bool(found)

    def _look(self, projection: str) -> int:
        with self._pool.connection() as connection:
            stands = generations.find(connection, projection)
            if stands is None:
                raise Rebuilding(f"{projection} is not built yet")
            if stands.version == AHEAD:
                self._built.discard(projection)
                raise Rebuilding(f"{projection} is ahead of the log that was brought back")
            if projection not in self._built and projection in self._projections:
                self._check_shape(connection, stands)
        self._built.add(projection)
        return stands.position

    def _check_shape(self, connection: Connection, stands: Generation) -> None:
        projection = self._projections[stands.projection]
        if stands.version == projection.version:
            return
        try:
            for table in projection.tables:
                TableWriter(connection, table, LIVE)
        except ShapeMismatch as mismatch:
            raise Rebuilding(f"{stands.projection} is being rebuilt") from mismatch

    @staticmethod
    def _status(
        view: tuple[str, int],
        stands: Generation | None,
        *,
        building: bool,
        parked: tuple[int, int],
        head: int,
        halted: str,
    ) -> Status:
        position = stands.position if stands else 0
        return Status(
            projection=view[0],
            position=position,
            head=head,
            behind=max(head - position, 0),
            generation=stands.generation if stands else 0,
            version=stands.version if stands else 0,
            wanted_version=view[1],
            building=building,
            parked=parked[0],
            held_keys=parked[1],
            trouble=halted or (stands.trouble if stands else None),
            updated_at=stands.updated_at if stands else None,
        )


def schema_of(point: PointInTime) -> str:
    """The name of the schema for the views of a point in time, its instants in UTC; the live one's for now."""
    parts = ((AS_OF, point.as_of), (KNOWN_AT, point.known_at))
    return "_".join(f"{prefix}{_in_a_name(instant)}" for prefix, instant in parts if instant) or LIVE


def _in_a_name(instant: datetime) -> str:
    """`20260131t120000z`, and microseconds where there are some."""
    at = instant.astimezone(UTC)
    return f"{at:%Y%m%dt%H%M%S%fz}" if at.microsecond else f"{at:%Y%m%dt%H%M%Sz}"

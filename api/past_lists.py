"""Lists as they were at a point in time, of views of which no past is kept: built before, or folded when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from api.problems import Problem
from api.requests import fresh, runtime
from domain.points_in_time import PointInTime
from projections.engine.passing import folded
from projections.engine.tables import Connection
from projections.views import PROJECTIONS

MOST_EVENTS = 100_000  # that are folded for one page: about two seconds


@contextmanager
def past_of(
    view: str, point: PointInTime, streams: Callable[[Connection], Mapping[UUID, int]]
) -> Iterator[tuple[Connection, str]]:
    """A view as it was, in a connection and the schema to look at it in.

    `streams` tells what it is folded from, and how many events each has. Raises a 409 problem where they are too many.
    """
    fresh(view)
    shared = runtime()
    built = shared.views.schema_of(point, view)
    with shared.reading() as connection:
        if built is not None:
            yield connection, built
            return
        found = streams(connection)
        if sum(found.values()) > MOST_EVENTS:
            raise not_built(view, point)
    with (
        shared.pool.connection() as connection,
        folded(connection, shared.log, PROJECTIONS[view], list(found), point) as schema,
    ):
        yield connection, schema


def not_built(view: str, point: PointInTime) -> Problem:
    """A list of a point in time that takes too long to fold for one page."""
    options = " ".join(f"--{name.replace('_', '-')} {at}" for name, at in point.told().items())
    detail = (
        f"The list of that point in time is not built: carnet projections rebuild {view} {options}. "
        "A job exports it of any: POST /exports."
    )
    return Problem(409, "as-of-not-built", detail)

"""How many rows a list has: counted while that is cheap or they are few, else estimated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

import psycopg

from projections.engine.tables import Connection
from projections.views.pages import Listing

# What the planner thinks of a count that takes about 5 ms; what it thinks dearer is counted up to `FEW` alone.
CHEAP = 6_000.0
FEW = 5_000  # rows that are worth counting where the planner thinks that all of them are dear
ONE = 0.02  # seconds that one count may take, if the planner was wrong
_PATIENCE = "SELECT set_config('statement_timeout', %s, true)"

Filters = TypeVar("Filters")


class Counted(NamedTuple):
    """How many, and whether that is exact."""

    value: int
    exact: bool


@contextmanager
def within(connection: Connection, seconds: float) -> Iterator[None]:
    """A transaction each statement of which may take so long; raises `psycopg.errors.QueryCanceled` for one slower."""
    with connection.transaction():
        connection.execute(_PATIENCE, (f"{max(1, round(seconds * 1000))}ms",))
        yield


def count_about(
    connection: Connection, listing: Listing[Any, Filters], filters: Filters, schema: str = "views", shown: int = 0
) -> Counted:
    """How many rows the filters leave: exactly where that is quick; never fewer than the `shown` ones."""
    rows, cost = listing.estimate(connection, filters, schema)
    if cost <= CHEAP:
        exact = counted_in(connection, ONE, lambda: listing.count(connection, filters, "exact", schema))
    elif rows <= FEW:
        exact = counted_in(connection, ONE, lambda: listing.count_up_to(connection, filters, FEW, schema))
    else:
        exact = None
    return Counted(max(rows, shown), exact=False) if exact is None else Counted(exact, exact=True)


def counted_in(connection: Connection, seconds: float, count: Callable[[], int | None]) -> int | None:
    """What is counted, or None if it takes longer than so many seconds."""
    try:
        with within(connection, seconds):
            return count()
    except psycopg.errors.QueryCanceled:
        return None

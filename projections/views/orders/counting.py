"""How many orders each of several filters leaves, all of them at once: counted while that is cheap, else estimated."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psycopg

from projections.engine.tables import Connection
from projections.views.orders.filters import OrderFilters
from projections.views.orders.listing import LISTING
from projections.views.orders.row import OrderHead
from projections.views.pages import Listing

# What the planner thinks of a count that takes about 5 ms; what it thinks dearer is estimated.
CHEAP = 6_000.0
AT_ONCE = 0.06  # seconds in all that counting may take; what would come after is estimated
ONE = 0.02  # seconds that one count may take, if the planner was wrong
_PATIENCE = "SELECT set_config('statement_timeout', %s, true)"


class Counted(NamedTuple):
    """How many, and whether that is exact."""

    value: int
    exact: bool


def count_each(
    connection: Connection,
    filters: Iterable[OrderFilters],
    schema: str = "views",
    listing: Listing[OrderHead, OrderFilters] = LISTING,
) -> Iterator[Counted]:
    """How many orders each filter leaves; all of them take about a tenth of a second at most, however many orders."""
    ends = time.monotonic() + AT_ONCE
    for one in filters:
        rows, cost = listing.estimate(connection, one, schema)
        patience = min(ONE, ends - time.monotonic())
        exact = _exactly(connection, one, schema, listing, patience) if cost <= CHEAP and patience > 0 else None
        yield Counted(rows, exact=False) if exact is None else Counted(exact, exact=True)


@contextmanager
def within(connection: Connection, seconds: float) -> Iterator[None]:
    """A transaction each statement of which may take so long; raises `psycopg.errors.QueryCanceled` for one slower."""
    with connection.transaction():
        connection.execute(_PATIENCE, (f"{max(1, round(seconds * 1000))}ms",))
        yield


def _exactly(
    connection: Connection,
    filters: OrderFilters,
    schema: str,
    listing: Listing[OrderHead, OrderFilters],
    patience: float,
) -> int | None:
    """The count, or None if it takes longer than `patience` seconds."""
    try:
        with within(connection, patience):
            return listing.count(connection, filters, "exact", schema)
    except psycopg.errors.QueryCanceled:
        return None

"""What stands before and after an order in the list, and which place of the list it has."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

import psycopg
from msgspec.structs import replace

from projections.engine.tables import Connection
from projections.views.counting import Counted, within
from projections.views.orders.counting import count_each
from projections.views.orders.filters import OrderFilters
from projections.views.orders.listing import LISTING

FARTHEST = 10_000  # orders before one whose place is still counted
PATIENCE = 0.05  # seconds that looking for the place may take


class Neighbours(NamedTuple):
    """The orders beside one (None at an end), its place from 1 on, and among how many.

    No `place` where the order is not in the list, or so far down that its place would take too long to count.
    """

    previous: UUID | None
    next: UUID | None
    place: int | None
    among: Counted


def neighbours(connection: Connection, filters: OrderFilters, sort: str, order_id: UUID) -> Neighbours | None:
    """The orders beside one in the list narrowed and sorted so, also beside one that has just left it.

    None where no list has the order.
    """
    sort = sort or LISTING.standard
    cursor = LISTING.cursor_of(connection, sort, order_id)
    if cursor is None:
        return None
    backwards = sort[1:] if sort.startswith("-") else f"-{sort}"
    before = LISTING.page(connection, filters, backwards, 1, cursor).items
    after = LISTING.page(connection, filters, sort, 1, cursor).items
    return Neighbours(
        before[0].id if before else None,
        after[0].id if after else None,
        _place(connection, filters, sort, order_id, cursor),
        next(count_each(connection, [filters])),
    )


def _place(
    connection: Connection, filters: OrderFilters, sort: str, order_id: UUID, cursor: tuple[object, ...]
) -> int | None:
    if filters.ids is None and not LISTING.count(connection, replace(filters, ids=(order_id,))):
        return None
    if filters.ids is not None and order_id not in filters.ids:
        return None
    try:
        with within(connection, PATIENCE):
            before = LISTING.count_before(connection, filters, sort, cursor, FARTHEST)
    except psycopg.errors.QueryCanceled:
        return None
    return None if before is None else before + 1

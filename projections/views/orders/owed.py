"""What is owed by the orders of a list, also one of an instant: their open balances by the day they were placed."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from psycopg import sql

from projections.engine.tables import Connection
from projections.views.orders.filters import OrderFilters
from projections.views.orders.row import OrderHead
from projections.views.pages import Amount, Listing, read

_OWED = """
SELECT (placed_at AT TIME ZONE %(zone)s)::date, currency, CASE WHEN balance > 0 THEN 'due' ELSE 'credit' END,
    count(*), sum(balance)::bigint
FROM {source} WHERE {conditions} AND balance <> 0 AND placed_at IS NOT NULL
GROUP BY 1, 2, 3
"""


class OwedOfDay(NamedTuple):
    """Open balances in a currency of the orders placed on a day, due or credit."""

    day: date
    currency: str
    side: str
    orders: int
    balance: Amount


def owed_by_day(
    connection: Connection, listing: Listing[OrderHead, OrderFilters], zone: str, currency: str | None, schema: str
) -> list[OwedOfDay]:
    """The open balances of a list's orders; days are those of the zone."""
    conditions, values = listing.conditions(OrderFilters(currency=currency))
    # allowed sql: the constant text of a view's module
    source = sql.SQL(listing.source).format(schema=sql.Identifier(schema))
    statement = sql.SQL(_OWED).format(source=source, conditions=sql.SQL(" AND ".join(conditions) or "true"))
    return [OwedOfDay(*row) for row in read(connection, statement, {**values, "zone": zone})]

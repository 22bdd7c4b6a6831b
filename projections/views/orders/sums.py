"""What the orders that filters leave come to: how many, their totals and what is still due, currency by currency."""

from __future__ import annotations

from typing import NamedTuple

from psycopg import sql

from projections.engine.tables import Connection
from projections.views.orders.filters import OrderFilters, conditions
from projections.views.pages import read

_SUMS = sql.SQL(
    "SELECT currency, count(*), sum(total)::bigint, sum(balance)::bigint FROM {} WHERE {} GROUP BY currency "
    "ORDER BY currency"
)


class Sum(NamedTuple):
    """The orders of one currency; amounts are its minor units."""

    currency: str
    orders: int
    total: int
    balance: int


def sums(connection: Connection, filters: OrderFilters, schema: str = "views") -> list[Sum]:
    """One sum for each currency that the orders have."""
    found, values = conditions(filters)
    statement = _SUMS.format(sql.Identifier(schema, "orders"), sql.SQL(" AND ".join(found) or "true"))
    return [Sum(*row) for row in read(connection, statement, values)]

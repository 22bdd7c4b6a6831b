"""What was sold, read by day, week, month or year, by status, source or state of returns: sums of the days' sums."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from msgspec import Struct
from psycopg import sql

from projections.engine.tables import Connection
from projections.views.pages import Amount, read

# What the rows of a period are put together by, in SQL; the first are parts of the calendar, by their first day.
PERIODS: Mapping[str, str] = {
    "day": "day",
    "week": "date_trunc('week', day)::date",
    "month": "date_trunc('month', day)::date",
    "year": "date_trunc('year', day)::date",
}
GROUPS: Mapping[str, str] = {
    **PERIODS,
    "status": "status",
    "source": "source",
    "return_status": "return_status",
    "currency": "currency",
}
_SALES = sql.SQL("""
    SELECT {group} AS grouped, currency, sum(orders)::bigint, sum(units)::bigint, sum(returned)::bigint,
        sum(net)::bigint, sum(tax)::bigint, sum(total)::bigint, sum(refunded)::bigint
    FROM views.sales_days WHERE {conditions} GROUP BY grouped, currency ORDER BY grouped, currency
""")


class SalesFilters(Struct, frozen=True, kw_only=True):
    """The orders placed from a day (included) until another (not included), at the shop.

    `stages` and `return_statuses` are those that count, any of them where None.
    """

    start: date
    end: date
    currency: str | None = None
    source: str | None = None
    stages: tuple[str, ...] | None = None
    return_statuses: tuple[str, ...] | None = None


class SalesRow(NamedTuple):
    """Orders of one currency that have something in common: the first day of their period, a status, a source, a SKU.

    Amounts are minor units. Of orders, `net` and `tax` lack what a total was adjusted by; of a SKU, amounts are those
    of its lines, discounts included.
    """

    grouped: Any
    currency: str
    orders: int
    units: int
    returned: int
    net: Amount
    tax: Amount
    total: Amount
    refunded: Amount


CONDITIONS: Mapping[str, str] = {
    "currency": "currency = %(currency)s",
    "source": "source = %(source)s",
    "stages": "stage = ANY(%(stages)s)",
    "return_statuses": "return_status = ANY(%(return_statuses)s)",
}


def list_sales(connection: Connection, filters: SalesFilters, by: str) -> list[SalesRow]:
    """The sums of the orders that the filters leave, put together by one of `GROUPS`."""
    values = told(filters)
    conditions = ["day >= %(start)s", "day < %(end)s", *(CONDITIONS[name] for name in CONDITIONS if name in values)]
    statement = _SALES.format(group=sql.SQL(GROUPS[by]), conditions=sql.SQL(" AND ".join(conditions)))
    return [SalesRow(*row) for row in read(connection, statement, values)]


def told(filters: SalesFilters) -> dict[str, Any]:
    """The parameters of the filters that say something."""
    values = {name: getattr(filters, name) for name in filters.__struct_fields__}
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in values.items() if value is not None
    }

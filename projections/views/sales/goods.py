"""What each product brought: whole months from the sums by month, the days beside them from those by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from psycopg import sql

from projections.engine.tables import Connection
from projections.views.pages import read
from projections.views.sales.orders import CONDITIONS, SalesFilters, SalesRow, told

# What products are ranked by, the most first.
RANKS = ("total", "units", "orders", "returned")
_COLUMNS = sql.SQL("sku, currency, orders, units, returned, net, tax, total, refunded")
_GOODS = sql.SQL("""
    SELECT sku, currency, sum(orders)::bigint, sum(units)::bigint, sum(returned)::bigint, sum(net)::bigint,
        sum(tax)::bigint, sum(total)::bigint, sum(refunded)::bigint
    FROM (
        SELECT {columns} FROM views.sales_product_months
        WHERE month >= %(first_month)s AND month < %(last_month)s {more}
        UNION ALL
        SELECT {columns} FROM views.sales_product_days WHERE day >= %(start)s AND day < %(first_month)s {more}
        UNION ALL
        SELECT {columns} FROM views.sales_product_days WHERE day >= %(last_month)s AND day < %(end)s {more}
    ) AS parts
    GROUP BY sku, currency {having} ORDER BY sum({rank}) DESC, sku, currency LIMIT %(limit)s
""")


def list_goods(
    connection: Connection,
    filters: SalesFilters,
    rank: str = "total",
    limit: int = 10,
    skus: Sequence[str] | None = None,
) -> list[SalesRow]:
    """The products of the orders that the filters leave, the most by one of `RANKS` first; of `skus` alone if told.

    What was sold without a SKU is no product.
    """
    first, last = whole_months(filters.start, filters.end)
    values = {**told(filters), "first_month": first, "last_month": last, "limit": limit}
    conditions = ["sku <> ''", *(CONDITIONS[name] for name in ("currency", "source", "stages") if name in values)]
    if skus is not None:
        values["skus"] = list(skus)
        conditions.append("sku = ANY(%(skus)s)")
    statement = _GOODS.format(
        columns=_COLUMNS,
        more=sql.SQL("".join(f" AND {condition}" for condition in conditions)),
        having=sql.SQL("HAVING sum(returned) > 0" if rank == "returned" else ""),
        rank=sql.Identifier(rank),
    )
    return [SalesRow(*row) for row in read(connection, statement, values)]


def whole_months(start: date, end: date) -> tuple[date, date]:
    """The first days of the first whole month in a period and of the month after the last; `end` twice for none."""
    first = start if start.day == 1 else (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = end.replace(day=1)
    return (first, last) if first <= last else (end, end)

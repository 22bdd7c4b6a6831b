"""The reports over the big book: each beside adding the same up over its orders, and the rebuild of what they read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

import psycopg

from projections.engine.rebuild import Rebuild
from projections.engine.tables import Connection
from projections.views import PROJECTIONS
from projections.views.receivables import Age, list_owed
from projections.views.sales import SalesFilters, list_goods, list_sales
from projections.views.status_durations import list_durations
from tests.benchmarks.bench_list import measure, quantile
from tests.benchmarks.big_books import ORDERS, big_book

ROUNDS = int(os.environ.get("CARNET_BENCH_ROUNDS", "20"))
MOST_MS = 200.0
EVENTS_A_SECOND = 50_000
PROCESSES = 2
VIEWS = ("sales", "status_durations", "receivables")
_SPAN = "SELECT min(day), max(day) FROM views.sales_days"
_SUMMED = """
    SELECT count(*), sum(total)::bigint, sum(refunded)::bigint, count(*) FILTER (WHERE balance <> 0),
        sum(balance)::bigint
    FROM views.orders WHERE placed_at IS NOT NULL
"""
_TOLD = """
    SELECT sum(orders)::bigint, sum(total)::bigint, sum(refunded)::bigint,
        (SELECT sum(orders)::bigint FROM views.receivables), (SELECT sum(balance)::bigint FROM views.receivables)
    FROM views.sales_days
"""
_BY_DAY = """
    SELECT (placed_at AT TIME ZONE 'UTC')::date, currency, count(*), sum(total) FROM views.orders
    WHERE placed_at IS NOT NULL AND stage <> 'cancelled' GROUP BY 1, 2
"""


def run(orders: int = ORDERS, rounds: int = ROUNDS) -> Iterator[dict[str, Any]]:
    """A line for each view's rebuild, for whether the sums are those of the orders, and for each report."""
    with big_book(orders) as source:
        for view in VIEWS:
            report = Rebuild(source, PROJECTIONS[view], processes=PROCESSES).run()
            rate = report.events / report.seconds
            yield {
                "name": f"rebuild of {view} at {orders} orders", "value": round(rate), "unit": "events/s",
                "seconds": round(report.seconds, 1), "events": report.events, "target": f">= {EVENTS_A_SECOND}",
                "passed": rate >= EVENTS_A_SECOND,
            }  # fmt: skip
        with psycopg.connect(source.database_url, autocommit=True) as connection:
            [told] = connection.execute(_TOLD).fetchall()
            [summed] = connection.execute(_SUMMED).fetchall()
            yield {
                "name": "sums beside those of the orders", "value": told[0], "unit": "orders",
                "reference": "a sum over the list of orders", "reference_value": summed[0],
                "target": "equal in number and in money",
                "passed": told == summed,
            }  # fmt: skip
            bare = partial(_summed, connection)
            for name, ask in _reports(connection).items():
                ours, reference = measure(rounds, ask, bare)
                p95 = quantile(ours, 0.95)
                yield {
                    "name": f"{name} at {orders} orders", "value": round(p95, 2), "unit": "ms p95",
                    "p50": round(quantile(ours, 0.5), 2), "reference": "sales by day added up over the orders",
                    "reference_value": round(quantile(reference, 0.95), 2), "target": f"<= {MOST_MS} ms",
                    "passed": p95 <= MOST_MS,
                }  # fmt: skip


def _reports(connection: Connection) -> Mapping[str, Callable[[], object]]:
    """Each report over all that there is, and the products of a period that begins and ends within months."""
    [(first, last)] = connection.execute(_SPAN).fetchall()
    whole = SalesFilters(start=first, end=last + timedelta(days=1), stages=("processing", "shipped", "completed"))
    days = (last - first).days
    return {
        f"sales by day, {days} days": partial(list_sales, connection, whole, "day"),
        "sales by month": partial(list_sales, connection, whole, "month"),
        "orders by status": partial(list_sales, connection, whole, "status"),
        "top products": partial(list_goods, connection, whole),
        "products that came back": partial(list_goods, connection, whole, "returned"),
        "time in each status": partial(list_durations, connection, whole.start, whole.end),
        "receivables": partial(list_owed, connection, [Age(date.min, date.max)]),
    }


def _summed(connection: Connection) -> int:
    return len(connection.execute(_BY_DAY).fetchall())


if __name__ == "__main__":
    for line in run():
        print(line)

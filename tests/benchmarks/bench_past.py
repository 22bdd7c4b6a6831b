"""Pages of the list of orders as it was at an instant, beside the same pages of the live list; and its room."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import psycopg

from domain.points_in_time import PointInTime
from projections.engine.tables import Connection
from projections.views.orders.past_listing import OrdersThen
from tests.benchmarks.bench_list import LIMIT, ListedPage, measure, pages, quantile
from tests.benchmarks.big_books import ORDERS, big_book
from tests.benchmarks.life import BEGIN, SPAN

ROUNDS = 60
TARGET = 3.0
AT_ONCE_MS = 5.0  # a page that is there so soon is no slower than a person sees, whatever the live list needs
INSTANTS: dict[str, PointInTime] = {
    "as of a third": PointInTime(as_of=BEGIN + SPAN / 3),
    "as of the end": PointInTime(as_of=BEGIN + SPAN),
    "known at the end": PointInTime(known_at=BEGIN + SPAN),
}


def run(orders: int = ORDERS, rounds: int = ROUNDS) -> Iterator[dict[str, Any]]:
    """One line a page and instant: p95 of page and estimate together."""
    with (
        big_book(orders, ("orders", "orders_past")) as source,
        psycopg.connect(source.database_url, autocommit=True) as connection,
    ):
        yield _size(connection, orders)
        for name, point in INSTANTS.items():
            for page in pages(connection):
                then, live = measure(rounds, partial(_then, connection, page, point), partial(page.listed, connection))
                yield _line(f"past list at {orders} orders, {name}: {page.name}", then, live, orders)


def _then(connection: Connection, page: ListedPage, point: PointInTime) -> int:
    """The page and its estimated count, as the API asks for them."""
    then = OrdersThen.of(point)
    if then is None:
        raise ValueError(point)
    listing = then.listing()
    shown = listing.page(connection, page.filters, limit=LIMIT, cursor=page.cursor)
    return len(shown.items) + listing.count(connection, page.filters, "estimate")


def _line(name: str, then: list[float], live: list[float], orders: int) -> dict[str, Any]:
    ours, beside = quantile(then, 0.95), quantile(live, 0.95)
    return {
        "name": name,
        "value": round(ours, 3),
        "unit": "ms p95",
        "p50": round(quantile(then, 0.5), 3),
        "reference": "the same page of the live list",
        "reference_value": round(beside, 3),
        "reference_p50": round(quantile(live, 0.5), 3),
        "ratio": round(ours / beside, 2),
        "target": TARGET,
        "passed": ours <= max(TARGET * beside, AT_ONCE_MS),
        "orders": orders,
    }


def _size(connection: Connection, orders: int) -> dict[str, Any]:
    statement = """
        SELECT pg_total_relation_size('views.orders_as_of') + pg_total_relation_size('views.orders_known_at'),
            pg_total_relation_size('views.orders'),
            (SELECT count(*) FROM views.orders_as_of) + (SELECT count(*) FROM views.orders_known_at)
    """
    [(past, live, rows)] = connection.execute(statement).fetchall()
    return {
        "name": f"room of the past of {orders} orders",
        "value": round(past / 1_000_000, 1),
        "unit": "MB",
        "reference": "room of the live list",
        "reference_value": round(live / 1_000_000, 1),
        "ratio": round(past / live, 2),
        "target": "seven times",
        "passed": past <= 7 * live,
        "rows": rows,
        "orders": orders,
    }


if __name__ == "__main__":
    for figures in run():
        print(figures)

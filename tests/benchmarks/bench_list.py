"""The list of orders in the big book: each page with its estimated count, beside the bare SQL of both."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from projections.engine.tables import Connection
from projections.views.orders import OrderFilters, OrderHead, count_orders, list_orders
from projections.views.plain import plain
from tests.benchmarks.big_books import ORDERS, big_book
from tests.benchmarks.names import SURNAMES

ROUNDS = 60
LIMIT = 50
TARGET = 3.0
MOST_MS = 30.0

_COLUMNS = ", ".join(OrderHead._fields)
_NEWEST = "ORDER BY created_at DESC, id DESC LIMIT 51"
_WORD = "(things || person) LIKE %s"


class ListedPage(NamedTuple):
    """A page of the list: as asked for in filters and as bare SQL; `query` is what an API client adds to its URL."""

    name: str
    filters: OrderFilters
    cursor: tuple[Any, ...] | None
    query: dict[str, str]
    condition: str
    values: tuple[Any, ...]

    def listed(self, connection: Connection) -> int:
        """The page and its estimated count, as the API asks for them."""
        shown = list_orders(connection, self.filters, limit=LIMIT, cursor=self.cursor)
        return len(shown.items) + count_orders(connection, self.filters, "estimate")

    def bare(self, connection: Connection) -> int:
        """The same two answers by SQL written for this page alone."""
        page = f"SELECT {_COLUMNS} FROM views.orders WHERE {self.condition} {_NEWEST}"
        found = connection.execute(page, self.values, prepare=False).fetchall()
        estimate = f"EXPLAIN SELECT FROM views.orders WHERE {self.condition}"
        return len(found) + len(connection.execute(estimate, self.values, prepare=False).fetchall())


def pages(connection: Connection) -> list[ListedPage]:
    """What is measured. A common word is found in one order of twenty or more, a rare one in a few of a million."""
    common, rare = SURNAMES.things[0].lower(), SURNAMES.things[-1]
    shares = {500: 58, 2000: 232}  # by Zipf's law, the rank of a surname that one order in so many has
    between = {f"word of one order in {share}": plain(SURNAMES.things[rank]) for share, rank in shares.items()}
    code, number = _some_order(connection)
    deep = _deep_cursor(connection)
    return [
        _page("newest", OrderFilters(), {}, "true", ()),
        _page(
            "status and total",
            OrderFilters(status="processing", currency="EUR", total_min=2000, total_max=8000),
            {"status": "processing", "total_min": "20.00", "total_max": "80.00"},
            "status = %s AND currency = %s AND total BETWEEN %s AND %s",
            ("processing", "EUR", 2000, 8000),
        ),
        _page(
            "rare status and total",
            OrderFilters(status="on_hold", currency="EUR", total_min=30000, total_max=40000),
            {"status": "on_hold", "total_min": "300.00", "total_max": "400.00"},
            "status = %s AND currency = %s AND total BETWEEN %s AND %s",
            ("on_hold", "EUR", 30000, 40000),
        ),
        _page("common word", OrderFilters(q=common), {"q": common}, _WORD, (f"%{common}%",)),
        *(_page(name, OrderFilters(q=word), {"q": word}, _WORD, (f"%{word}%",)) for name, word in between.items()),
        _page("rare word", OrderFilters(q=rare), {"q": rare}, _WORD, (f"%{rare.lower()}%",)),
        _page("tracking code", OrderFilters(q=code), {"q": code}, _WORD, (f"%{code.lower()}%",)),
        _page("number", OrderFilters(q=number), {"q": number}, _WORD, (f"%{number.lower()}%",)),
        _page("deep cursor", OrderFilters(), {}, "(created_at, id) < (%s, %s)", deep, deep),
    ]


def run(orders: int = ORDERS, rounds: int = ROUNDS) -> Iterator[dict[str, Any]]:
    """One line a page: p95 of page and estimate together."""
    with big_book(orders) as source, psycopg.connect(source.database_url, autocommit=True) as connection:
        for page in pages(connection):
            ours, bare = measure(rounds, partial(page.listed, connection), partial(page.bare, connection))
            yield line(f"list at {orders} orders: {page.name}", ours, bare, {"orders": orders})


def line(name: str, ours: list[float], bare: list[float], told: dict[str, Any]) -> dict[str, Any]:
    """The figures of one page, in milliseconds."""
    ratio = quantile(ours, 0.95) / quantile(bare, 0.95)
    return {
        "name": name,
        "value": round(quantile(ours, 0.95), 3),
        "unit": "ms p95",
        "p50": round(quantile(ours, 0.5), 3),
        "reference": "bare SQL of the same page and estimate",
        "reference_value": round(quantile(bare, 0.95), 3),
        "reference_p50": round(quantile(bare, 0.5), 3),
        "ratio": round(ratio, 2),
        "target": TARGET,
        "passed": ratio <= TARGET and quantile(ours, 0.95) <= MOST_MS,
        **told,
    }


def measure(rounds: int, *runs: Callable[[], object]) -> list[list[float]]:
    """Milliseconds of each run, taken in turns after one round to warm up."""
    times: list[list[float]] = [[] for _ in runs]
    for number in range(rounds + 1):
        for run_times, one in zip(times, runs, strict=True):
            began = time.perf_counter()
            one()
            if number:
                run_times.append((time.perf_counter() - began) * 1000)
    return times


def quantile(times: list[float], part: float) -> float:
    """The time that this part of the runs stayed below."""
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]


def _page(
    name: str,
    filters: OrderFilters,
    query: dict[str, str],
    condition: str,
    values: tuple[Any, ...],
    cursor: tuple[Any, ...] | None = None,
) -> ListedPage:
    return ListedPage(name, filters, cursor, query, condition, values)


def _some_order(connection: Connection) -> tuple[str, str]:
    row = connection.execute(
        "SELECT tracking_codes[1], number FROM views.orders WHERE cardinality(tracking_codes) = 1 LIMIT 1"
    ).fetchone()
    if row is None:
        raise RuntimeError("the book is too small: no order was shipped")
    return row[0], row[1]


def _deep_cursor(connection: Connection) -> tuple[datetime, UUID]:
    row = connection.execute(
        "SELECT created_at, id FROM views.orders ORDER BY created_at DESC, id DESC "
        "OFFSET (SELECT count(*) / 2 FROM views.orders) LIMIT 1"
    ).fetchone()
    if row is None:
        raise RuntimeError("the book is empty")
    return row[0], row[1]


if __name__ == "__main__":
    for figures in run():
        print(figures)

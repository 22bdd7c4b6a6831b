"""The counts of a desk's tabs over the big book: all of them in one call, beside each counted exactly by itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from typing import Any

import psycopg

from projections.engine.tables import Connection
from projections.views.orders import LISTING, OrderFilters
from projections.views.orders.counting import count_each
from tests.benchmarks.bench_list import measure, quantile
from tests.benchmarks.big_books import ORDERS, big_book

ROUNDS = int(os.environ.get("CARNET_BENCH_ROUNDS", "20"))
MOST_MS = 100.0
TABS = (
    OrderFilters(),
    OrderFilters(stage=("pending",)),
    OrderFilters(stage=("processing",)),
    OrderFilters(stage=("on_hold",)),
    OrderFilters(stage=("shipped",)),
    OrderFilters(stage=("completed",)),
    OrderFilters(payment_status=("unpaid",)),
    OrderFilters(payment_status=("paid",), fulfilment_status=("unfulfilled",)),
    OrderFilters(payment_status=("refunded",)),
    OrderFilters(tags=("gift",)),
    OrderFilters(source=("telephone",)),
    OrderFilters(q="mug"),
)


def run(orders: int = ORDERS, rounds: int = ROUNDS) -> Iterator[dict[str, Any]]:
    """One line: milliseconds for all tabs."""
    with big_book(orders) as source, psycopg.connect(source.database_url, autocommit=True) as connection:
        ours, bare = measure(rounds, partial(_tabs, connection), partial(_exactly, connection))
        p95 = quantile(ours, 0.95)
        counted = list(count_each(connection, TABS))
        yield {
            "name": f"counts of {len(TABS)} tabs at {orders} orders",
            "value": round(p95, 3),
            "unit": "ms p95",
            "p50": round(quantile(ours, 0.5), 3),
            "reference": "every tab counted exactly",
            "reference_value": round(quantile(bare, 0.95), 3),
            "exact": sum(one.exact for one in counted),
            "target": f"<= {MOST_MS} ms",
            "passed": p95 <= MOST_MS,
        }


def _tabs(connection: Connection) -> int:
    return len(list(count_each(connection, TABS)))


def _exactly(connection: Connection) -> int:
    return sum(LISTING.count(connection, one) for one in TABS)

"""The pages of the list of orders over HTTP, each with its estimated count, beside the bare SQL of both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import Any
from urllib.parse import urlencode

import psycopg

from api.cursors import cursor_in
from projections.views.orders import LISTING
from tests.benchmarks.bench_list import LIMIT, ListedPage, line, measure, pages
from tests.benchmarks.big_books import ORDERS, big_book
from tests.benchmarks.load import Answer, Client, request
from tests.benchmarks.stand import stand

ROUNDS = 300  # of 60 the p95 is the third slowest: it said now 2.8, now 3.1 times


def run(orders: int = ORDERS, rounds: int = ROUNDS) -> Iterator[dict[str, Any]]:
    """One line a page: p95 of the whole answer at one client, against that of the SQL alone."""
    with (
        big_book(orders) as source,
        stand(source.database_url) as ours,
        psycopg.connect(source.database_url, autocommit=True) as connection,
        closing(Client(ours.port)) as client,
    ):
        [(epoch,)] = connection.execute("SELECT id FROM log.epochs ORDER BY number DESC LIMIT 1").fetchall()
        for page in pages(connection):
            asked = request("GET", path(page, epoch), headers=ours.headers)
            times, bare = measure(rounds, partial(listed, client, asked), partial(page.bare, connection))
            yield line(f"list over HTTP at {orders} orders: {page.name}", times, bare, {"orders": orders})


def path(page: ListedPage, epoch: str) -> str:
    """What a client asks for in this epoch of the log."""
    query = {"limit": str(LIMIT), "count": "estimate", **page.query}
    if page.cursor:
        query["cursor"] = cursor_in(epoch, LISTING.standard, *page.cursor)
    return f"/api/v1/orders?{urlencode(query)}"


def listed(client: Client, asked: bytes) -> Answer:
    """The page as it was answered."""
    answer = client.ask(asked)
    if answer.status != 200:
        raise RuntimeError(f"the list answers {answer.status}: {answer.body[:500]!r}")
    return answer

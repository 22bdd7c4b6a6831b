"""The list of orders as it was at any instant: read from the view of the past, it equals what the raw rows tell, and in
filters, sorts and pages the list that a rebuild makes of that point in time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from domain.points_in_time import PointInTime
from projections.engine.filling import Source
from projections.engine.freshness import schema_of
from projections.engine.rebuild import Rebuild
from projections.exports import ExportRequest, Reading, reading
from projections.runtime import Runtime
from projections.views import PROJECTIONS
from projections.views.orders import LISTING, SORTS, OrderFilters, OrderHead
from projections.views.orders.past_listing import OrdersThen
from projections.views.pages import Listing
from tests.projections.test_points_in_time import EXPORTED, SHORT, Book, Point, _listed, _of_export
from workers.projecting import Projecting

INSTANTS = 200
VIEW = PROJECTIONS["orders_past"]
FILTERS = (
    OrderFilters(),
    OrderFilters(status="processing"),
    OrderFilters(stage=("shipped", "completed"), archived=False),
    OrderFilters(payment_status="paid"),
    OrderFilters(currency="EUR", total_min=2000, total_max=9000),
    OrderFilters(balance="due"),
    OrderFilters(q="1"),
    OrderFilters(q="example"),
)


@pytest.fixture
def book(runtime: Runtime, projecting: Projecting) -> Book:
    """Lives that the views follow as they are lived."""
    made = Book(runtime, SHORT)
    runtime.views.wait_for("orders_past", runtime.log.head(), timeout=60)
    return made


def source_of(runtime: Runtime) -> Source:
    return Source(runtime.settings.direct_url, runtime.settings.secrets)


def instants(book: Book, number: int) -> Iterator[Point]:
    """Instants of one time or the other: those of events and a microsecond beside them, others, and their ends."""
    chance = random.Random(number)
    rows = book.everything()
    for _ in range(number):
        row, name = chance.choice(rows), chance.choice(("as_of", "known_at"))
        at = row.occurred_at if name == "as_of" else row.recorded_at
        beside = timedelta(microseconds=chance.choice((-1, 0, 0, 1)), hours=chance.choice((0, 0, -7, -100)))
        yield {name: min(at + beside, datetime.now(UTC))}


def test_list_and_export_of_random_instants_are_what_the_raw_rows_tell(
    book: Book, runtime: Runtime, client: FlaskClient
) -> None:
    found = 0
    for point in instants(book, INSTANTS):
        expected = book.expected(point)
        heads = {order_id: {name: order[name] for name in EXPORTED} for order_id, order in expected.items()}
        assert _listed(client, point) == heads, point
        assert exported(runtime, point) == heads, point
        found += len(heads)
    assert found > INSTANTS * 5


def exported(runtime: Runtime, point: Point) -> dict[UUID, dict[str, Any]]:
    asked = ExportRequest(list="orders", columns=("id", *EXPORTED), filters=OrderFilters(archived=None), **point)
    with reading(Reading(source_of(runtime), runtime.log), asked) as export:
        assert export.exported.view == "orders_past"
        return {row[0]: _of_export(row) for chunk in export.chunks() for row in zip(*chunk, strict=True)}


def test_filters_sorts_and_pages_are_those_of_a_list_built_for_the_instant(book: Book, runtime: Runtime) -> None:
    seen = 0
    for asked in instants(book, 4):
        point = PointInTime(**asked)
        Rebuild(source_of(runtime), PROJECTIONS["orders"], point=point, processes=1).run()
        then = OrdersThen.of(point)
        assert then is not None
        for filters in FILTERS:
            for sort in (sign + name for name in SORTS for sign in ("", "-")):
                built = pages(runtime, LISTING, filters, sort, schema_of(point))
                assert pages(runtime, then.listing(), filters, sort) == built, (asked, filters, sort)
                seen += len(built)
    assert seen > 1_000


def pages(
    runtime: Runtime, listing: Listing[OrderHead, OrderFilters], filters: OrderFilters, sort: str, schema: str = "views"
) -> list[OrderHead]:
    rows: list[OrderHead] = []
    cursor = None
    with runtime.reading() as connection:
        while True:
            page = listing.page(connection, filters, sort, 7, cursor, schema)
            rows += page.items
            cursor = page.next
            if cursor is None:
                assert listing.count(connection, filters, "exact", schema) == len(rows)
                return rows


def test_rebuilt_by_several_processes_it_equals_the_one_that_followed(book: Book, runtime: Runtime) -> None:
    with runtime.reading() as connection:
        for table in VIEW.tables:
            rows = connection.execute(f"SELECT count(*), count(DISTINCT id) FROM views.{table.name}").fetchone()
            assert rows is not None
            assert rows[0] > 2 * rows[1] > 0
    report = Rebuild(source_of(runtime), VIEW, processes=2, verify=True).run()
    assert report.differences == []
    assert report.swapped


def test_stretches_of_an_order_lie_end_to_end(book: Book, runtime: Runtime) -> None:
    with runtime.reading() as connection:
        for table in VIEW.tables:
            overlapping = f"""
                SELECT a.id FROM views.{table.name} a JOIN views.{table.name} b ON a.id = b.id
                WHERE a.starts >= a.ends OR a.starts < b.starts AND a.ends > b.starts
            """
            assert connection.execute(overlapping).fetchall() == []

"""Rows of an export: all of one moment, of the past as it was, and nothing left behind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
import pytest

from domain.customers import CustomerCard, EraseCustomer, UpdateCustomer
from domain.orders.cart import AddItem
from domain.points_in_time import PointInTime
from domain.stock import ReserveStock
from projections.engine import generations
from projections.engine.filling import Source
from projections.exports import ExportRequest, Reading, clear_abandoned, past, reading
from projections.postgres.leases import EXPORT
from projections.secrets import Secrets
from projections.views import pages
from projections.views.coupons import CouponFilters
from projections.views.customers import CustomerFilters
from projections.views.orders import OrderFilters
from projections.views.stock import StockFilters
from projections.views.stock_movements import MovementFilters
from tests.fixtures_database import TEST_SECRET
from tests.projections.showing import Showing, at, buyer, id_of, item, minutes, order
from tests.projections.views.test_coupons import coupon, use
from tests.projections.views.test_customers import card
from tests.projections.views.test_stock import moved, received

SCHEMAS = "SELECT count(*) FROM pg_namespace WHERE nspname ^@ 'export_'"


@pytest.fixture
def place(shown: Showing, database: str) -> Reading:
    """Where this test's exports are read from."""
    return Reading(Source(database, Secrets((TEST_SECRET,))), shown.log)


def asked(name: str, filters: Any, *columns: str, as_of: datetime | None = None) -> ExportRequest:
    return ExportRequest(list=name, filters=filters, columns=columns, as_of=as_of)


def rows(place: Reading, what: ExportRequest) -> list[tuple[Any, ...]]:
    """All rows of an export."""
    with reading(place, what) as export:
        return [row for chunk in export.chunks() for row in zip(*chunk, strict=True)]


def test_all_rows_are_of_one_moment_whatever_is_stored_while_they_are_read(
    shown: Showing, place: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "AT_ONCE", 1)
    shown.happen(*(order(f"C{number}", minutes(number)) for number in range(3)))
    shown.show()
    found, told = [], list[int]()
    with reading(place, asked("order-lines", OrderFilters(), "order_number", "sku")) as export:
        for number, chunk in enumerate(export.chunks(told.append)):
            found += list(zip(*chunk, strict=True))
            shown.happen(order(f"D{number}", minutes(10 + number), items=(item("LATE-1"),)))
            shown.show()
        assert export.total() == 3
    assert found == [("C2", "TEA-1"), ("C1", "TEA-1"), ("C0", "TEA-1")]
    assert told == [1, 2, 3]


def test_every_list_of_the_past_is_as_it_was_shown_then(shown: Showing, place: Reading) -> None:
    shown.happen(
        card("Noor Sample", 0, email="noor@example.com", city="Fenville"),
        order("C1", minutes(1), buyer=buyer("Noor Sample")),
        received("CUP-1", 10, 2),
        moved(ReserveStock, 3, 2),
        coupon("TEN", 4),
        use("TEN", "C1"),
    )
    shown.show()
    lists: tuple[tuple[str, Any], ...] = (
        ("orders", OrderFilters()), ("order-lines", OrderFilters()), ("customers", CustomerFilters()),
        ("stock", StockFilters()), ("stock-movements", MovementFilters()), ("coupons", CouponFilters(at=minutes(6))),
    )  # fmt: skip
    then = {name: rows(place, asked(name, filters)) for name, filters in lists}
    assert all(then.values())
    shown.happen(
        UpdateCustomer(customer_id=id_of("Noor Sample"), context=at(minutes(20)), card=CustomerCard(city="Elsewhere")),
        AddItem(order_id=id_of("C1"), context=at(minutes(21), command="more"), item=item("TEA-2")),
        order("C2", minutes(21)),
        received("CUP-1", 7, 22),
        coupon("LATE", 23),
        use("TEN", "C2"),
    )
    shown.show()
    for name, filters in lists:
        if name != "coupons":  # uses are told when they happen, at one moment in these tests
            assert rows(place, asked(name, filters, as_of=minutes(10))) == then[name], name
        assert rows(place, asked(name, filters)) != then[name], name
    assert rows(place, asked("coupons", CouponFilters(at=minutes(10)), "code", as_of=minutes(10))) == [("TEN",)]
    assert shown.value(SCHEMAS) == 0


def test_a_person_who_was_forgotten_since_has_no_name_in_the_past_either(shown: Showing, place: Reading) -> None:
    shown.happen(card("Noor Sample", 0, email="noor@example.com"), order("C1", minutes(1), buyer=buyer("Noor Sample")))
    shown.happen(EraseCustomer(customer_id=id_of("Noor Sample"), context=at(minutes(2))))
    told = asked("orders", OrderFilters(), "number", "customer_name", "customer_email", as_of=minutes(1))
    assert rows(place, told) == [("C1", "", "")]


def test_what_a_killed_export_built_is_cleared_and_what_is_under_way_is_left(shown: Showing, place: Reading) -> None:
    shown.happen(order("C1"))
    with (
        past(place.source, "orders", PointInTime(as_of=minutes(1)), shown.log.head()) as schema,
        psycopg.connect(place.source.database_url, autocommit=True) as other,
    ):
        assert clear_abandoned(other) == 0
        holder = generations.find(other, "orders", schema)
        assert holder is not None
        assert holder.instant == minutes(1)
        ended = other.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            (EXPORT,),
        ).fetchall()
        assert ended == [(True,)]
        assert clear_abandoned(other) == 1
        assert shown.value(SCHEMAS) == 0


def test_lines_are_read_and_priced_some_orders_at_a_time(
    shown: Showing, place: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown.happen(*(order(f"C{number}", minutes(number)) for number in range(60)))
    shown.show()
    read: list[int] = []
    streams = place.log.recorded_streams

    def counted(ids: Any, upto: int) -> Any:
        read.append(len(ids))
        return streams(ids, upto)

    monkeypatch.setattr(place.log, "recorded_streams", counted)
    assert len(rows(place, asked("order-lines", OrderFilters(), "sku"))) == 60
    assert max(read) <= 25

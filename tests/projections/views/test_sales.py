"""What was sold: every order once on its day at the shop, and whole months read from the sums by month."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import topics
from domain.orders.cart import AddItem
from domain.orders.imports import UndoOrderImport
from domain.orders.moves import ChangeStatus
from domain.orders.order import Imported, Order
from domain.orders.past import Past
from domain.settings import SetDefaults
from domain.shop import Defaults
from projections.views.sales import Sales, SalesFilters, SalesRow, list_goods, list_sales
from projections.views.sales.goods import whole_months
from tests.projections.showing import Showing, at, id_of, item, order

NIGHT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # the second of March in Paris
YEAR = SalesFilters(start=date(2026, 1, 1), end=date(2027, 1, 1))


def sales(shown: Showing, by: str = "day", **filters: Any) -> list[tuple[Any, int, int]]:
    asked = SalesFilters(start=YEAR.start, end=YEAR.end, **filters)
    return [(row.grouped, row.orders, row.total) for row in list_sales(shown.connection, asked, by)]


def zone(shown: Showing, name: str) -> None:
    shown.happen(SetDefaults(context=at(NIGHT, command=name), defaults=Defaults(timezone=name)))


@pytest.mark.parametrize("batch", [1, 500])
def test_an_order_counts_on_its_day_at_the_shop(shown: Showing, batch: int) -> None:
    shown.happen(order("C1", NIGHT), order("C2", NIGHT, place=False))
    shown.show(batch)
    assert sales(shown) == [(date(2026, 3, 1), 1, 1000)]
    zone(shown, "Europe/Paris")
    shown.show(batch)
    assert sales(shown) == [(date(2026, 3, 2), 1, 1000)]
    shown.happen(AddItem(order_id=id_of("C1"), context=at(NIGHT), item=item("CUP-1", 500)))
    shown.show(batch)
    assert sales(shown) == [(date(2026, 3, 2), 1, 1500)]
    zone(shown, "Nowhere/Atall")
    shown.show(batch)
    assert sales(shown) == [(date(2026, 3, 1), 1, 1500)]


def test_an_order_that_is_called_off_counts_with_its_status_alone(shown: Showing) -> None:
    shown.happen(order("C1", NIGHT), order("C2", NIGHT, source="web"))
    shown.happen(ChangeStatus(order_id=id_of("C1"), context=at(NIGHT), status="cancelled"))
    shown.show()
    assert sales(shown, "status") == [("cancelled", 1, 1000), ("pending", 1, 1000)]
    assert sales(shown, "source", stages=("pending",)) == [("web", 1, 1000)]
    assert sales(shown, "month", source="web") == [(date(2026, 3, 1), 1, 1000)]
    assert shown.rows("sales_days WHERE orders = 0") == []


def test_nothing_remains_of_an_order_whose_import_was_taken_back(shown: Showing) -> None:
    imported = Imported(source="shop", external_id="1", content_hash="a", total=1000)
    past = Past(imported=imported, placed_at=NIGHT, ended_at=NIGHT)
    shown.happen(order("C1", NIGHT, past=past, status="pending", place=False))
    shown.show()
    assert sales(shown) == [(date(2026, 3, 1), 1, 1000)]
    shown.happen(UndoOrderImport(order_id=id_of("C1"), context=at(NIGHT)))
    shown.show()
    tables = ("sales_orders", "sales_lines", "sales_days", "sales_product_days", "sales_product_months")
    assert [shown.rows(table) for table in tables] == [[]] * len(tables)


DAYS = st.dates(date(2026, 1, 1), date(2026, 6, 30))


@given(DAYS, DAYS)
def test_whole_months_and_the_days_beside_them_are_the_period(one: date, other: date) -> None:
    start, end = min(one, other), max(one, other)
    first, last = whole_months(start, end)
    assert start <= first <= last <= end
    assert first == last or (first.day, last.day) == (1, 1)
    assert (first - start).days < 31 or first == end
    assert (end - last).days < 31


def test_products_of_any_period_are_the_sums_of_their_days(shown: Showing) -> None:
    for number in range(40):
        moment = NIGHT + timedelta(days=5 * number)
        lines = (item("TEA-1", 100 + number, 2), item(f"CUP-{number % 3}", 50), item("", 10))
        shown.happen(order(f"C{number}", moment, items=lines))
    shown.show()
    for start, end in (
        (date(2026, 3, 2), date(2026, 8, 17)), (date(2026, 4, 1), date(2026, 5, 1)),
        (date(2026, 4, 3), date(2026, 4, 20)), (date(2026, 3, 15), date(2026, 4, 1)),
    ):  # fmt: skip
        found = list_goods(shown.connection, SalesFilters(start=start, end=end), "total", 10)
        days = (SalesFilters(start=day, end=day + timedelta(days=1)) for day in _days(start, end))
        added: dict[str, int] = {}
        for filters in days:
            for row in list_goods(shown.connection, filters, "total", 10):
                added[row.grouped] = added.get(row.grouped, 0) + row.total
        assert {row.grouped: row.total for row in found} == added
        assert _ranked(found)
    few = list_goods(shown.connection, YEAR, "units", 1)
    assert [(row.grouped, row.units) for row in few] == [("TEA-1", 80)]
    assert list_goods(shown.connection, YEAR, "returned") == []
    assert [row.grouped for row in list_goods(shown.connection, YEAR, skus=["CUP-1"])] == ["CUP-1"]


def _days(start: date, end: date) -> list[date]:
    return [start + timedelta(days=number) for number in range((end - start).days)]


def _ranked(rows: list[SalesRow]) -> bool:
    return [row.total for row in rows] == sorted((row.total for row in rows), reverse=True)


def test_what_a_rebuild_passes_over_changes_no_attribute_that_sales_are_made_of() -> None:
    known = {event.TOPIC: event for event in topics.AGGREGATES[Order]}
    read = {
        "items",
        "coupons",
        "discount",
        "adjustment",
        "placed_at",
        "refunds",
        "returns",
        "status",
        "stage",
        "source",
    }
    for topic in Sales.passed_over:
        event = known[topic]
        assert not event.BEGINS, topic
        assigned = set(
            re.findall(
                r"order\.(\w+)(?:\[[^]]*\])? (?:=|\+=)|order\.(\w+)\.(?:pop|add)\(", inspect.getsource(event.apply)
            )
        )
        names = {name for pair in assigned for name in pair if name}
        assert not names & (read | {name for name in names if name.startswith(("shipping_charge", "shipping_tax"))}), (
            topic
        )

"""Finding orders: every filter, every sort, pages without gap or repetition, counts."""

from __future__ import annotations

from typing import Any

import pytest

from domain.orders.archive import ArchiveOrder
from domain.orders.moves import ChangeStatus
from domain.orders.payments import RecordPayment
from domain.orders.shipments import ShipOrder
from projections.views.orders import (
    LISTING,
    SORTS,
    OrderFilters,
    count_orders,
    list_orders,
    orders_by_number,
)
from projections.views.orders.filters import CHOICES, CONDITIONS, WORDS
from projections.views.plain import MOST_TERMS
from tests.projections.showing import Showing, at, buyer, id_of, item, minutes, order

# Each order, told beside what all have in common; they come a minute apart.
BOOK: dict[str, dict[str, Any]] = {
    "C8": {"items": (item("TEA-1", 1000),), "buyer": buyer("Élodie Test"), "source": "shop", "tags": ("gift", "vip")},
    "C9": {"items": (item("CUP-9", 2500),), "buyer": buyer("Łukasz Sample"), "source": "telephone", "tags": ("gift",)},
    "C10": {"items": (item("TEA-1", 700), item("POT_2", 300)), "operator": "ada", "payment_method": "card"},
    "C11": {"items": (item("TIN-4", 1000),), "currency": "JPY", "shipping_method": "express", "place": False},
    "X-100%": {"items": (item("MUG-5", 9999),), "buyer": buyer("Zoé Test", "zoe@example.org")},
}


@pytest.fixture
def book(shown: Showing) -> Showing:
    """The five orders, one of them paid and on its way."""
    for number, (name, told) in enumerate(BOOK.items()):
        shown.happen(order(name, minutes(number), **told))
    shown.happen(
        ArchiveOrder(order_id=id_of("X-100%"), context=at(minutes(9))),
        RecordPayment(order_id=id_of("C9"), context=at(minutes(10)), method="card"),
        ShipOrder(order_id=id_of("C9"), context=at(minutes(11)), carrier="dhl", tracking_code="RX55512"),
        ChangeStatus(order_id=id_of("C9"), context=at(minutes(12)), status="shipped"),
        ChangeStatus(order_id=id_of("C10"), context=at(minutes(13)), status="on_hold"),
    )
    shown.show()
    return shown


def numbers(book: Showing, sort: str = "created_at", **filters: Any) -> list[str]:
    """The numbers of the orders that the filters leave."""
    return [head.number for head in list_orders(book.connection, OrderFilters(**filters), sort).items]


FILTERED: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["C8", "C9", "C10", "C11", "X-100%"]),
    ({"number": "C10"}, ["C10"]),
    ({"number": "C1"}, []),
    ({"ids": (id_of("C10"), id_of("C8"), id_of("nothing"))}, ["C8", "C10"]),
    ({"customer_id": id_of("Zoé Test")}, ["X-100%"]),
    ({"customer_ids": (id_of("Zoé Test"), id_of("nobody"))}, ["X-100%"]),
    ({"currency": "JPY"}, ["C11"]),
    ({"currency": "EUR", "total_min": 1000, "total_max": 2500}, ["C8", "C9", "C10"]),
    ({"currency": "EUR", "total_min": 1001}, ["C9", "X-100%"]),
    ({"currency": "EUR", "total_max": 999}, []),
    ({"status": "shipped"}, ["C9"]),
    ({"stage": "on_hold"}, ["C10"]),
    ({"stage": "draft"}, ["C11"]),
    ({"payment_status": "paid"}, ["C9"]),
    ({"fulfilment_status": "shipped"}, ["C9"]),
    ({"return_status": "none", "currency": "JPY"}, ["C11"]),
    ({"payment_method": "card"}, ["C9", "C10"]),
    ({"shipping_method": "express"}, ["C11"]),
    ({"tags": ("gift",)}, ["C8", "C9"]),
    ({"tags": ("vip", "gift")}, ["C8"]),
    ({"tags_any": ("vip", "nothing")}, ["C8"]),
    ({"tags_any": ("vip", "gift")}, ["C8", "C9"]),
    ({"operator": "ada"}, ["C10"]),
    ({"status": ("shipped", "on_hold")}, ["C9", "C10"]),
    ({"status": ("shipped",), "source": ("shop", "telephone")}, ["C9"]),
    ({"operator": ("ada", "nobody"), "payment_method": ("card", "cash")}, ["C10"]),
    ({"source": "telephone"}, ["C9"]),
    ({"created_from": minutes(1), "created_to": minutes(3)}, ["C9", "C10"]),
    ({"placed_from": minutes(1), "placed_to": minutes(4)}, ["C9", "C10"]),
    ({"placed_to": minutes(4)}, ["C8", "C9", "C10"]),
    ({"placed_from": minutes(2)}, ["C10", "X-100%"]),
    ({"balance": "due", "placed_to": minutes(9)}, ["C8", "C10", "X-100%"]),
    ({"balance": "credit"}, []),
    ({"sku": "TEA-1"}, ["C8", "C10"]),
    ({"sku": "TEA"}, []),
    ({"archived": True}, ["X-100%"]),
    ({"archived": False, "sku": "TEA-1"}, ["C8", "C10"]),
    ({"status": "pending", "sku": "TEA-1", "tags": ("gift",)}, ["C8"]),
]
FOUND_BY_WORDS: list[tuple[str, list[str]]] = [
    ("elodie", ["C8"]),
    ("ÉLODIE", ["C8"]),
    ("lukasz", ["C9"]),
    ("test", ["C8", "X-100%"]),
    ("test zoe", ["X-100%"]),
    ("test lukasz", []),
    ("zoe@example.org", ["X-100%"]),
    ("x55512", ["C9"]),
    ("tea-", ["C8", "C10"]),
    ("c9", ["C9"]),
    ("9", []),
    ("100%", ["X-100%"]),
    ("0%", []),
    ("pot_2", ["C10"]),
    ("pot%2", []),
    ("pot.2", []),
    ("  ", ["C8", "C9", "C10", "C11", "X-100%"]),
]


def test_each_filter_leaves_the_orders_it_names(book: Showing) -> None:
    for filters, expected in FILTERED:
        assert (filters, numbers(book, **filters)) == (filters, expected)
        assert (filters, count_orders(book.connection, OrderFilters(**filters))) == (filters, len(expected))


def test_words_are_found_in_part_and_without_accents(book: Showing) -> None:
    assert {words: numbers(book, q=words) for words, _ in FOUND_BY_WORDS} == dict(FOUND_BY_WORDS)


def test_every_filter_is_tried() -> None:
    tried = {name for filters, _ in FILTERED for name in filters}
    assert tried == {*CONDITIONS, *CHOICES} == set(OrderFilters.__struct_fields__) - {"q"}
    assert len(WORDS) == MOST_TERMS


def test_a_total_is_told_with_its_currency() -> None:
    with pytest.raises(ValueError, match="currency"):
        OrderFilters(total_min=100)


SORTED = {
    "created_at": ["C8", "C9", "C10", "C11", "X-100%"],
    "placed_at": ["C11", "C8", "C9", "C10", "X-100%"],
    "updated_at": ["C8", "C11", "X-100%", "C9", "C10"],
    "number": ["C8", "C9", "C10", "C11", "X-100%"],
}


def test_the_list_is_sorted_both_ways(book: Showing) -> None:
    assert {sort: numbers(book, sort) for sort in SORTED} == SORTED
    assert {sort: numbers(book, f"-{sort}")[::-1] for sort in SORTED} == SORTED


def test_customers_sort_by_name_and_orders_without_one_come_first(book: Showing) -> None:
    assert numbers(book, "customer")[2:] == ["C8", "C9", "X-100%"]


def test_totals_sort_within_their_currency(book: Showing) -> None:
    assert numbers(book, "-total")[:3] == ["C11", "X-100%", "C9"]


def test_there_is_no_other_sort(book: Showing) -> None:
    with pytest.raises(KeyError):
        numbers(book, "id; DROP TABLE")


def test_pages_show_every_order_once_while_others_come_in(shown: Showing) -> None:
    first = [f"C{number}" for number in range(7)]
    shown.happen(*(order(name, minutes(index % 3), place=index % 2 == 0) for index, name in enumerate(first)))
    shown.show()
    for sort in [sign + name for name in SORTS for sign in ("", "-")]:
        seen = walked(shown, sort)
        assert [number for number in sorted(seen) if number in first] == first
        assert len(set(seen)) == len(seen)


def walked(shown: Showing, sort: str) -> list[str]:
    """The numbers on all pages of three, with another order coming in after each of the first three."""
    seen, cursor = [], None
    for number in range(100):
        page = list_orders(shown.connection, OrderFilters(), sort, 3, cursor)
        seen += [head.number for head in page.items]
        cursor = page.next
        if cursor is None:
            return seen
        assert len(cursor) == len(LISTING.cursor_types(sort))
        if number < 3:
            shown.happen(order(f"N{sort}{number}", minutes(100 + number)))
            shown.show()
    raise AssertionError("the pages have no end")


def test_a_page_that_ends_with_the_list_has_no_cursor(book: Showing) -> None:
    assert list_orders(book.connection, OrderFilters(), limit=5).next is None
    assert list_orders(book.connection, OrderFilters(), limit=4).next is not None


def test_two_orders_of_one_number_are_both_found(shown: Showing) -> None:
    shown.happen(order("a", number="C7"), order("b", minutes(1), number="C7"), order("c", number="C07"))
    shown.show()
    assert orders_by_number(shown.connection, "C7") == [id_of("a"), id_of("b")]
    assert orders_by_number(shown.connection, "C8") == []


def test_an_estimate_is_near_the_truth(shown: Showing) -> None:
    shown.happen(*(order(f"C{number}", minutes(number), source=f"s{number % 4}") for number in range(80)))
    shown.show()
    shown.connection.execute("ANALYZE views.orders")
    assert count_orders(shown.connection, OrderFilters(), "estimate") == 80
    assert 15 <= count_orders(shown.connection, OrderFilters(source="s1"), "estimate") <= 25

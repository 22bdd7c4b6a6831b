"""The list of stock and its movements."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from domain.stock import AdjustStock, DeductStock, ReceiveStock, ReserveStock, SetStockPolicy, stock_id_of
from projections.views.stock import StockFilters, count_stock, list_stock
from projections.views.stock_movements import MovementFilters, list_movements
from tests.examples.facts import CAUSE
from tests.projections.showing import Showing, at, minutes


def received(sku: str, quantity: int = 10, number: float = 0) -> ReceiveStock:
    return ReceiveStock(context=at(minutes(number), command=sku), sku=sku, quantity=quantity, reference="D-7")


def moved(kind: type[Any], number: int, quantity: int) -> Any:
    """A movement of CUP-1 for the order of the examples."""
    cause = replace(CAUSE, version=number)
    return kind(stock_id=stock_id_of("CUP-1"), context=at(minutes(number)), quantity=quantity, cause=cause)


def policy(sku: str, low_at: int | None, number: float = 1) -> SetStockPolicy:
    context = at(minutes(number), command=sku)
    return SetStockPolicy(stock_id=stock_id_of(sku), context=context, policy="backorder", low_at=low_at)


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_each_figure_is_explained_by_its_movements(shown: Showing, batch: int) -> None:
    count = AdjustStock(stock_id=stock_id_of("CUP-1"), context=at(minutes(9), reason="Counted"), counted=7)
    shown.happen(received("CUP-1"), policy("CUP-1", 2), moved(ReserveStock, 3, 2), received("CUP-2", 4))
    shown.happen(moved(DeductStock, 4, 2), count)
    shown.show(batch)
    rows = list_movements(shown.connection, MovementFilters(stock_id=stock_id_of("CUP-1"))).items
    assert [(row.topic, row.on_hand, row.on_hand_change, row.reserved, row.reserved_change) for row in rows] == [
        ("stock.adjusted", 7, -1, 0, 0),
        ("stock.deducted", 8, -2, 0, -2),
        ("stock.reserved", 10, 0, 2, 2),
        ("stock.received", 10, 10, 0, 0),
    ]
    assert [(row.cause, row.order_number, row.line) for row in rows] == [
        ("adjustment", "", ""), ("status", "C1001", "1"), ("status", "C1001", "1"), ("receipt", "", ""),
    ]  # fmt: skip
    assert (rows[0].reason, rows[0].at, rows[0].actor) == ("Counted", minutes(9), "operator:desk")
    [head] = list_stock(shown.connection, StockFilters(q="cup-1")).items
    assert (head.on_hand, head.reserved, head.available, head.policy) == (7, 0, 7, "backorder")


def test_what_is_low_is_found(shown: Showing) -> None:
    shown.happen(received("CUP-1", 3), received("CUP-2", 3), received("CUP-3", 3))
    shown.happen(policy("CUP-1", 3), policy("CUP-2", 2), policy("CUP-3", None))
    shown.show()
    low = list_stock(shown.connection, StockFilters(low=True)).items
    assert [head.sku for head in low] == ["CUP-1"]
    assert count_stock(shown.connection, StockFilters(low=False, policy="backorder")) == 2


def test_pages_show_every_sku_and_movement_once(shown: Showing) -> None:
    shown.happen(*(received(f"CUP-{number}", number) for number in range(5)), received("CUP-0", 7, 1))
    shown.show()
    first = list_stock(shown.connection, StockFilters(), limit=3)
    second = list_stock(shown.connection, StockFilters(), limit=3, cursor=first.next)
    assert [head.sku for head in (*first.items, *second.items)] == [f"CUP-{number}" for number in range(5)]
    newest = list_movements(shown.connection, MovementFilters(stock_id=stock_id_of("CUP-0")), limit=1)
    oldest = list_movements(
        shown.connection, MovementFilters(stock_id=stock_id_of("CUP-0")), limit=1, cursor=newest.next
    )
    assert [row.on_hand for row in (*newest.items, *oldest.items)] == [7, 0]
    assert oldest.next is None

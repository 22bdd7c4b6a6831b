"""Whatever is done to an order, in any sequence: stock follows it, once for each line and cause."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.events import Command
from domain.orders import (
    cart,
    line_changes,
    shipments,
)
from domain.orders.lines import NewItem
from domain.orders.order import Imported
from domain.orders.past import Past
from domain.stock import (
    OutOfStock,
)
from domain.stock.following import (
    StockConfirmationRequired,
    StockInWholeUnits,
)
from tests.domain.orders import ask
from tests.domain.warehouse import (
    ASK_BACK,
    CALL_BACK,
    FORCED,
    PAY,
    PAY_AGAIN,
    SENT,
    SHIP,
    WITHDRAW,
    Known,
    Warehouse,
    came_back,
    create,
    cup,
    done,
    refund,
    ship,
    to,
)
from tests.given import NOW


@pytest.mark.parametrize(
    ("steps", "figures"),
    [
        ((create(place=False),), (10, 0)),
        ((create(),), (10, 2)),
        ((create(cup(2), cup(3)),), (10, 5)),
        ((create(cup(2, "SPOON")),), (10, 0)),
        ((create(place=False), to("pending")), (10, 2)),
        ((create(), to("cancelled")), (10, 0)),
        ((create(status="processing", stock="apply"),), (8, 0)),
        ((create(status="processing", stock="leave"),), (10, 2)),
        ((create(status="shipped", stock="apply"),), (8, 0)),
        ((create(), to("processing", "apply")), (8, 0)),
        ((create(), to("processing", "apply"), to("shipped")), (8, 0)),
        ((create(), to("processing", "leave"), to("shipped", "apply")), (8, 0)),
        ((create(), to("processing", "apply"), to("cancelled", "apply")), (10, 0)),
        ((create(), to("processing", "apply"), to("cancelled", "leave")), (8, 0)),
        ((create(), to("cancelled"), to("pending", **FORCED)), (10, 2)),
        ((create(), ask(cart.AddItem, item=cup(3))), (10, 5)),
        ((create(), ask(line_changes.ChangeItem, item="1", quantity=5)), (10, 5)),
        ((create(), ask(line_changes.ChangeItem, item="1", quantity=1)), (10, 1)),
        ((create(), ask(line_changes.ChangeItem, item="1", unit_price=5)), (10, 2)),
        ((create(cup(), cup(3, "CUP-2")), ask(cart.RemoveItem, item="1")), (10, 0)),
        ((create(), to("processing", "apply"), ask(line_changes.ChangeItem, item="1", quantity=5)), (8, 3)),
        ((create(), to("processing", "apply"), ask(line_changes.ChangeItem, item="1", quantity=1)), (9, 0)),
        ((*SENT, came_back((2, True))), (10, 0)),
        ((*SENT, came_back((1, True), (1, False))), (9, 0)),
        ((*SENT, came_back((1, True)), came_back((1, True), called="then")), (10, 0)),
        ((create(status="shipped", stock="leave"), SHIP, ASK_BACK, came_back((2, True))), (10, 2)),
        ((create(), PAY, refund(1)), (10, 1)),
        ((create(), PAY, refund(1, restock=False)), (10, 1)),
        ((create(), PAY, refund(1), SHIP), (9, 0)),
        ((create(), PAY, refund(1), to("processing", "apply")), (9, 0)),
        ((create(), PAY, refund(2)), (10, 0)),
        ((create(), PAY, refund(2), to("cancelled")), (10, 0)),
        ((create(), PAY, refund(1), to("cancelled"), to("pending", **FORCED)), (10, 1)),
        ((create(cup(3)), PAY, refund(1), ask(line_changes.ChangeItem, item="1", quantity=2)), (10, 2)),
        ((create(cup(3)), PAY, refund(1), ask(line_changes.ChangeItem, item="1", quantity=1)), (10, 1)),
        ((create(cup(3)), PAY, refund(1), ask(cart.RemoveItem, item="1")), (10, 0)),
        ((create(), PAY, refund(1), WITHDRAW), (10, 2)),
        ((create(), PAY, refund(2), PAY_AGAIN), (10, 2)),
        ((create(), SHIP), (8, 0)),
        ((create(), ship(1)), (9, 1)),
        ((create(), ship(1), SHIP), (8, 0)),
        ((create(), ship(1), to("shipped", "apply")), (8, 0)),
        ((create(), SHIP, to("shipped", "apply")), (8, 0)),
        ((create(), to("processing", "apply"), SHIP), (8, 0)),
        ((create(), to("processing", "leave"), SHIP), (10, 2)),
        ((create(), ship(2, stock="leave")), (10, 2)),
        ((create(), SHIP, ASK_BACK, came_back((2, True))), (10, 0)),
        ((create(), SHIP, ASK_BACK, came_back((2, True)), to("shipped", "apply")), (10, 0)),
        ((create(), SHIP, ASK_BACK, came_back((2, False)), to("shipped", "apply")), (8, 0)),
        ((create(), SHIP, CALL_BACK), (10, 2)),
        ((create(), to("processing", "apply"), SHIP, CALL_BACK), (8, 0)),
        ((create(), ship(1), CALL_BACK, SHIP), (8, 0)),
        ((create(), PAY, SHIP, refund(1)), (9, 0)),
        ((create(), PAY, ship(1), refund(1)), (9, 0)),
        ((create(), PAY, SHIP, refund(1), WITHDRAW), (8, 0)),
        ((create(), PAY, SHIP, refund(2), WITHDRAW), (8, 0)),
        ((create(), PAY, SHIP, refund(1, restock=False), WITHDRAW), (8, 0)),
        ((create(), PAY, ship(1), refund(1), WITHDRAW), (9, 1)),
        ((create(), PAY, SHIP, refund(1), WITHDRAW, CALL_BACK), (10, 2)),
        ((create(), PAY, SHIP, refund(1), WITHDRAW, to("shipped", "apply")), (8, 0)),
        ((create(), PAY, to("processing", "apply"), refund(1)), (9, 0)),
        ((create(), PAY, to("processing", "apply"), refund(1, restock=False)), (8, 0)),
        ((create(), PAY, to("processing", "apply"), refund(1), to("shipped")), (9, 0)),
        ((create(), PAY, to("processing", "apply"), refund(1), to("cancelled", "apply")), (10, 0)),
    ],
)
def test_stock_follows_the_order(steps: tuple[Command, ...], figures: Known) -> None:
    assert done(*steps).figures() == figures


def test_what_was_promised_follows_a_line_to_its_new_sku() -> None:
    warehouse = done(create(), ask(line_changes.ChangeItem, item="1", sku="CUP-2"))
    assert (warehouse.figures(), warehouse.figures("CUP-2")) == ((10, 0), (10, 2))


def test_a_discount_is_in_no_stock_and_a_weighed_line_of_a_tracked_sku_is_refused() -> None:
    off = NewItem(sku="CUP-1", name="Rebate", quantity=1, unit_price=-100)
    assert done(create(cup(), off)).figures() == (10, 2)
    weighed = NewItem(sku="CUP-1", name="Cups", quantity=Decimal("0.5"), unit="kg", unit_price=100)
    refusal = Warehouse().ask(create(weighed))
    assert isinstance(refusal, StockInWholeUnits)
    assert (refusal.pointer, refusal.details) == ("/items/0", {"sku": "CUP-1", "unit": "kg"})
    untracked = NewItem(sku="TEA", name="Tea", quantity=Decimal("0.5"), unit="kg", unit_price=100)
    assert done(create(untracked), SHIP).figures() == (10, 0)


def test_an_order_of_the_past_moves_nothing() -> None:
    told = Imported(source="shop", external_id="#1", content_hash="aa", total=2_000)
    assert done(create(status="shipped", past=Past(imported=told, placed_at=NOW))).figures() == (10, 0)


def test_more_than_is_available_is_not_placed_and_the_line_is_named() -> None:
    refusal = Warehouse(on_hand=4).ask(create(cup(1, "SPOON"), cup(3), cup(2)))
    assert isinstance(refusal, OutOfStock)
    assert (refusal.pointer, refusal.details) == ("/items/2", {"sku": "CUP-1", "available": 1, "asked": 2})


def test_on_backorder_more_than_is_available_is_placed() -> None:
    assert done(create(cup(12)), policy="backorder").figures() == (10, 12)


@pytest.mark.parametrize(
    ("past", "command", "before", "after"),
    [
        ((create(),), to("processing"), 10, 8),
        ((), create(status="processing"), 10, 8),
        ((create(), to("processing", "apply")), to("cancelled"), 8, 10),
        ((create(),), ship(2, None), 10, 8),
        ((create(), ship(1)), ship(1, None), 9, 8),
        ((create(),), to("pending", parcel=shipments.Parcel(carrier="dhl")), 10, 8),
    ],
)
def test_a_move_that_changes_the_shelf_asks_first(
    past: tuple[Command, ...], command: Command, before: int, after: int
) -> None:
    refusal = done(*past).ask(command)
    assert isinstance(refusal, StockConfirmationRequired)
    told = refusal.details["stock"][0]
    assert (told["sku"], told["on_hand"]) == ("CUP-1", {"before": before, "after": after})


@pytest.mark.parametrize(
    "past", [(create(), to("processing", "apply")), (create(), to("shipped", "leave")), (create(cup(2, "SPOON")),)]
)
def test_a_parcel_of_goods_that_left_that_were_to_stay_or_that_are_not_tracked_asks_nothing(
    past: tuple[Command, ...],
) -> None:
    assert done(*past, ship(2, None)).order.shipments


@pytest.mark.parametrize("status", ["processing", "cancelled"])
def test_a_move_that_touches_no_tracked_stock_asks_nothing(status: str) -> None:
    assert done(create(cup(2, "SPOON")), to(status)).order.status == status

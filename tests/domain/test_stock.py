"""A SKU's stock: received, counted, promised, taken off the shelf and put back."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from domain.stock import (
    AdjustStock,
    DeductStock,
    OutOfStock,
    PlaceStock,
    ReceiveStock,
    ReleaseStock,
    ReserveStock,
    RestoreStock,
    SetStockPolicy,
    StockAdjusted,
    StockDeducted,
    StockItem,
    StockItemNotFound,
    StockPlaced,
    StockPolicySet,
    StockReceived,
    StockReleased,
    StockReserved,
    StockRestored,
    stock_id_of,
)
from domain.stock.item import MAX_UNITS, UnitsOutOfBounds, UnknownPolicy
from domain.stock.movements import MovementCommand
from domain.texts import TextTooLong
from tests.examples.facts import CAUSE
from tests.given import context, given

SKU = "CUP-1"


def received(quantity: int = 10) -> ReceiveStock:
    return ReceiveStock(context=context(f"received {quantity}"), sku=SKU, quantity=quantity)


def ask(kind: type[Any], version: int = 1, name: str = "placed", line: str = "1", **facts: Any) -> Any:
    """A command to the SKU's stock; a movement is for the order of the examples."""
    if issubclass(kind, MovementCommand):
        facts["cause"] = replace(CAUSE, version=version, name=name, line=line)
    return kind(stock_id=stock_id_of(SKU), context=context(f"{kind.__name__}{version}{name}"), **facts)


def backorder() -> SetStockPolicy:
    command: SetStockPolicy = ask(SetStockPolicy, policy="backorder")
    return command


class TestReceipts:
    def test_a_first_receipt_begins_to_track_the_sku(self) -> None:
        item = given(StockItem).when(received(10)).then((StockReceived, {"sku": SKU, "quantity": 10}))
        assert (item.on_hand, item.reserved, item.available) == (10, 0, 10)

    def test_a_first_receipt_may_be_of_nothing(self) -> None:
        item = given(StockItem).when(received(0)).then(StockReceived)
        assert (item.exists, item.on_hand) == (True, 0)

    @pytest.mark.parametrize("quantity", [-1, 0, MAX_UNITS + 1])
    def test_no_shelf_receives_so_many(self, quantity: int) -> None:
        given(StockItem, received()).when(received(quantity)).then_refused(UnitsOutOfBounds)


class TestCounts:
    @pytest.mark.parametrize("command", [AdjustStock, ReserveStock, DeductStock, SetStockPolicy])
    def test_what_was_never_received_is_not_tracked(self, command: type[Any]) -> None:
        facts: dict[str, Any] = {"quantity": 1} if issubclass(command, MovementCommand) else {}
        facts |= {"policy": "refuse"} if command is SetStockPolicy else {}
        given(StockItem).when(ask(command, **facts)).then_refused(StockItemNotFound)

    def test_a_count_says_by_how_much_the_figure_was_wrong(self) -> None:
        item = given(StockItem, received()).when(ask(AdjustStock, counted=7)).then((StockAdjusted, {"change": -3}))
        assert item.on_hand == 7

    def test_a_count_that_finds_what_was_expected_is_kept(self) -> None:
        item = given(StockItem, received()).when(ask(AdjustStock, counted=10)).then((StockAdjusted, {"change": 0}))
        assert item.on_hand == 10

    def test_a_count_or_receipt_told_twice_is_one(self) -> None:
        count = ask(AdjustStock, counted=7)
        given(StockItem, received(), count, ask(AdjustStock, 2, change=1)).when(count).then_nothing()
        given(StockItem, received()).when(received()).then_nothing()

    def test_a_figure_is_put_right_by_so_many(self) -> None:
        assert given(StockItem, received()).when(ask(AdjustStock, change=-4)).then(StockAdjusted).on_hand == 6

    def test_a_policy_is_set_once(self) -> None:
        given(StockItem, received()).when(backorder()).then((StockPolicySet, {"policy": "backorder"}))
        given(StockItem, received(), backorder()).when(backorder()).then_nothing()

    def test_a_place_is_set_once_and_never_without_end(self) -> None:
        placed = ask(PlaceStock, place="A-12-3")
        given(StockItem, received()).when(placed).then((StockPlaced, {"place": "A-12-3", "was": ""}))
        given(StockItem, received(), placed).when(placed).then_nothing()
        given(StockItem, received()).when(ask(PlaceStock, place="A" * 200)).then_refused(TextTooLong)
        given(StockItem).when(placed).then_refused(StockItemNotFound)

    def test_an_unknown_policy_is_refused(self) -> None:
        given(StockItem, received()).when(ask(SetStockPolicy, policy="hope")).then_refused(UnknownPolicy)

    @pytest.mark.parametrize(("low_at", "low"), [(None, False), (9, False), (10, True), (11, True)])
    def test_stock_is_low_at_its_threshold(self, low_at: int | None, low: bool) -> None:
        item = (
            given(StockItem, received())
            .when(ask(SetStockPolicy, policy="backorder", low_at=low_at))
            .then(StockPolicySet)
        )
        assert item.is_low is low


class TestPromises:
    def test_what_is_promised_is_no_longer_available(self) -> None:
        item = given(StockItem, received()).when(ask(ReserveStock, quantity=4)).then(StockReserved)
        assert (item.on_hand, item.reserved, item.available) == (10, 4, 6)

    def test_no_more_is_promised_than_is_available(self) -> None:
        shelf = given(StockItem, received(), ask(ReserveStock, quantity=4))
        shelf.when(ask(ReserveStock, 2, quantity=7)).then_refused(OutOfStock, sku=SKU, available=6, asked=7)

    def test_on_backorder_more_may_be_promised(self) -> None:
        item = given(StockItem, received(), backorder()).when(ask(ReserveStock, quantity=12)).then(StockReserved)
        assert item.available == -2

    def test_a_promise_is_given_free_once(self) -> None:
        promised = (received(), ask(ReserveStock, quantity=4))
        item = given(StockItem, *promised).when(ask(ReleaseStock, 2, quantity=9)).then((StockReleased, {"quantity": 4}))
        assert item.reserved == 0
        given(StockItem, *promised, ask(ReleaseStock, 2, quantity=9)).when(ask(ReleaseStock, 3, quantity=9)).then()

    @pytest.mark.parametrize("kind", [ReserveStock, ReleaseStock, DeductStock, RestoreStock])
    def test_one_cause_moves_a_line_once(self, kind: type[Any]) -> None:
        past = (received(), ask(ReserveStock, 1, quantity=3), ask(DeductStock, 2, quantity=2))
        again = ask(kind, 3, quantity=1)
        given(StockItem, *past, again).when(again).then_nothing()


class TestTheShelf:
    def test_deducting_takes_what_was_promised_first(self) -> None:
        shelf = given(StockItem, received(), ask(ReserveStock, quantity=4))
        item = shelf.when(ask(DeductStock, 2, quantity=6)).then((StockDeducted, {"quantity": 6, "promised": 4}))
        assert (item.on_hand, item.reserved) == (4, 0)

    def test_what_is_promised_to_others_is_not_deducted(self) -> None:
        shelf = given(StockItem, received(), ask(ReserveStock, quantity=8))
        shelf.when(ask(DeductStock, 2, line="2", quantity=3)).then_refused(OutOfStock, available=2)

    def test_what_was_promised_leaves_even_a_shelf_found_empty(self) -> None:
        past = (received(2), ask(ReserveStock, quantity=2), ask(AdjustStock, counted=1))
        assert given(StockItem, *past).when(ask(DeductStock, 2, quantity=2)).then(StockDeducted).on_hand == -1

    def test_no_more_comes_back_than_left(self) -> None:
        shelf = given(StockItem, received(), ask(DeductStock, quantity=3))
        item = shelf.when(ask(RestoreStock, 2, quantity=5)).then((StockRestored, {"quantity": 3}))
        assert item.on_hand == 10

    def test_what_never_left_does_not_come_back(self) -> None:
        shelf = given(StockItem, received(), ask(ReserveStock, quantity=3))
        shelf.when(ask(RestoreStock, 2, name="refund", quantity=3)).then_nothing()

    @pytest.mark.parametrize(("name", "outstanding"), [("refund", 2), ("return", 2), ("status", 3)])
    def test_what_came_back_for_good_is_not_sent_again(self, name: str, outstanding: int) -> None:
        shelf = given(StockItem, received(), ask(DeductStock, quantity=3))
        item = shelf.when(ask(RestoreStock, 2, name=name, quantity=1)).then(StockRestored)
        assert item.outstanding(CAUSE.order_id, "1", 5) == outstanding

"""The desk and stock: one save for both, only tracked SKUs locked, what others did is seen."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from domain.orders.creation import CreateOrder
from domain.orders.line_changes import ChangeItem
from domain.orders.lines import NewItem
from domain.orders.moves import ChangeStatus
from domain.orders.order import Order
from domain.orders.shipments import ShipOrder
from domain.stock import AdjustStock, OutOfStock, ReceiveStock, StockItem, stock_id_of
from projections.desk import Desk
from projections.log import Session
from projections.runtime import Runtime
from tests.fixtures_api import context_of


def new_order(*skus: str, quantity: int = 2, **facts: Any) -> CreateOrder:
    items = tuple(NewItem(sku=sku, name="Cup", quantity=quantity, unit_price=1_000) for sku in skus)
    told: dict[str, Any] = {"currency": "EUR", "items": items, "place": True}
    return CreateOrder(order_id=uuid4(), context=context_of(), **(told | facts))


def receive(desk: Desk, sku: str = "CUP-1", quantity: int = 10) -> None:
    desk.handle(ReceiveStock(context=context_of(), sku=sku, quantity=quantity))


def to(order: Order, status: str) -> ChangeStatus:
    return ChangeStatus(order_id=order.id, context=context_of(), status=status, stock="apply")


def figures(runtime: Runtime, sku: str = "CUP-1") -> tuple[int, int]:
    item = runtime.log.load(StockItem, stock_id_of(sku))
    return item.on_hand, item.reserved


def test_nothing_is_locked_for_skus_that_are_not_tracked(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    locked: list[Any] = []
    receive(runtime.desk)
    monkeypatch.setattr(Session, "lock", lambda session, *keys: locked.append(keys))
    order = runtime.desk.handle(new_order("SPOON", "FORK")).aggregate
    runtime.desk.handle(to(order, "processing"))
    assert locked == []
    runtime.desk.handle(new_order("SPOON", "CUP-1"))
    assert locked == [(stock_id_of("CUP-1"),)]


def test_what_another_desk_did_to_stock_is_seen(runtime: Runtime) -> None:
    other = Desk(runtime.log)
    receive(runtime.desk)
    runtime.desk.handle(new_order("CUP-1"))
    other.handle(new_order("CUP-1", quantity=7))
    with pytest.raises(OutOfStock) as caught:
        runtime.desk.handle(new_order("CUP-1"))
    assert caught.value.details == {"sku": "CUP-1", "available": 1, "asked": 2}
    other.handle(AdjustStock(stock_id=stock_id_of("CUP-1"), context=context_of(), counted=20))
    runtime.desk.handle(new_order("CUP-1"))
    assert figures(runtime) == (20, 11)


def test_a_refused_decision_leaves_what_is_known_of_stock_as_it_was(runtime: Runtime) -> None:
    receive(runtime.desk)
    receive(runtime.desk, "CUP-2", 1)
    for _ in range(3):
        with pytest.raises(OutOfStock):
            runtime.desk.handle(new_order("CUP-1", "CUP-2"))
    runtime.desk.handle(new_order("CUP-1", quantity=10))
    assert (figures(runtime), figures(runtime, "CUP-2")) == ((10, 10), (1, 0))


def test_several_commands_of_one_save_see_what_those_before_did_to_stock(runtime: Runtime) -> None:
    receive(runtime.desk, quantity=5)
    first, second = new_order("CUP-1"), new_order("CUP-1")
    with runtime.log.session() as session:
        runtime.desk.handle_within(session, first)
        runtime.desk.handle_within(session, second)
        runtime.desk.handle_within(session, to(Order.blank(first.order_id), "processing"))
        with pytest.raises(OutOfStock):
            runtime.desk.handle_within(session, new_order("CUP-1"))
        session.commit()
    assert figures(runtime) == (3, 2)


def test_a_command_repeated_moves_nothing_again(runtime: Runtime) -> None:
    receive(runtime.desk)
    order = runtime.desk.handle(new_order("CUP-1")).aggregate
    change = ChangeItem(order_id=order.id, context=context_of(), item="1", quantity=4)
    move = to(order, "processing")
    for command in (change, change, move, move):
        runtime.desk.handle(command)
    assert figures(runtime) == (6, 0)


def test_a_preview_locks_out_nobody_and_stores_nothing(runtime: Runtime) -> None:
    receive(runtime.desk)
    order = runtime.desk.handle(new_order("CUP-1")).aggregate
    head = runtime.log.head()
    for _ in range(2):
        assert [type(one) for one in runtime.desk.preview(to(order, "processing")).touched] == [StockItem]
    assert runtime.log.head() == head
    runtime.desk.handle(to(order, "processing"))
    assert figures(runtime) == (8, 0)


def parcel(order: Order) -> ShipOrder:
    return ShipOrder(order_id=order.id, context=context_of(), carrier="dhl", stock="apply")


def test_a_parcel_of_goods_that_are_not_tracked_asks_the_database_no_more_than_its_order(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (runtime.desk.handle(new_order("SPOON", "FORK")).aggregate for _ in range(2))
    runtime.desk.handle(parcel(first))
    asked: list[Any] = []
    opening = Session.open

    def counted(session: Session, **told: Any) -> Any:
        asked.append(told)
        return opening(session, **told)

    monkeypatch.setattr(Session, "open", counted)
    runtime.desk.handle(parcel(second))
    assert len(asked) == 1


def test_goods_that_another_process_began_to_track_leave_the_shelf_with_the_next_parcel(runtime: Runtime) -> None:
    first, second = (runtime.desk.handle(new_order("CUP-1")).aggregate for _ in range(2))
    runtime.desk.handle(parcel(first))
    receive(Desk(runtime.log))
    runtime.desk.handle(parcel(second))
    assert figures(runtime) == (8, 0)

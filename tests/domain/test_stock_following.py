"""Whatever is done to an order, in any sequence: stock follows it, once for each line and cause."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.errors import DomainError
from domain.events import Command, Event
from domain.handlers import HANDLERS
from domain.orders import (
    cart,
    line_changes,
    moves,
    payments,
    quantities,
    refund_parts,
    refunded,
    returns,
    shipments,
    withdrawals,
)
from domain.orders.creation import CreateOrder, Past
from domain.orders.lines import NewItem
from domain.orders.order import Imported, Order
from domain.shop import Shop
from domain.statuses import CANCELLED, DRAFT
from domain.stock import (
    OutOfStock,
    ReceiveStock,
    SetStockPolicy,
    StockItem,
    stock_id_of,
)
from domain.stock.following import (
    StockConfirmationRequired,
    StockInWholeUnits,
    figures_of,
    follow,
    require_answer,
    wishes,
)
from domain.stock.item import StockMoved, receive_stock, set_stock_policy
from tests.domain.orders import ask
from tests.examples import ORDER
from tests.given import NOW, context

SHOP = Shop()
SKUS = ("CUP-1", "CUP-2")
Known = tuple[int, int]


class Warehouse:
    """One order and the shelves of two SKUs; a third is not tracked."""

    def __init__(self, on_hand: int = 10, policy: str = "refuse") -> None:
        self.order = Order.blank(ORDER)
        self.past: list[Event] = []
        self.streams: dict[str, list[Event]] = {sku: [] for sku in SKUS}
        for sku in SKUS:
            item = StockItem.blank(stock_id_of(sku))
            receive_stock(item, ReceiveStock(context=context(sku), sku=sku, quantity=on_hand), SHOP)
            rule_ = SetStockPolicy(stock_id=item.id, context=context(f"policy {sku}"), policy=policy)
            set_stock_policy(item, rule_, SHOP)
            self.streams[sku] += _collected(item)

    def item(self, sku: str) -> StockItem:
        item = StockItem.blank(stock_id_of(sku))
        for event in self.streams[sku]:
            event.mutate(item)
        return item

    def figures(self, sku: str = "CUP-1") -> Known:
        """On the shelf, and of it promised."""
        item = self.item(sku)
        return item.on_hand, item.reserved

    def ask(self, command: Command) -> DomainError | None:
        """Decides as the desk does: the order, then the stock that follows; a refusal stores nothing of either."""
        order, shelf = Order.blank(ORDER), {sku: self.item(sku) for sku in SKUS}
        for event in self.past:
            event.mutate(order)
        try:
            HANDLERS[type(command)].decide(order, command, SHOP)
            events = [event for event in order.pending_events if isinstance(event, Event)]
            follow(order, wishes(order, events, SHOP), shelf, command.context)
            require_answer(events, SHOP, [figures_of(item) for item in shelf.values()])
        except DomainError as error:
            return error
        self.past += _collected(order)
        self.order = order
        for sku, item in shelf.items():
            self.streams[sku] += _collected(item)
        return None


def _collected(aggregate: Any) -> list[Event]:
    return [event for event in aggregate.collect_events() if isinstance(event, Event)]


def cup(quantity: int = 2, sku: str = "CUP-1") -> NewItem:
    return NewItem(sku=sku, name="Cup", quantity=quantity, unit_price=1_000)


def create(*items: NewItem, **facts: Any) -> CreateOrder:
    return ask(
        CreateOrder, **{"number": "C1001", "currency": "EUR", "items": items or (cup(),), "place": True, **facts}
    )


def to(status: str, stock: str | None = None, **facts: Any) -> moves.ChangeStatus:
    return ask(moves.ChangeStatus, called=f"{status}{stock}", status=status, stock=stock, **facts)


def refund(quantity: int, restock: bool = True) -> refunded.RefundOrder:
    lines = (refund_parts.RefundLine(item="1", quantity=quantity),)
    return ask(refunded.RefundOrder, called=f"{quantity}{restock}", lines=lines, restock=restock)


def ship(quantity: int, stock: str | None = "apply") -> shipments.ShipOrder:
    lines = (shipments.ShipLine(item="1", quantity=quantity),)
    return ask(shipments.ShipOrder, called=f"{quantity}{stock}", carrier="dhl", lines=lines, stock=stock)


def done(*commands: Command, **facts: Any) -> Warehouse:
    """A warehouse in which these happened."""
    warehouse = Warehouse(**facts)
    for command in commands:
        refusal = warehouse.ask(command)
        assert refusal is None, refusal
    return warehouse


def came_back(*lines: tuple[int, bool], called: str = "first") -> returns.ReceiveReturn:
    """Units of the first line that came back, some to go on the shelf."""
    received = tuple(returns.ReceivedUnits(item="1", quantity=quantity, restock=restock) for quantity, restock in lines)
    return ask(returns.ReceiveReturn, called=called, return_number=1, lines=received)


PAY = ask(payments.RecordPayment, method="card")
SHIP = ask(shipments.ShipOrder, carrier="dhl", stock="apply")
WITHDRAW = ask(withdrawals.WithdrawRefund, refund="1", because="Written down by mistake")
PAY_AGAIN = ask(payments.RecordPayment, called="again", method="card", pay_again=True)
CALL_BACK = ask(shipments.CancelShipment, shipment=1)
ASK_BACK = ask(returns.RequestReturn, lines=(quantities.LineUnits(item="1", quantity=2),))
SENT = (create(status="shipped", stock="apply"), SHIP, ASK_BACK)
FORCED: dict[str, Any] = {"force": True, "because": "So"}


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


QUANTITIES = st.integers(1, 5)
ITEMS = st.builds(cup, QUANTITIES, st.sampled_from([*SKUS, "SPOON"]))
LINES = st.sampled_from(["1", "2", "3"])


class StockLife(RuleBasedStateMachine):
    """An order's life beside its stock; what the model of the shelf says is worked out from the order's side alone."""

    @initialize(
        items=st.lists(ITEMS, min_size=1, max_size=3),
        policy=st.sampled_from(["refuse", "backorder"]),
        status=st.sampled_from([None, "processing", "shipped"]),
        stock=st.sampled_from([None, "apply", "leave"]),
    )
    def begin(self, items: list[NewItem], policy: str, status: str | None, stock: str | None) -> None:
        self.warehouse = Warehouse(on_hand=8, policy=policy)
        if self.warehouse.ask(create(*items, status=status, stock=stock)):
            assert self.warehouse.ask(create(*items, place=False)) is None
        self.warehouse.ask(PAY)

    @rule(item=ITEMS)
    def add(self, item: NewItem) -> None:
        self.warehouse.ask(ask(cart.AddItem, item=item))

    @rule(item=LINES, quantity=QUANTITIES)
    def change(self, item: str, quantity: int) -> None:
        self.warehouse.ask(ask(line_changes.ChangeItem, item=item, quantity=quantity))

    @rule(item=LINES)
    def remove(self, item: str) -> None:
        self.warehouse.ask(ask(cart.RemoveItem, item=item))

    @rule(
        status=st.sampled_from(["draft", "pending", "processing", "on_hold", "shipped", "completed", "cancelled"]),
        stock=st.sampled_from([None, "apply", "leave"]),
        force=st.booleans(),
    )
    def move(self, status: str, stock: str | None, force: bool) -> None:
        command = to(status, stock, force=force, because="So")
        if self.warehouse.ask(command) is None:
            before = {sku: self.warehouse.figures(sku) for sku in SKUS}
            assert self.warehouse.ask(command) is None
            assert before == {sku: self.warehouse.figures(sku) for sku in SKUS}

    @rule(item=LINES, quantity=QUANTITIES, restock=st.booleans())
    def give_back(self, item: str, quantity: int, restock: bool) -> None:
        before = {sku: self.warehouse.figures(sku) for sku in SKUS}
        lines = (refund_parts.RefundLine(item=item, quantity=quantity),)
        self.warehouse.ask(ask(refunded.RefundOrder, lines=lines, restock=restock))
        for sku in SKUS:
            on_hand, reserved = self.warehouse.figures(sku)
            assert 0 <= on_hand - before[sku][0] <= (quantity if restock else 0)
            assert 0 <= before[sku][1] - reserved <= quantity

    @rule(item=LINES, quantity=QUANTITIES, restock=st.booleans(), number=st.integers(1, 9))
    def send_and_take_back(self, item: str, quantity: int, restock: bool, number: int) -> None:
        sent = shipments.ShipLine(item=item, quantity=quantity)
        self.warehouse.ask(
            ask(shipments.ShipOrder, called=f"sent {number}", carrier="dhl", lines=(sent,), stock="apply")
        )
        lines = (quantities.LineUnits(item=item, quantity=quantity),)
        self.warehouse.ask(ask(returns.RequestReturn, called=f"asked {number}", lines=lines))
        back = (returns.ReceivedUnits(item=item, quantity=quantity, restock=restock),)
        last = max(self.warehouse.order.returns, default=1)
        command = ask(returns.ReceiveReturn, called=f"back {number}", return_number=last, lines=back)
        if self.warehouse.ask(command) is None:
            before = {sku: self.warehouse.figures(sku) for sku in SKUS}
            self.warehouse.ask(command)
            assert before == {sku: self.warehouse.figures(sku) for sku in SKUS}

    @invariant()
    def figures_are_the_sum_of_their_movements(self) -> None:
        for sku in SKUS:
            moved = [event.moves for event in self.warehouse.streams[sku] if isinstance(event, StockMoved)]
            assert self.warehouse.figures(sku) == (sum(one[0] for one in moved), sum(one[1] for one in moved))

    @invariant()
    def lines_hold_what_the_shelf_lacks(self) -> None:
        for sku in SKUS:
            item = self.warehouse.item(sku)
            assert item.on_hand == 8 - sum(line.out for line in item.lines.values())
            assert item.reserved == sum(line.reserved for line in item.lines.values())
            assert all(line.out >= 0 and line.reserved >= 0 for line in item.lines.values())
            assert item.policy == "backorder" or item.available >= 0

    @invariant()
    def an_order_that_counts_has_all_its_units_promised_or_gone(self) -> None:
        order = self.warehouse.order
        counts = order.stage not in (DRAFT, CANCELLED)
        called_off = order.called_off_quantities()
        for line in order.items.values():
            if line.sku in SKUS:
                held = self.warehouse.item(line.sku).line(ORDER, line.id)
                wanted = line.quantity - called_off.get(line.id, 0)
                assert held.reserved + held.out + held.returned >= wanted if counts else held.reserved == 0
                assert held.reserved <= max(0, wanted)

    @rule(number=st.integers(1, 9))
    def call_back(self, number: int) -> None:
        self.warehouse.ask(ask(shipments.CancelShipment, called=f"called back {number}", shipment=number))

    @invariant()
    def what_was_sent_and_not_left_alone_is_off_the_shelf(self) -> None:
        order = self.warehouse.order
        past = self.warehouse.past
        if any(getattr(event, "stock", "") == "leave" or getattr(event, "stage", "") == CANCELLED for event in past):
            return
        for line, sent in order.shipped_quantities().items():
            if order.items[line].sku in SKUS:
                held = self.warehouse.item(order.items[line].sku).line(ORDER, line)
                assert held.out + held.returned >= sent

    @invariant()
    def a_line_that_is_gone_holds_nothing(self) -> None:
        for sku in SKUS:
            for (_, line), held in self.warehouse.item(sku).lines.items():
                if line not in self.warehouse.order.items:
                    assert (held.reserved, held.out) == (0, 0)

    @invariant()
    def each_cause_moved_a_line_once(self) -> None:
        for sku in SKUS:
            movements = [event for event in self.warehouse.streams[sku] if hasattr(event, "cause")]
            told = [(event.TOPIC, event.cause) for event in movements]
            assert len(told) == len(set(told))


TestStockLife = StockLife.TestCase
TestStockLife.settings = settings(
    max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

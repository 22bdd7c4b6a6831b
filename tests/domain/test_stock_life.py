"""Whatever happens to an order, its stock is what its lines say."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.orders import (
    cart,
    line_changes,
    quantities,
    refund_parts,
    refunded,
    returns,
    shipments,
)
from domain.orders.lines import NewItem
from domain.statuses import CANCELLED, DRAFT
from domain.stock.item import StockMoved
from tests.domain.orders import ask
from tests.domain.warehouse import PAY, SKUS, Warehouse, create, cup, to
from tests.examples.facts import ORDER

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

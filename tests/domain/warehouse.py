"""A warehouse in memory: an order and the stock that follows it."""

from __future__ import annotations

from typing import Any

from domain.errors import DomainError
from domain.events import Command, Event
from domain.handlers import HANDLERS
from domain.orders import (
    moves,
    payments,
    quantities,
    refund_parts,
    refunded,
    returns,
    shipments,
    withdrawals,
)
from domain.orders.creation import CreateOrder
from domain.orders.lines import NewItem
from domain.orders.order import Order
from domain.shop import Shop
from domain.stock import (
    ReceiveStock,
    SetStockPolicy,
    StockItem,
    stock_id_of,
)
from domain.stock.following import (
    figures_of,
    follow,
    require_answer,
    wishes,
)
from domain.stock.item import receive_stock, set_stock_policy
from tests.domain.orders import ask
from tests.examples.facts import ORDER
from tests.given import context

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

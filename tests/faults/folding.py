"""What raw events say of orders and stock, worked out without a line of the product.

It knows the events that the clients of a campaign bring about; one it does not know of is an error, never passed over.
Of a stream with a hole it gives what the events that are left say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

PASSED_OVER = frozenset(
    {"order.customer-assigned", "order.billing-address-changed", "order.shipping-address-changed", "order.message-sent"}
)


class Raw(NamedTuple):
    """A row of the log as it is stored."""

    position: int
    stream: str
    version: int
    topic: str
    state: Mapping[str, Any]

    @property
    def event_id(self) -> str:
        """The event's own id."""
        return str(self.state["metadata"]["event_id"])

    @property
    def cause(self) -> str:
        """The command that led to it."""
        return str(self.state["metadata"]["cause"])


class OrderFigures(NamedTuple):
    """What the list of orders has to show of an order."""

    number: str
    version: int
    status: str
    total: int
    paid: int
    refunded: int
    payment_status: str


class StockFigures(NamedTuple):
    """What the list of stock has to show of a SKU."""

    sku: str
    version: int
    on_hand: int
    reserved: int


class OrderFold:
    """An order as far as its events were taken in."""

    def __init__(self) -> None:
        self.number = self.status = ""
        self.version = 0
        self.placed = False
        self.lines: dict[str, tuple[int, int]] = {}
        self.paid = self.refunded = self.lowered = 0

    def take(self, raw: Raw) -> None:
        """Takes in the next event."""
        state = raw.state
        match raw.topic:
            case "order.created":
                self.number, self.status = state["number"], "draft"
                assert state["prices_include_tax"], "a total is the sum of its lines where prices include the tax"
            case "order.item-added":
                self.lines[state["item"]] = (state["quantity"], state["unit_price"])
            case "order.item-quantity-changed":
                _, price = self.lines.get(state["item"], (0, 0))
                self.lines[state["item"]] = (state["quantity"], price)
            case "order.placed" | "order.status-changed":
                self.status = state["status"]
                self.placed = True
            case "order.payment-recorded":
                self.paid += state["amount"]
            case "order.refunded":
                self.refunded += state["amount"]
                self.lowered += state["amount"] - state.get("credit", 0)
            case topic if topic not in PASSED_OVER:
                raise NotImplementedError(topic)
        self.version = raw.version

    @property
    def total(self) -> int:
        """What the lines cost, in minor units."""
        return sum(quantity * price for quantity, price in self.lines.values())

    def figures(self) -> OrderFigures:
        """The order's row."""
        return OrderFigures(
            self.number, self.version, self.status, self.total, self.paid, self.refunded, self._payment_status()
        )

    def _payment_status(self) -> str:
        kept = 0 if self.status == "cancelled" else max(0, self.total - self.lowered)
        held = self.paid - self.refunded
        if not held:
            return "refunded" if self.refunded and self.total and not kept else "unpaid"
        if held != kept:
            return "partially_paid" if held < kept else "overpaid"
        return "paid" if kept == self.total else "partially_refunded"


def orders(log: Iterable[Raw]) -> dict[str, OrderFigures]:
    """The row of every order, by its id."""
    folds: defaultdict[str, OrderFold] = defaultdict(OrderFold)
    for raw in log:
        if raw.topic.startswith("order."):
            folds[raw.stream].take(raw)
    return {order: fold.figures() for order, fold in folds.items()}


def versions(log: Iterable[Raw]) -> dict[tuple[str, int], tuple[str, int]]:
    """The status and the total of every order at each of its versions."""
    folds: defaultdict[str, OrderFold] = defaultdict(OrderFold)
    found: dict[tuple[str, int], tuple[str, int]] = {}
    for raw in log:
        if raw.topic.startswith("order."):
            fold = folds[raw.stream]
            fold.take(raw)
            found[raw.stream, raw.version] = fold.status, fold.total
    return found


def stock(log: Iterable[Raw]) -> dict[str, StockFigures]:
    """The row of every tracked SKU, by its id."""
    found: dict[str, StockFigures] = {}
    for raw in log:
        if raw.topic.startswith("stock."):
            was = found.get(raw.stream) or StockFigures(raw.state.get("sku", ""), 0, 0, 0)
            on_hand, reserved = _moved(raw)
            found[raw.stream] = StockFigures(was.sku, raw.version, was.on_hand + on_hand, was.reserved + reserved)
    return found


def _moved(raw: Raw) -> tuple[int, int]:
    """By how much what lies on the shelf changed, and what of it is promised."""
    quantity = raw.state.get("quantity", 0)
    match raw.topic:
        case "stock.received" | "stock.restored":
            return quantity, 0
        case "stock.reserved":
            return 0, quantity
        case "stock.released":
            return 0, -quantity
        case "stock.deducted":
            return -quantity, -raw.state.get("promised", 0)
    raise NotImplementedError(raw.topic)

"""An order that was refunded in full and is paid another way: its customer keeps again what the refunds named."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from domain.events import Context, Event
from domain.orders.order import Order


class OrderKeptAgain(Event, frozen=True, kw_only=True):
    """What these refunds gave back is kept after all: the customer pays for it another way."""

    TOPIC = "order.kept-again"

    refunds: tuple[str, ...]

    def apply(self, order: Order) -> None:
        _keep(order, self.refunds)


def _keep(order: Order, refunds: Collection[str]) -> None:
    order.refunds = tuple(
        replace(refund, pay_again=True) if refund.id in refunds else refund for refund in order.refunds
    )


def due(order: Order) -> int:
    """What the customer still has to pay; nothing once the order is cancelled."""
    return max(0, order.price.balance)


def due_again(order: Order, pay_again: bool) -> int:
    """What is due; of an order that was refunded in full all of it, where the customer pays another way."""
    return order.price.total if pay_again and refunded_in_full(order) else due(order)


def refunded_in_full(order: Order) -> bool:
    """Whether nothing is kept or held of an order that still counts, because all of it was refunded."""
    stands = order.is_placed and not order.is_cancelled and not order.refunds_requested
    return stands and order.payment_status == "refunded"


def keep_again(order: Order, context: Context, pay_again: bool) -> None:
    """Records that what was refunded in full is kept again."""
    if pay_again and refunded_in_full(order):
        ids = tuple(refund.id for refund in order.refunds if not refund.pay_again)
        order.record(OrderKeptAgain, context, refunds=ids)


def keep_as_before(order: Order, amount: int) -> None:
    """What was refunded in full is kept again by a payment for all of it that was stored before it could say so."""
    if order.refunds and amount >= order.price.total and refunded_in_full(order):
        _keep(order, [refund.id for refund in order.refunds])


EVENTS: tuple[type[Event], ...] = (OrderKeptAgain,)

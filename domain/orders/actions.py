"""What an operator can do with an order next, and why not where they cannot."""

from __future__ import annotations

from msgspec import Struct

from domain.orders.moves import moves
from domain.orders.order import Order
from domain.orders.payments import due
from domain.orders.shipments import NOT_SHIPPABLE
from domain.settings import Shop
from domain.statuses import DRAFT, EDITABLE, MerchantStatus


class Action(Struct, frozen=True, kw_only=True):
    """A thing to do; `status` where it is a move, `reason` why it is refused now (None: it may be done)."""

    action: str
    status: MerchantStatus | None = None
    reason: str | None = None


def next_actions(order: Order, shop: Shop) -> tuple[Action, ...]:
    """Every move of the table and every deed on the order, each with its refusal if it has one."""
    return (
        *(
            Action(action="status", status=move.status, reason=str(move.refusal) if move.refusal else None)
            for move in moves(order, shop)
        ),
        Action(action="edit", reason=_edit_refusal(order)),
        Action(action="pay", reason=_pay_refusal(order)),
        Action(action="refund", reason=_refund_refusal(order)),
        Action(action="ship", reason=_ship_refusal(order)),
    )


def _edit_refusal(order: Order) -> str | None:
    return None if order.stage in EDITABLE else f"The order is {order.stage}: its contents can no longer be changed."


def _pay_refusal(order: Order) -> str | None:
    if order.stage == DRAFT:
        return "The order is a draft: place it before money moves."
    return None if due(order) else "Nothing is due."


def _refund_refusal(order: Order) -> str | None:
    return None if order.paid > order.refunded else "Nothing that was paid is left to refund."


def _ship_refusal(order: Order) -> str | None:
    if order.stage in NOT_SHIPPABLE:
        return f"The order is {order.stage}: nothing can be shipped of it."
    if order.fulfilment_status in ("unfulfilled", "partially_shipped") and order.items:
        return None
    return "Everything has been shipped."

"""What an operator can do with an order next, and why not where they cannot."""

from __future__ import annotations

from msgspec import Struct

from domain.orders.moves import moves
from domain.orders.order import Order
from domain.orders.pay_again import due_again
from domain.orders.returns import RECEIVED, REQUESTED, returnable
from domain.orders.shipments import NOT_SHIPPABLE, left_to_ship
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
        Action(action="return", reason=_return_refusal(order)),
        Action(action="receive_return", reason=_receive_refusal(order)),
        Action(action="settle_return", reason=_settle_refusal(order)),
    )


def _edit_refusal(order: Order) -> str | None:
    return None if order.stage in EDITABLE else f"The order is {order.stage}: its contents can no longer be changed."


def _pay_refusal(order: Order) -> str | None:
    if order.stage == DRAFT:
        return "The order is a draft: place it before money moves."
    return None if due_again(order, True) else "Nothing is due."


def _refund_refusal(order: Order) -> str | None:
    left = order.paid - order.refunded - order.refunds_requested
    return None if left > 0 else "Nothing that was paid is left to refund."


def _ship_refusal(order: Order) -> str | None:
    if order.stage in NOT_SHIPPABLE:
        return f"The order is {order.stage}: nothing can be shipped of it."
    return None if any(left_to_ship(order).values()) else "Everything has been shipped."


def _return_refusal(order: Order) -> str | None:
    return None if returnable(order) else "Nothing that was shipped is left to come back."


def _receive_refusal(order: Order) -> str | None:
    return None if _returns(order, REQUESTED, RECEIVED) else "No return is under way."


def _settle_refusal(order: Order) -> str | None:
    return None if _returns(order, RECEIVED) else "No return has come back that is not settled."


def _returns(order: Order, *states: str) -> bool:
    return any(one.state in states for one in order.returns.values())

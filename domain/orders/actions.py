"""What an operator can do with an order next, and why not where they cannot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from domain.orders.moves import Refusal, moves
from domain.orders.order import Order
from domain.orders.pay_again import due_again
from domain.orders.returns import RECEIVED, REQUESTED, returnable
from domain.orders.shipments import NOT_SHIPPABLE, left_to_ship
from domain.settings import Shop
from domain.statuses import COMPLETED, DRAFT, EDITABLE, PENDING, SHIPPED, MerchantStatus


class Action(Struct, frozen=True, kw_only=True):
    """A thing to do; `status` where it is a move, `refusal` why it is refused now (None: it may be done)."""

    action: str
    status: MerchantStatus | None = None
    refusal: Refusal | None = None

    @property
    def allowed(self) -> bool:
        """Whether it may be done now."""
        return self.refusal is None


def next_actions(order: Order, shop: Shop) -> tuple[Action, ...]:
    """Every move of the table and every deed on the order, each with its refusal if it has one."""
    return (
        *[Action(action="status", status=move.status, refusal=move.refusal) for move in moves(order, shop)],
        Action(action="edit", refusal=_edit_refusal(order)),
        Action(action="pay", refusal=_pay_refusal(order)),
        Action(action="refund", refusal=_refund_refusal(order)),
        Action(action="ship", refusal=_ship_refusal(order)),
        Action(action="return", refusal=_return_refusal(order)),
        Action(action="receive_return", refusal=_receive_refusal(order)),
        Action(action="settle_return", refusal=_settle_refusal(order)),
    )


def primary_action(order: Order, actions: Iterable[Action]) -> Action | None:
    """What comes next for an order, of those of its actions that may be done now; None where nothing has to be.

    In the order in which a day's work goes: the cart placed, what came back settled, money taken, goods sent, the end.
    """
    allowed = [action for action in actions if action.refusal is None]
    if order.stage == DRAFT:
        return _move_to(PENDING, allowed)
    deeds = {action.action: action for action in allowed}
    for name in ("settle_return", "receive_return", "pay", "ship"):
        if name in deeds:
            return deeds[name]
    return _move_to(COMPLETED, allowed) if order.stage == SHIPPED else None


def _move_to(stage: str, actions: Sequence[Action]) -> Action | None:
    return next((action for action in actions if action.status and action.status.stage == stage), None)


def _edit_refusal(order: Order) -> Refusal | None:
    detail = f"The order is {order.stage}: its contents can no longer be changed."
    return None if order.stage in EDITABLE else Refusal("order-closed", detail)


def _pay_refusal(order: Order) -> Refusal | None:
    if order.stage == DRAFT:
        return Refusal("order-is-draft", "The order is a draft: place it before money moves.")
    return None if due_again(order, True) else Refusal("nothing-due", "Nothing is due.")


def _refund_refusal(order: Order) -> Refusal | None:
    left = order.paid - order.refunded - order.refunds_requested
    return None if left > 0 else Refusal("nothing-to-refund", "Nothing that was paid is left to refund.")


def _ship_refusal(order: Order) -> Refusal | None:
    if order.stage in NOT_SHIPPABLE:
        return Refusal("not-shippable", f"The order is {order.stage}: nothing can be shipped of it.")
    return None if any(left_to_ship(order).values()) else Refusal("all-shipped", "Everything has been shipped.")


def _return_refusal(order: Order) -> Refusal | None:
    nothing = Refusal("nothing-to-return", "Nothing that was shipped is left to come back.")
    return None if returnable(order) else nothing


def _receive_refusal(order: Order) -> Refusal | None:
    return None if _returns(order, REQUESTED, RECEIVED) else Refusal("no-return", "No return is under way.")


def _settle_refusal(order: Order) -> Refusal | None:
    nothing = Refusal("nothing-to-settle", "No return has come back that is not settled.")
    return None if _returns(order, RECEIVED) else nothing


def _returns(order: Order, *states: str) -> bool:
    return any(one.state in states for one in order.returns.values())

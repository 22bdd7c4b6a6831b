"""Several changes of what an order holds, decided as one: all of them, or none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain.errors import DomainError, Rejected
from domain.events import Event
from domain.orders.cart import AddItem, RemoveItem, add_line, remove_item
from domain.orders.charges import (
    ApplyCoupon,
    RemoveCoupon,
    SetDiscount,
    SetShippingCharge,
    apply_coupon,
    remove_coupon,
    set_discount,
    set_shipping_charge,
)
from domain.orders.line_changes import ChangeItem, change_item
from domain.orders.order import Order, OrderCommand, require_currency, require_open
from domain.settings import Shop

MAX_CHANGES = 200

Change = AddItem | ChangeItem | RemoveItem | SetDiscount | SetShippingCharge | ApplyCoupon | RemoveCoupon


class TooManyChanges(Rejected):
    """An order is changed in at most {limit} places at once."""

    code = "too-many-changes"


class NothingToChange(Rejected):
    """Tell what is to change."""

    code = "nothing-to-change"


class EditOrder(OrderCommand, frozen=True, kw_only=True):
    """Change an order in several places at once; each change has the context of the whole."""

    changes: tuple[Change, ...]


# In the order in which changes are made: a line comes in before another leaves, so that a placed order keeps one.
DECIDED: dict[type[OrderCommand], Callable[[Order, Any, Shop], None]] = {
    RemoveCoupon: remove_coupon,
    AddItem: add_line,
    ChangeItem: change_item,
    RemoveItem: remove_item,
    SetDiscount: set_discount,
    SetShippingCharge: set_shipping_charge,
    ApplyCoupon: apply_coupon,
}
_RANK = {kind: rank for rank, kind in enumerate(DECIDED)}


def edit_order(order: Order, command: EditOrder, shop: Shop) -> None:
    """Makes every change, whichever was told first; a refusal points at the one that it is about."""
    if command.context.command_id in order.commands:
        return
    require_open(order)
    if not command.changes:
        raise NothingToChange("/changes")
    if len(command.changes) > MAX_CHANGES:
        raise TooManyChanges("/changes", limit=MAX_CHANGES)
    for index, change in sorted(enumerate(command.changes), key=lambda one: _RANK[type(one[1])]):
        try:
            require_currency(order, change)
            DECIDED[type(change)](order, change, shop)
        except DomainError as error:
            error.pointer = f"/changes/{index}{error.pointer}"
            raise


EVENTS: tuple[type[Event], ...] = ()

HANDLERS = {EditOrder: edit_order}

"""What asking the same of many orders would do to all of them: the same decisions, summed up, nothing stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.errors import DomainError
from domain.events import Context
from domain.orders.bulk import MoveOrders, Reversible, TagOrders, command_for
from domain.orders.moves import RECIPIENTS
from domain.orders.order import Order, OrderNotFound
from domain.settings import Shop
from domain.stock import StockItem
from domain.stock.following import APPLY, Figures, figures_of
from projections.desk import Desk
from projections.log import EventLog, NothingRecorded


class Sum(NamedTuple):
    """How many orders the action would change, and would not; the refused by code; mails by recipient; stock by SKU."""

    done: int
    unchanged: int
    refused: dict[str, list[UUID]]
    mails: dict[str, int]
    stock: list[Figures]


class _Summing:
    def __init__(self) -> None:
        self.done = self.unchanged = 0
        self.refused: dict[str, list[UUID]] = {}
        self.mails: dict[str, int] = {name: 0 for name in RECIPIENTS}
        self.moved: dict[str, list[Figures]] = {}


def preview_all(log: EventLog, desk: Desk, action: Reversible, order_ids: Sequence[UUID], given: Context) -> Sum:
    """Previews the action on each of the orders, every one as if it were alone; stock is summed up over all.

    What no answer about stock was given for is worked out as if it were to be applied.
    """
    if isinstance(action, MoveOrders):
        action = replace(action, stock=action.stock or APPLY)
    summing = _Summing()
    for order_id in order_ids:
        try:
            _add(
                summing, log, desk, action, order_id, replace(given, command_id=uuid5(given.command_id, str(order_id)))
            )
        except DomainError as error:
            summing.refused.setdefault(error.code, []).append(order_id)
    return Sum(
        summing.done,
        summing.unchanged,
        summing.refused,
        summing.mails,
        [_summed(sku, summing.moved[sku]) for sku in sorted(summing.moved)],
    )


def _add(summing: _Summing, log: EventLog, desk: Desk, action: Reversible, order_id: UUID, given: Context) -> None:
    order = _order(log, order_id) if isinstance(action, TagOrders) else Order.blank(order_id)
    before, after, shop, touched = desk.preview(command_for(action, order, given))
    if before.version == after.version:
        summing.unchanged += 1
        return
    summing.done += 1
    for item in touched:
        if isinstance(item, StockItem):
            summing.moved.setdefault(item.sku, []).append(figures_of(item))
    if isinstance(action, MoveOrders):
        for name in _told(action, after, shop):
            summing.mails[name] += 1


def _order(log: EventLog, order_id: UUID) -> Order:
    try:
        return log.load(Order, order_id)
    except NothingRecorded:
        raise OrderNotFound from None


def _told(action: MoveOrders, order: Order, shop: Shop) -> Sequence[str]:
    """Who would be told of the move by mail."""
    if action.notify is not None:
        chosen = list(action.notify)
    else:
        to = shop.status(order.status)
        told = {"customer": to.notifies_customer, "administrators": to.notifies_administrators}
        chosen = [name for name, wanted in told.items() if wanted]
    return [name for name in chosen if name != "customer" or order.mails_to]


def _summed(sku: str, moved: Sequence[Figures]) -> Figures:
    """One SKU's figures before, and after all that each order by itself would move."""
    on_hand, reserved = moved[0].on_hand[0], moved[0].reserved[0]
    return Figures(
        sku,
        (on_hand, on_hand + sum(one.on_hand[1] - one.on_hand[0] for one in moved)),
        (reserved, reserved + sum(one.reserved[1] - one.reserved[0] for one in moved)),
    )

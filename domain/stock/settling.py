"""What an order's decision means for stock: the tracked SKUs move as its new events ask."""

from __future__ import annotations

from typing import cast

from domain.events import Context, Event
from domain.lookup import Decision, Lookup
from domain.orders.order import Order
from domain.stock.following import figures_of, follow, of_the_past, require_answer, wishes


def settle(order: Order, context: Context, lookup: Lookup, decision: Decision, *, past: bool = False) -> None:
    """Moves the stock of the tracked SKUs as the order's new events ask, those of an order of the `past` as it stands.

    Raises `StockConfirmationRequired` where goods would move that nobody has said anything of.
    """
    events = cast("list[Event]", order.pending_events)
    asked = of_the_past(order, events, lookup.shop) if past else wishes(order, events, lookup.shop)
    stock = lookup.stock({wish.sku for wish in asked}) if asked else None
    if not stock:
        return
    follow(order, asked, stock, context)
    moved = [item for item in stock.values() if item.pending_events]
    require_answer(events, lookup.shop, [figures_of(item) for item in moved])
    decision.touched += moved

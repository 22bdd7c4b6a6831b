"""Dated status histories from elsewhere: which status an order had when, and by whom, in the words told there."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from domain.errors import Rejected
from domain.events import Event
from domain.orders.order import Order, OrderCommand
from domain.settings import Shop
from domain.texts import CODE, NAME, check_text

MAX_TOLD = 10_000


class HistoryTooLong(Rejected):
    """An order holds at most {limit} statuses told from elsewhere."""

    code = "history-too-long"


class ToldStatus(Struct, frozen=True):
    """A status that an order had elsewhere from an instant on, and who gave it; empty: nobody is told."""

    status: str
    at: datetime
    by: str = ""


class TellHistory(OrderCommand, frozen=True, kw_only=True):
    """Write down which statuses an order had elsewhere; those that are written down already are passed over."""

    statuses: tuple[ToldStatus, ...]


class OrderStatusTold(Event, frozen=True, kw_only=True):
    """The order had this status elsewhere, from the event's time on; what it has here stays."""

    TOPIC = "order.status-told"

    status: str
    by: str = ""

    def apply(self, order: Order) -> None:
        order.told_statuses.append(ToldStatus(self.status, self.timestamp, self.by))


def tell_history(order: Order, command: TellHistory, shop: Shop) -> None:
    """Records what is not written down yet, in the order of time; what was told twice is kept twice."""
    known = Counter(order.told_statuses)
    new = []
    for told in sorted(command.statuses, key=lambda told: told.at):
        check_text(told.status, NAME, "/status", required=True)
        check_text(told.by, CODE, "/actor")
        if known[told]:
            known[told] -= 1
        else:
            new.append(told)
    if len(order.told_statuses) + len(new) > MAX_TOLD:
        raise HistoryTooLong(limit=MAX_TOLD)
    for told in new:
        order.record(OrderStatusTold, replace(command.context, at=told.at), status=told.status, by=told.by)


EVENTS: tuple[type[Event], ...] = (OrderStatusTold,)

HANDLERS = {TellHistory: tell_history}

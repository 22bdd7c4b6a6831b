"""The status history of an order as a file tells it: those of elsewhere, and the moves that were made here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from domain.events import Event, fold
from domain.orders.histories import OrderStatusTold
from domain.orders.moves import OrderPlaced, OrderStatusChanged, OrderStatusForced
from domain.orders.order import Order
from projections.exports.columns import Column

COLUMNS = (
    Column("number", "text", ""),
    Column("status", "text", ""),
    Column("at", "instant", ""),
    Column("actor", "text", ""),
)


class HistoryRow(NamedTuple):
    """A status that an order had from an instant on."""

    number: str
    status: str
    at: datetime
    actor: str


def histories_of(events: Sequence[Event]) -> list[HistoryRow]:
    """The statuses of a whole history in the order of time, none of an order whose import was taken back.

    What its import told of an order's moves is left out where a history of elsewhere is there: that tells it better.
    """
    order = fold(Order.blank(events[0].originator_id), events)
    if not order.exists:
        return []
    rows = []
    for event in events:
        match event:
            case OrderStatusTold():
                rows.append(HistoryRow(order.number, event.status, event.timestamp, event.by))
            case OrderPlaced() | OrderStatusChanged() | OrderStatusForced() if not (
                order.told_statuses and event.metadata.is_of_the_past
            ):
                rows.append(HistoryRow(order.number, event.status, event.timestamp, event.metadata.actor))
    return sorted(rows, key=lambda row: row.at)

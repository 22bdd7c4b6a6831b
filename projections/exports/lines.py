"""The lines of orders: read from each order's own history, priced as the order prices them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any, NamedTuple
from uuid import UUID

from domain.events import Event
from domain.orders.order import Order
from projections.exports.columns import Column, identity, instant, integer, money, rate, text
from projections.log import EventLog
from projections.log.session import folded

AT_ONCE = 250  # orders whose histories are held at one time

_LINES: tuple[tuple[Column, Callable[[Order, Any, Any], Any]], ...] = (
    (identity("order_id"), lambda order, item, line: order.id),
    (text("order_number"), lambda order, item, line: order.number),
    (instant("order_created_at"), lambda order, item, line: order.created_at),
    (instant("order_placed_at"), lambda order, item, line: order.placed_at),
    (text("order_status"), lambda order, item, line: order.status),
    (text("currency"), lambda order, item, line: order.currency),
    (text("id"), lambda order, item, line: item.id),
    (text("sku"), lambda order, item, line: item.sku),
    (text("name"), lambda order, item, line: item.name),
    (integer("quantity"), lambda order, item, line: item.quantity),
    (money("unit_price"), lambda order, item, line: item.unit_price),
    (money("discount"), lambda order, item, line: line.discount),
    (rate("tax_rate"), lambda order, item, line: item.tax_rate),
    (money("net"), lambda order, item, line: line.net),
    (money("tax"), lambda order, item, line: line.tax),
    (money("total"), lambda order, item, line: line.total),
)
COLUMNS = tuple(column for column, _ in _LINES)
_VALUE_OF = {column.name: value for column, value in _LINES}


class Moment(NamedTuple):
    """What a reader looks at: the log up to a position and, for the past, up to an instant."""

    log: EventLog
    position: int
    instant: datetime | None


Reader = Callable[[Moment, Sequence[Column], Sequence[tuple[Any, ...]]], Iterator[list[tuple[Any, ...]]]]


def lines_of(
    moment: Moment, columns: Sequence[Column], rows: Sequence[tuple[Any, ...]]
) -> Iterator[list[tuple[Any, ...]]]:
    """The lines of the orders whose ids begin the rows, in their order, each with its currency at its end."""
    values = [_VALUE_OF[column.name] for column in columns]
    ids = [row[0] for row in rows]
    for start in range(0, len(ids), AT_ONCE):
        found = []
        for order in _orders(moment, ids[start : start + AT_ONCE]):
            pairs = zip(order.items.values(), order.price.lines, strict=True)
            found += [(*(value(order, item, line) for value in values), order.currency) for item, line in pairs]
        if found:
            yield found


def _orders(moment: Moment, ids: Sequence[UUID]) -> Iterator[Order]:
    streams = moment.log.streams(ids, moment.position)
    for order_id in ids:
        events = _until(streams.get(order_id, []), moment.instant)
        if events:
            yield folded(Order, order_id, events)


def _until(events: Sequence[Event], instant: datetime | None) -> Sequence[Event]:
    return events if instant is None else list(takewhile(lambda event: event.timestamp <= instant, events))

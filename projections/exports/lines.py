"""The lines of orders: read from each order's own history, priced as the order prices them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from domain.money import amount_text
from domain.orders.items import Item
from domain.orders.order import Order
from domain.points_in_time import PointInTime, fold_part
from domain.pricing import PricedLine
from domain.taxes import combined, rate_text, tax_rate_text
from domain.units import quantity_answer
from projections.exports.columns import Column, identity, instant, money, percent, quantity, several, text
from projections.log import EventLog

AT_ONCE = 25  # orders whose histories are read and priced in one go, while other requests may have to wait


def _refunded(order: Order, item: Item) -> int:
    return order.refunded_quantities().get(item.id, 0)


def _taxes(order: Order, line: PricedLine) -> list[str]:
    """Each tax of a line: its name where it has one, its rate, whether it is compound, and how much it is."""
    parts = [amount_text(part, order.currency) for part in line.tax_parts]
    return [
        f"{tax.name} {tax_rate_text(tax.rate)}%{' compound' if tax.compound else ''}: {part}".strip()
        for tax, part in zip(line.taxes, parts, strict=True)
    ]


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
    (text("options"), lambda order, item, line: "; ".join(f"{one.name}: {one.value}" for one in item.options)),
    (quantity("quantity"), lambda order, item, line: quantity_answer(item.quantity, item.unit)),
    (text("unit"), lambda order, item, line: item.unit.code),
    (quantity("refunded"), lambda order, item, line: quantity_answer(_refunded(order, item), item.unit)),
    (quantity("kept"), lambda order, item, line: quantity_answer(order.kept_quantity(item), item.unit)),
    (money("unit_price"), lambda order, item, line: item.unit_price),
    (money("discount"), lambda order, item, line: line.discount),
    (percent("tax_rate"), lambda order, item, line: rate_text(combined(item.taxes))),
    (several("taxes"), lambda order, item, line: _taxes(order, line)),
    (text("exemption"), lambda order, item, line: item.exemption),
    (money("net"), lambda order, item, line: line.net),
    (money("tax"), lambda order, item, line: line.tax),
    (money("total"), lambda order, item, line: line.total),
)
COLUMNS = tuple(column for column, _ in _LINES)
_VALUE_OF = {column.name: value for column, value in _LINES}


class Moment(NamedTuple):
    """What a reader looks at: the log up to a position, and of that what a point in time shows."""

    log: EventLog
    position: int
    point: PointInTime


Reader = Callable[[Moment, Sequence[Column], Sequence[tuple[Any, ...]]], Iterator[list[tuple[Any, ...]]]]


def lines_of(
    moment: Moment, columns: Sequence[Column], rows: Sequence[tuple[Any, ...]]
) -> Iterator[list[tuple[Any, ...]]]:
    """The lines of the orders whose ids begin the rows, in their order, each with its currency at its end."""
    values = [_VALUE_OF[column.name] for column in columns]
    ids = [row[0] for row in rows]
    for start in range(0, len(ids), AT_ONCE):
        found = []
        for order in orders_of(moment, ids[start : start + AT_ONCE]):
            pairs = zip(order.items.values(), order.price.lines, strict=True)
            found += [(*(value(order, item, line) for value in values), order.currency) for item, line in pairs]
        if found:
            yield found


def orders_of(moment: Moment, ids: Sequence[UUID]) -> Iterator[Order]:
    """The orders of these ids as the moment shows them, in their order; some are read at a time."""
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        streams = moment.log.recorded_streams(some, moment.position)
        for order_id in some:
            if shown := moment.point.part_of(streams.get(order_id, [])):
                yield fold_part(Order.blank(order_id), [recorded.event for recorded in shown])

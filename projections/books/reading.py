"""Bookings out of the log, in the order they were recorded, and which positions belong to which days of the shop."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from domain.bookings import TOPICS, Booking, bookings
from domain.orders.order import Order
from projections.log import EventLog

AT_ONCE = 500  # events whose orders are folded together

# Recording times never go back; what was imported before the database's clock stood with events tells another time.
_BEFORE = """
SELECT position FROM log.events
WHERE coalesce(recorded_at, occurred_at) < %(at)s
    AND (recorded_at IS NOT NULL OR state -> 'metadata' ->> 'import_id' IS NULL)
ORDER BY position DESC LIMIT 1
"""


class Bounds(NamedTuple):
    """What was recorded in a period: after one position, up to another."""

    after: int
    until: int


def bounds(log: EventLog, first: date, last: date, zone: tzinfo) -> Bounds:
    """The positions of everything that was recorded from one day of the shop to another, both included."""
    start, end = midnight(first, zone), midnight(last + timedelta(days=1), zone)
    return Bounds(position_before(log, start), position_before(log, end))


def position_before(log: EventLog, at: datetime) -> int:
    """The last durable position that was recorded before an instant; 0 for none."""
    with log.pool.connection() as connection:
        found = connection.execute(_BEFORE, {"at": at}).fetchall()
    return min(found[0][0], log.head()) if found else 0


def midnight(day: date, zone: tzinfo) -> datetime:
    """When a day begins at the shop."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def booked(log: EventLog, span: Bounds, zone: tzinfo) -> Iterator[Booking]:
    """Everything that is to be booked of a span of positions, in their order; some orders are held at a time."""
    position = span.after
    while position < span.until:
        found = log.read(position, AT_ONCE, TOPICS, span.until)
        end = found[-1].position if len(found) == AT_ONCE else span.until
        streams = log.recorded_streams({one.event.originator_id for one in found}, end)
        made = [
            booking
            for order_id, recorded in streams.items()
            for booking in bookings(Order.blank(order_id), recorded, zone)
            if position < booking.position <= end
        ]
        yield from sorted(made, key=lambda booking: booking.position)
        position = end

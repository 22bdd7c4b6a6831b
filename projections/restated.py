"""What is known later of how orders stood at an instant: those of which something was recorded after it that is told to
have happened before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from domain.orders.order import Order
from domain.points_in_time import PointInTime, fold_part
from projections.engine.tables import Connection
from projections.log import EventLog, Recorded

# Positions follow recording, so what was recorded later stands behind one position, which is found by halving.
_LATE = """
SELECT DISTINCT originator_id FROM log.events
WHERE position > %(known)s AND position <= %(upto)s AND occurred_at <= %(instant)s AND topic ^@ 'order.'
    AND (%(after)s::uuid IS NULL OR originator_id > %(after)s::uuid)
ORDER BY originator_id LIMIT %(limit)s
"""
_RECORDED = """
SELECT position, coalesce(recorded_at, occurred_at) FROM log.events WHERE position >= %s ORDER BY position LIMIT 1
"""


class Figures(NamedTuple):
    """An order as it stood; amounts are minor units of its currency."""

    number: str
    currency: str
    status: str
    stage: str
    payment_status: str
    total: int
    paid: int
    refunded: int
    balance: int


class RestatedOrder(NamedTuple):
    """How an order stood at an instant, as was known then and as is known later; None where it was not there."""

    id: UUID
    then: Figures | None
    now: Figures | None


class RestatedPage(NamedTuple):
    """Some orders, and behind which id the next are; None: these are the last."""

    orders: list[RestatedOrder]
    next: UUID | None


def restated(
    connection: Connection, log: EventLog, instant: datetime, later: datetime, after: UUID | None, limit: int
) -> RestatedPage:
    """Orders of which more is known of an instant later than was known then; up to `limit` are looked at."""
    head = log.head()
    span = {"known": last_known(connection, instant, head), "upto": last_known(connection, later, head)}
    asked = {**span, "instant": instant, "after": after, "limit": limit}
    ids = [order_id for (order_id,) in connection.execute(_LATE, asked).fetchall()]
    histories = log.recorded_streams(ids, head)
    found = list(_differing(histories.values(), PointInTime(instant, instant), PointInTime(instant, later)))
    return RestatedPage(found, ids[-1] if len(ids) == limit else None)


def last_known(connection: Connection, instant: datetime, head: int) -> int:
    """The last position that was recorded by an instant, up to `head`; 0 where there is none."""
    least, most = 0, head
    while least < most:
        middle = (least + most + 1) // 2
        row = connection.execute(_RECORDED, (middle,)).fetchone()
        if row is None or row[1] > instant:
            most = middle - 1
        else:
            least = max(middle, min(row[0], most))
    return least


def _differing(histories: Iterable[Sequence[Recorded]], then: PointInTime, now: PointInTime) -> Iterator[RestatedOrder]:
    for history in histories:
        before, after = _figures(history, then), _figures(history, now)
        if before != after:
            yield RestatedOrder(history[0].event.originator_id, before, after)


def _figures(history: Sequence[Recorded], point: PointInTime) -> Figures | None:
    shown = point.part_of(history)
    order = fold_part(Order.blank(history[0].event.originator_id), [one.event for one in shown])
    if not shown or not order.exists:
        return None
    price = order.price
    return Figures(
        order.number, order.currency, order.status, order.stage, order.payment_status, price.total, price.paid,
        price.refunded, price.balance,
    )  # fmt: skip

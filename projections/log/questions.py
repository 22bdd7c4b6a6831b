"""What auditors ask again and again, answered by one look at the log: where and when, by whom, why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from psycopg.rows import class_row

from domain.events import fold
from domain.orders.differences import differences
from domain.orders.order import Order
from projections.log.durability import Connection
from projections.log.event_log import EventLog

_AT_ONCE = 200  # orders that are folded together

_HAPPENED = """
SELECT e.position, e.originator_id AS stream,
    (SELECT c.state ->> 'number' FROM log.events c
        WHERE c.originator_id = e.originator_id AND c.topic = 'order.created' ORDER BY c.originator_version LIMIT 1
    ) AS number,
    e.occurred_at, coalesce(e.recorded_at, e.occurred_at) AS recorded_at, e.topic,
    e.state -> 'metadata' ->> 'actor' AS actor, e.state -> 'metadata' ->> 'reason' AS reason,
    e.state::jsonb - 'metadata' - 'originator_id' - 'originator_version' - 'timestamp' AS detail
FROM log.events e
WHERE e.position > %(after)s AND e.topic = ANY(%(topics)s)
    AND (%(start)s::timestamptz IS NULL OR coalesce(e.recorded_at, e.occurred_at) >= %(start)s)
    AND (%(end)s::timestamptz IS NULL OR coalesce(e.recorded_at, e.occurred_at) < %(end)s)
    AND CASE %(question)s
        WHEN 'refunds-without-return' THEN NOT EXISTS (
            SELECT FROM log.events b WHERE b.originator_id = e.originator_id AND b.topic = 'order.return-received'
                AND b.originator_version < e.originator_version
        )
        WHEN 'edits-after-invoice' THEN EXISTS (
            SELECT FROM log.events b WHERE b.originator_id = e.originator_id AND b.topic = 'order.document-numbered'
                AND b.state ->> 'kind' = 'invoice' AND b.originator_version < e.originator_version
        )
        WHEN 'cancelled-after-payment' THEN e.state ->> 'stage' = 'cancelled' AND EXISTS (
            SELECT FROM log.events b WHERE b.originator_id = e.originator_id
                AND b.topic IN ('order.payment-recorded', 'order.payment-captured')
                AND b.originator_version < e.originator_version
        )
        ELSE true
    END
ORDER BY e.position LIMIT %(limit)s
"""
# Numbers end in digits; what stands before them is their series. Imported ones were given elsewhere.
_GAPS = """
WITH numbered AS (
    SELECT e.*, regexp_replace(e.state ->> 'number', '[0-9]+$', '') AS series,
        substring(e.state ->> 'number' FROM '([0-9]{1,18})$')::bigint AS counted
    FROM log.events e
    WHERE e.topic = ANY(%(topics)s) AND e.state -> 'metadata' ->> 'import_id' IS NULL
), beside AS (
    SELECT numbered.*, lag(counted) OVER (PARTITION BY series ORDER BY counted) AS before
    FROM numbered WHERE counted IS NOT NULL
)
SELECT position, originator_id AS stream, state ->> 'number' AS number, occurred_at,
    coalesce(recorded_at, occurred_at) AS recorded_at, topic, state -> 'metadata' ->> 'actor' AS actor,
    state -> 'metadata' ->> 'reason' AS reason,
    jsonb_build_object('series', series, 'missing_from', before + 1, 'missing_to', counted - 1) AS detail
FROM beside
WHERE counted > before + 1 AND position > %(after)s
    AND (%(start)s::timestamptz IS NULL OR coalesce(recorded_at, occurred_at) >= %(start)s)
    AND (%(end)s::timestamptz IS NULL OR coalesce(recorded_at, occurred_at) < %(end)s)
ORDER BY position LIMIT %(limit)s
"""
_INVOICED = """
SELECT originator_id, max(position) FROM log.events e
WHERE originator_id IN (
    SELECT i.originator_id FROM log.events i
    WHERE i.topic = 'order.document-numbered' AND i.state ->> 'kind' = 'invoice'
)
GROUP BY originator_id
HAVING max(position) > %(after)s
    AND (%(start)s::timestamptz IS NULL OR max(coalesce(recorded_at, occurred_at)) >= %(start)s)
    AND (%(end)s::timestamptz IS NULL OR max(coalesce(recorded_at, occurred_at)) < %(end)s)
ORDER BY max(position)
"""
_EDITS = (
    "order.item-added", "order.item-removed", "order.item-quantity-changed", "order.item-price-changed",
    "order.item-corrected", "order.coupon-applied", "order.coupon-removed", "order.coupon-lapsed", "order.discount-set",
    "order.shipping-charge-set",
)  # fmt: skip
_MOVES = ("order.status-changed", "order.status-forced")


class Question(NamedTuple):
    """What is asked, in words, and the topics that answer it."""

    words: str
    topics: tuple[str, ...]
    statement: str = _HAPPENED


class Span(NamedTuple):
    """After which position is looked, and what of that was recorded from an instant on and before another."""

    after: int = 0
    start: datetime | None = None
    end: datetime | None = None


class Answer(NamedTuple):
    """One place in the log that answers a question; `number` is the order's, or the document's where gaps are."""

    position: int
    stream: UUID
    number: str | None
    occurred_at: datetime
    recorded_at: datetime
    topic: str
    actor: str
    reason: str | None
    detail: Mapping[str, Any]


DIFFERS = "differs-from-invoice"
QUESTIONS: Mapping[str, Question] = {
    "forced-moves": Question("Orders moved outside the table of moves.", ("order.status-forced",)),
    "refunds-without-return": Question("Refunds before which no goods had come back.", ("order.refunded",)),
    "edits-after-invoice": Question("Changes of lines and charges after an invoice.", _EDITS),
    DIFFERS: Question("Orders that differ from the invoice that counts.", ("order.document-numbered",)),
    "gaps-in-documents": Question("Numbers that no document has.", ("order.document-numbered",), _GAPS),
    "gaps-in-orders": Question("Numbers that no order has.", ("order.created",), _GAPS),
    "cancelled-after-payment": Question("Orders cancelled after money had come in.", _MOVES),
    "price-changes": Question("Prices of lines that were changed.", ("order.item-price-changed",)),
    "undone-imports": Question("Orders whose import was undone, by their numbers.", ("order.import-undone",)),
}


def answers(log: EventLog, question: str, span: Span, limit: int) -> list[Answer]:
    """What answers a question, in order, and no more than so many; raises `KeyError` for one that there is not."""
    asked = QUESTIONS[question]
    if question == DIFFERS:
        return list(islice(_differing(log, span), limit))
    told = {"question": question, "topics": list(asked.topics), "limit": limit, **span._asdict()}
    with log.pool.connection() as connection, connection.cursor(row_factory=class_row(Answer)) as cursor:
        return cursor.execute(asked.statement, told).fetchall()


def _differing(log: EventLog, span: Span) -> Iterator[Answer]:
    """The orders that differ, in the order of their last events."""
    with log.pool.connection() as connection:
        invoiced = _invoiced(connection, span)
    for first in range(0, len(invoiced), _AT_ONCE):
        some = invoiced[first : first + _AT_ONCE]
        streams = log.recorded_streams(some)
        for order_id in some:
            recorded = streams[order_id]
            order = fold(Order.blank(order_id), [one.event for one in recorded])
            found = {one.number: list(told) for one in order.documents if (told := differences(order, one))}
            if found:
                last = recorded[-1]
                metadata = last.event.metadata
                yield Answer(
                    last.position, order_id, order.number, last.event.timestamp, last.recorded_at, last.event.TOPIC,
                    metadata.actor, metadata.reason, {"differs": found},
                )  # fmt: skip


def _invoiced(connection: Connection, span: Span) -> list[UUID]:
    return [row[0] for row in connection.execute(_INVOICED, span._asdict())]


def as_line(answer: Answer) -> bytes:
    """An answer as a line of JSON."""
    return msgspec.json.encode(answer._asdict()) + b"\n"

"""What a sequence or a tag rule would have done: the same decision over events long past, touching nobody."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import NamedTuple
from uuid import UUID

from domain.customers import Customer
from domain.errors import Rejected
from domain.events import Event, upto_version
from domain.orders.creation import OrderCreated
from domain.orders.moves import OrderPlaced
from domain.orders.order import Order
from domain.points_in_time import fold_part, occurred_by
from domain.processes.tag_on_purchase import TAG_ON_PURCHASE, earned
from domain.sequences import Sequence as MarketingSequence
from domain.sequences.matching import TOPICS, Verdict, beginnings, matches
from domain.shop import Shop
from projections.log import EventLog, Recorded
from projections.log.session import folded

BATCH = 1_000
PATIENCE = 10.0  # seconds that somebody waits for a simulation

# No event of the span stands before the first or behind the last of them, wherever past orders were imported.
_BOUNDS = """
SELECT
    (SELECT position FROM log.events WHERE occurred_at >= %(start)s ORDER BY position LIMIT 1),
    (SELECT position FROM log.events WHERE occurred_at < %(end)s ORDER BY position DESC LIMIT 1)
"""


class SpanTooLong(Rejected):
    """More happened in this span than can be looked at in {seconds} seconds: ask about a shorter one."""

    code = "span-too-long"


class Touched(NamedTuple):
    """An order that would have begun the sequence, or would have if its customer had consented."""

    order_id: UUID
    number: str
    customer_id: UUID | None
    at: datetime
    verdict: Verdict


class Past(NamedTuple):
    """An event, and the order and customer as they were after it."""

    event: Event
    order: Order
    customer: Customer | None


def simulate_sequence(log: EventLog, sequence: MarketingSequence, start: datetime, end: datetime) -> Iterator[Touched]:
    """Each order that would have begun the sequence from `start` until before `end`, once; imported ones begin none."""
    touched: dict[UUID, Verdict] = {}
    for past in past_orders(log, TOPICS, start, end, lambda event, order: bool(beginnings(event, order))):
        order = past.order
        for match in matches((sequence,), past.event, order, past.customer):
            if touched.get(order.id) not in ("enrolled", match.verdict):
                touched[order.id] = match.verdict
                yield Touched(order.id, order.number, order.customer_id, past.event.timestamp, match.verdict)


class Tagged(NamedTuple):
    """A customer who would have been given tags, and the order that earned them."""

    order_id: UUID
    number: str
    customer_id: UUID
    at: datetime
    tags: tuple[str, ...]


def simulate_tag_rules(log: EventLog, shop: Shop, start: datetime, end: datetime) -> Iterator[Tagged]:
    """The tags that the shop's rules would have put on cards that did not carry them."""
    given: dict[UUID, set[str]] = {}
    for past in past_orders(
        log, TAG_ON_PURCHASE.topics, start, end, lambda event, order: order.customer_id is not None
    ):
        card = past.customer
        if card is None or card.erased_at:
            continue
        carried = given.setdefault(card.id, set()) | set(card.tags)
        earned_now = earned(past.order, shop, placed=isinstance(past.event, OrderPlaced))
        tags = tuple(tag for tag in earned_now if tag not in carried)
        given[card.id].update(tags)
        if tags:
            yield Tagged(past.order.id, past.order.number, card.id, past.event.timestamp, tags)


def past_orders(
    log: EventLog,
    topics: Sequence[type[Event]],
    start: datetime,
    end: datetime,
    wanted: Callable[[Event, Order], bool],
) -> Iterator[Past]:
    """The events of these topics in that span that are wanted, in order, as they were met.

    Raises `SpanTooLong` when that takes longer than somebody waits.
    """
    deadline = time.monotonic() + PATIENCE
    names = {topic.TOPIC for topic in topics}
    position, last = _bounds(log, start, end)
    while recorded := log.read(position, BATCH, names, upto=last):
        if time.monotonic() > deadline:
            raise SpanTooLong(seconds=round(PATIENCE))
        position = recorded[-1].position
        within = [one for one in recorded if start <= one.event.timestamp < end and not one.event.metadata.import_id]
        if within:
            yield from _met(log, within, wanted)


def _bounds(log: EventLog, start: datetime, end: datetime) -> tuple[int, int]:
    """The positions between which every event of the span stands."""
    with log.pool.connection() as connection:
        [(first, last)] = connection.execute(_BOUNDS, {"start": start, "end": end}).fetchall()
    return (first - 1, last or 0) if first is not None else (0, 0)


def _met(log: EventLog, within: Sequence[Recorded], wanted: Callable[[Event, Order], bool]) -> Iterator[Past]:
    orders = log.streams({one.event.originator_id for one in within}, upto=within[-1].position)
    met = []
    for one in within:
        order = _order(orders[one.event.originator_id], one.event)
        if wanted(one.event, order):
            met.append((one.event, order))
    cards = log.streams({order.customer_id for _, order in met if order.customer_id})
    for event, order in met:
        yield Past(event, order, _customer(cards, order.customer_id, event.timestamp))


def _order(events: Sequence[Event], event: Event) -> Order:
    """The order after the event; a new one with all that was stored along with it."""
    upto = event.originator_version
    if isinstance(event, OrderCreated):
        after = [one for one in events if one.originator_version > upto]
        upto += sum(1 for _ in takewhile(lambda one: one.metadata.cause == event.metadata.cause, after))
    return folded(Order, event.originator_id, upto_version(events, upto))


def _customer(cards: Mapping[UUID, Sequence[Event]], customer_id: UUID | None, at: datetime) -> Customer | None:
    known = occurred_by(cards.get(customer_id, ()), at) if customer_id else []
    return fold_part(Customer.blank(customer_id), known) if customer_id and known else None

"""The log as it leaves the house: pages of events, in order, each with every field and what stands beside it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import psycopg
import structlog
from msgspec import UNSET, Struct

from projections.faults import with_trace
from projections.log import EventLog, IncarnationChanged, Recorded
from projections.log.forms import place_end
from projections.log.recorder import Row
from projections.published.amounts import AMOUNTS, BEGINS, Before, currencies_before
from projections.published.forms import PublishedForm, published_form
from projections.published.marks import ERASED, WITHHELD

SCANNED = 50_000  # positions that one page looks at, where it takes some topics alone

_logger = structlog.get_logger()


class UnreadableEvent(Struct, frozen=True):
    """Stands for an event whose stored form cannot be read."""

    unreadable: bool = True


class PublishedEvent(Struct):
    """An event with its place in the log, its form's number and both times; None where it cannot be read."""

    position: int
    topic: str
    version: int | None
    occurred_at: datetime | None
    recorded_at: datetime | None
    event: Any


class Page(NamedTuple):
    """Events after a position; `next` is how far the log was looked at, `head` where it ends, in an incarnation."""

    incarnation: UUID
    events: list[PublishedEvent]
    next: int
    head: int


class Wanted(NamedTuple):
    """Which events: of these topics and of this stream (None: all); `personal`: with what is of persons."""

    personal: bool
    topics: Collection[str] | None = None
    stream: UUID | None = None


UNREADABLE = UnreadableEvent()
_encoder = msgspec.json.Encoder()


def page(log: EventLog, after: int, limit: int, wanted: Wanted) -> Page:
    """Up to `limit` durable events after a position; where some topics alone are wanted, `next` may come before any."""
    _, head = log.end()
    upto = min(after + SCANNED, head) if wanted.topics is not None and wanted.stream is None else None
    incarnation, rows = log.durable(
        lambda connection: log.recorder.rows(connection, after, limit, wanted.topics, upto, wanted.stream)
    )
    events = [_published(log, row, personal=wanted.personal) for row in rows]
    _add_currencies(log, events, gapless=wanted.topics is None)
    last = rows[-1].position if rows else after
    if len(rows) < limit and wanted != Wanted(wanted.personal):
        last = max(last, head if upto is None else upto)
    return Page(incarnation, events, last, max(head, last))


def published(log: EventLog, recorded: Sequence[Recorded], *, personal: bool) -> list[PublishedEvent]:
    """Events that were read already, as they are published; not `personal`: without what is of persons."""
    events = [
        PublishedEvent(one.position, one.event.TOPIC, one.event.VERSION, one.event.timestamp, one.recorded_at, event)
        for one in recorded
        for event in (published_form(one.event.TOPIC).of(one.event, personal=personal),)
    ]
    _add_currencies(log, events, gapless=False)
    return events


def encoded(value: Any) -> bytes:
    """What is published, as JSON."""
    return _encoder.encode(value)


def encoded_lines(events: Sequence[PublishedEvent]) -> bytes:
    """Events as JSON, one a line."""
    return _encoder.encode_lines(events)


def _published(log: EventLog, row: Row, *, personal: bool) -> PublishedEvent:
    try:
        form = published_form(row.topic)
        event = _opened(log, form, row, personal=personal)
        recorded_at = row.recorded_at or log.recorded_before(event)
        return PublishedEvent(
            row.position, row.topic, form.version, event.timestamp, recorded_at.astimezone(UTC), event
        )
    except (psycopg.Error, OSError, IncarnationChanged):
        raise
    except Exception as fault:
        _logger.error("an event cannot be read", action="event.unreadable", position=row.position, **with_trace(fault))
        return PublishedEvent(row.position, row.topic, None, None, row.recorded_at, UNREADABLE)


def _opened(log: EventLog, form: PublishedForm, row: Row, *, personal: bool) -> Any:
    """The event of a row, what is of persons opened, or a mark in its place."""
    if row.version != form.version:
        return form.of(log.mapper.event(row.topic, row.version, row.state, row.wrapped), personal=personal)
    event = form.decode(row.state)
    for name, opened in form.openers.items():
        sealed = getattr(event, name)
        if sealed is UNSET:
            setattr(event, name, form.blanks[name])
        elif sealed is not None and row.wrapped is None:
            setattr(event, name, ERASED)
        elif sealed is not None and not (personal and name not in form.secrets):
            setattr(event, name, WITHHELD)
        elif sealed is not None and row.wrapped is not None:
            place = b"%b%d%b" % (event.originator_id.bytes, event.originator_version, place_end(row.topic, name))
            key = log.keys.data_key(event.metadata.subject, row.wrapped)
            setattr(event, name, opened(key.open_text(sealed, place)))
    return event


def _add_currencies(log: EventLog, events: Sequence[PublishedEvent], *, gapless: bool) -> None:
    """Writes the currency of each order beside its amounts: as the order began in these events, or before them.

    `gapless`: no event of a stream is left out between two of these, so that one look at each stream is enough.
    """
    begun: dict[UUID, str] = {}
    earlier: dict[UUID, int] = {}
    left: list[tuple[Any, Before]] = []
    for one in events:
        event = one.event
        if one.topic == BEGINS and event is not UNREADABLE:
            begun[event.originator_id] = event.currency
        elif one.topic in AMOUNTS and event is not UNREADABLE:
            if gapless and event.originator_id in begun:
                event.currency = begun[event.originator_id]
            else:
                version = earlier.setdefault(event.originator_id, event.originator_version)
                left.append((event, (event.originator_id, version if gapless else event.originator_version)))
    if left:
        with log.pool.connection() as connection:
            found = currencies_before(connection, {before for _, before in left})
        for event, before in left:
            event.currency = found.get(before)

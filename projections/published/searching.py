"""Which events somebody looks for: by who, what, whose, when and why; in order, a part of the log at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
import structlog

from projections.faults import with_trace
from projections.log import EventLog, Recorded
from projections.published.reading import UNREADABLE, PublishedEvent, published

AT_ONCE = 50_000  # positions that are looked at for one answer, where no stream is named
_LISTS = "streams", "topics", "actors"

_MATCHING = """
SELECT e.position, e.originator_id, e.originator_version, e.topic, e.version, e.occurred_at,
    coalesce(e.recorded_at, e.occurred_at), e.state::text,
    (SELECT k.wrapped FROM log.subject_keys k WHERE k.subject = e.subject)
FROM log.events e
WHERE e.position > %(after)s AND e.position <= %(upto)s
    AND (%(streams)s::uuid[] IS NULL OR e.originator_id = ANY(%(streams)s))
    AND (%(topics)s::text[] IS NULL OR e.topic = ANY(%(topics)s))
    AND (%(recorded_from)s::timestamptz IS NULL OR coalesce(e.recorded_at, e.occurred_at) >= %(recorded_from)s)
    AND (%(recorded_to)s::timestamptz IS NULL OR coalesce(e.recorded_at, e.occurred_at) < %(recorded_to)s)
    AND (%(occurred_from)s::timestamptz IS NULL OR e.occurred_at >= %(occurred_from)s)
    AND (%(occurred_to)s::timestamptz IS NULL OR e.occurred_at < %(occurred_to)s)
    AND (%(actors)s::text[] IS NULL OR e.state -> 'metadata' ->> 'actor' = ANY(%(actors)s))
    AND (%(import_id)s::text IS NULL OR e.state -> 'metadata' ->> 'import_id' = %(import_id)s)
    AND (%(has_reason)s::boolean IS NULL
        OR (coalesce(e.state -> 'metadata' ->> 'reason', '') <> '') = %(has_reason)s)
ORDER BY e.position LIMIT %(limit)s
"""

_logger = structlog.get_logger()


class EventFilters(NamedTuple):
    """What must be so of an event; what is None is not looked at. A period is without its end.

    An event of before the database's clock counts as recorded when it occurred.
    """

    streams: Sequence[UUID] | None = None
    topics: Sequence[str] | None = None
    actors: Sequence[str] | None = None
    import_id: UUID | None = None
    has_reason: bool | None = None
    recorded_from: datetime | None = None
    recorded_to: datetime | None = None
    occurred_from: datetime | None = None
    occurred_to: datetime | None = None


class FoundEvent(NamedTuple):
    """An event that was looked for, and whose it is; `published` is it as it leaves the house."""

    stream: UUID
    version: int
    occurred_at: datetime
    published: PublishedEvent

    @property
    def told(self) -> dict[str, Any]:
        """What is told of it, in the order of columns: plain values, and the event as a whole."""
        metadata = getattr(self.published.event, "metadata", None)
        recorded_at = self.published.recorded_at or self.occurred_at
        return {
            "position": self.published.position,
            "occurred_at": self.occurred_at.astimezone(UTC),
            "recorded_at": recorded_at.astimezone(UTC),
            "topic": self.published.topic,
            "stream": str(self.stream),
            "version": self.version,
            "actor": metadata.actor if metadata else None,
            "reason": metadata.reason if metadata else None,
            "import_id": str(metadata.import_id) if metadata and metadata.import_id else None,
            "event": self.published.event,
        }


class EventPage(NamedTuple):
    """Events in order, the incarnation they were read in, after which position to look on, and the log's last one."""

    incarnation: UUID
    events: list[FoundEvent]
    next: int
    head: int


def search(log: EventLog, filters: EventFilters, after: int, limit: int, *, personal: bool) -> EventPage:
    """The next durable events that pass the filters; where no stream is named, of so many positions at a time.

    Not `personal`: what is of persons is withheld.
    """
    incarnation, head = log.end()
    upto = head if filters.streams is not None else min(head, after + AT_ONCE)
    asked: dict[str, Any] = filters._asdict() | {"after": after, "upto": upto, "limit": limit}
    asked |= {name: None if asked[name] is None else list(asked[name]) for name in _LISTS}
    asked["import_id"] = None if filters.import_id is None else str(filters.import_id)
    with log.pool.connection() as connection:
        rows = connection.cursor(binary=True).execute(_MATCHING, asked, prepare=False).fetchall()
    events = [_recorded(log, row) for row in rows]
    readable = iter(published(log, [one for one in events if isinstance(one, Recorded)], personal=personal))
    told = [next(readable) if isinstance(one, Recorded) else one for one in events]
    found = [FoundEvent(row[1], row[2], row[5], one) for row, one in zip(rows, told, strict=True)]
    last = told[-1].position if len(told) == limit else max(after, upto)
    return EventPage(incarnation, found, last, max(head, last))


def _recorded(log: EventLog, row: Sequence[Any]) -> Recorded | PublishedEvent:
    """A row as an event; one that cannot be read holds nobody up."""
    position, stream, version, topic, form, _, recorded_at, state, wrapped = row
    try:
        return Recorded(position, log.mapper.event(topic, form, state, wrapped), recorded_at)
    except (psycopg.Error, OSError):
        raise
    except Exception as fault:
        _logger.error(
            "an event cannot be read", action="event.unreadable", position=position, stream=str(stream),
            version=version, **with_trace(fault),
        )  # fmt: skip
        return PublishedEvent(position, topic, None, None, recorded_at, UNREADABLE)

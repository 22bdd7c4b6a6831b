"""The ordered feed of everything that happened, for data teams; and how the views follow it."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from marshmallow import fields
from marshmallow.validate import Length
from msgspec import Struct

from api.access import needs
from api.bodies import Resource
from api.feed import require_known_topics, streamed, takes_lines, wait_for_more
from api.orders.answers_history import RecordedAnswer
from api.personal import sees_persons
from api.positions import epoch_now, least_position, require_epoch
from api.requests import respond, runtime
from api.schemas import Body, Choices, Count, Text, instant, page_form
from projections.log import EventLog
from projections.log.seals import checkpoints, public_key
from projections.published import Wanted, page

events = Resource("events", __name__, url_prefix="/events", description="The feed of all events")
epochs = Resource("epochs", __name__, url_prefix="/epochs", description="Since when positions mean what they mean")
audit = Resource("audit", __name__, url_prefix="/audit", description="The proof that nothing was changed")
views = Resource("projections", __name__, url_prefix="/projections", description="The views and how fresh they are")
MOST = 1000
OF_A_PAGE = 100
LONGEST_WAIT = 30  # seconds


class SealsQuery(Body):
    """From after which position, and how many at most."""

    after = Count(0, 2**63 - 1)
    limit = Count(1, MOST)

    class Loaded(Struct, frozen=True, kw_only=True):
        after: int = 0
        limit: int = 100


class FeedQuery(Body):
    """From after which position, how many at most, and which.

    `epoch` is that of the answer which told `after`, and another one than today's is refused.
    """

    after = Count(0, 2**63 - 1)
    limit = Count(1, MOST, metadata={"description": f"Left out: {OF_A_PAGE}; of lines, all there are"})
    epoch = fields.String(validate=Length(1, 64))
    topics = Choices(Text(filled=True), metadata={"description": "Events of these alone; repeats"})
    stream = fields.UUID(metadata={"description": "What happened to this order, customer ... alone"})
    wait = Count(0, LONGEST_WAIT, metadata={"description": "Seconds to wait where nothing follows yet; left out: 0"})

    class Loaded(Struct, frozen=True, kw_only=True):
        after: int = 0
        limit: int | None = None
        epoch: str | None = None
        topics: tuple[str, ...] = ()
        stream: UUID | None = None
        wait: int = 0


class FeedAnswer(Body):
    """Events in order; `next` and `epoch` are what to ask for as `after` and `epoch` the next time.

    `head` is where the log ends: while `next` is less, there is more to ask for, also where `items` is empty.
    """

    items = fields.List(fields.Nested(RecordedAnswer), required=True)
    next = fields.Integer(required=True)
    head = fields.Integer(required=True)
    epoch = fields.String(required=True)


class EpochAnswer(Body):
    """Positions up to `began_after` mean the same events in this epoch and in the one before it."""

    number = fields.Integer(required=True)
    id = fields.String(required=True)
    began_after = fields.Integer(required=True)
    began_at = fields.DateTime(required=True)
    reason = fields.String(required=True)


class SealAnswer(Body):
    """A checkpoint: the chain's SHA-256 up to a position, and its signature, both in hexadecimal."""

    position = fields.Integer(required=True)
    chain = fields.String(required=True)
    signature = fields.String(required=True)
    sealed_at = fields.DateTime(required=True)


class SealsAnswer(Body):
    """Checkpoints in order, what to ask for as `after` the next time, and the Ed25519 key that checks them."""

    items = fields.List(fields.Nested(SealAnswer), required=True)
    next = fields.Integer(required=True)
    key = fields.String(required=True)
    epoch = fields.String(required=True)


class ViewAnswer(Body):
    """How a view is doing: `behind` counts events, `held_keys` those that wait behind a parked one."""

    projection = fields.String(required=True)
    position = fields.Integer(required=True)
    head = fields.Integer(required=True)
    behind = fields.Integer(required=True)
    generation = fields.Integer(required=True)
    version = fields.Integer(required=True)
    wanted_version = fields.Integer(required=True)
    building = fields.Boolean(required=True)
    parked = fields.Integer(required=True)
    held_keys = fields.Integer(required=True)
    trouble = fields.String(required=True, allow_none=True)
    updated_at = fields.DateTime(required=True, allow_none=True)


class ViewsAnswer(Body):
    """Every view, and the epoch that the positions are of."""

    items = fields.List(fields.Nested(ViewAnswer), required=True)
    next = fields.String(required=True, allow_none=True)
    epoch = fields.String(required=True)


@events.get("")
@needs("events:read")
@events.arguments(FeedQuery, location="query")
@events.response(200, FeedAnswer)
def get_events(query: FeedQuery.Loaded) -> Response:
    """Events in the order they were recorded; ask again after `next`. Nothing is skipped and nothing comes twice.

    Who sends `Accept: application/x-ndjson` gets an event a line, up to the log's end, and a last line with `next`,
    `head` and `epoch`. An event whose stored form cannot be read comes as `{"unreadable": true}` without `occurred_at`.
    What is of a person who was forgotten reads `{"erased": true}`, and without `personal:read` `{"withheld": true}`.
    """
    require_known_topics(query.topics, "topics")
    log, wanted = _log(), Wanted(sees_persons(), query.topics or None, query.stream)
    if takes_lines():
        if query.epoch is not None:
            require_epoch(query.epoch, epoch_now())
        return streamed(log, query.after, query.limit, wanted)
    found = page(log, query.after, query.limit or OF_A_PAGE, wanted)
    epoch = log.epoch(found.incarnation)
    if query.epoch is not None:
        require_epoch(query.epoch, epoch)
    wait_for_more(found, query.wait)
    return respond({"items": found.events, "next": found.next, "head": found.head, "epoch": epoch.id})


@epochs.get("")
@needs("events:read")
@epochs.response(200, page_form(EpochAnswer))
def get_epochs() -> Response:
    """Every epoch of the log: it changes where a database was promoted or restored, and positions with it."""
    lineage = runtime().log.lineage(runtime().log.look())
    items = [{**epoch._asdict(), "began_at": instant(epoch.began_at)} for epoch in lineage]
    return respond({"items": items, "next": None})


def _log() -> EventLog:
    """The log to read the feed from: the replica's, where it shows the position that is asked for, else the primary's.

    The replica gives what its views have reached, which is durable on the primary.
    """
    replica = runtime().replica
    return replica.log if replica and replica.shows(None, least_position()) else runtime().log


@audit.get("/seals")
@needs("audit:read")
@audit.arguments(SealsQuery, location="query")
@audit.response(200, SealsAnswer)
def get_seals(query: SealsQuery.Loaded) -> Response:
    """The signed checkpoints over the log after a position, and the Ed25519 key that checks their signatures."""
    after, limit = query.after, query.limit
    found = checkpoints(runtime().log, after, limit)
    items = [
        {
            "position": one.position,
            "chain": one.chain.hex(),
            "signature": one.signature.hex(),
            "sealed_at": instant(one.sealed_at),
        }
        for one in found
    ]
    key = public_key(runtime().log).hex()
    return respond(
        {"items": items, "next": found[-1].position if found else after, "key": key, "epoch": epoch_now().id}
    )


@views.get("")
@needs("projections:read")
@views.response(200, ViewsAnswer)
def get_projections() -> Response:
    """Every view: its position, how far behind it is, and what it could not take."""
    incarnation, head = runtime().log.end()
    items = [{**status._asdict(), "updated_at": instant(status.updated_at)} for status in runtime().views.status(head)]
    return respond({"items": items, "next": None, "epoch": runtime().log.epoch(incarnation).id})

"""An invented trade for the engine's tests: parcels that are packed and moved, and two views of them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from eventsourcing.utils import register_topic
from msgspec import json

from domain.events import Aggregate, Context, Event
from projections.engine.filling import Source
from projections.engine.freshness import Rebuilding, Views
from projections.engine.projection import EventBatch, Projection
from projections.engine.tables import Rows, Table
from projections.log import EventLog
from projections.settings import Settings
from workers.projecting import Projecting

SPACE = UUID("5f7a2a52-7a0e-4f0c-8d55-0b6f3f1f8a11")
START = datetime(2024, 3, 1, 8, tzinfo=UTC)
NOWHERE = "nowhere"
REFUSED = "refused"


class ParcelPacked(Event, frozen=True, kw_only=True):
    TOPIC = "parcel.packed"
    weight: int

    def apply(self, parcel: Parcel) -> None:
        parcel.weight = self.weight


class ParcelMoved(Event, frozen=True, kw_only=True):
    TOPIC = "parcel.moved"
    place: str

    def apply(self, parcel: Parcel) -> None:
        parcel.stops = (*parcel.stops, self.place)


class ParcelEmptied(Event, frozen=True, kw_only=True):
    TOPIC = "parcel.emptied"

    def apply(self, parcel: Parcel) -> None:
        parcel.weight = 0
        parcel.stops = ()


class PostcardPosted(Event, frozen=True, kw_only=True):
    TOPIC = "postcard.posted"


for event in (ParcelPacked, ParcelMoved, ParcelEmptied, PostcardPosted):
    register_topic(event.TOPIC, event)


class Parcel(Aggregate):
    TOPIC = "parcel"

    def clear(self) -> None:
        self.weight = 0
        self.stops: tuple[str, ...] = ()


class Postcard(Aggregate):
    TOPIC = "postcard"


class LostParcel(Exception):
    """The fold cannot take a parcel that is nowhere."""


class Parcels:
    """Rows made from whole aggregates: a head with an array and JSON, and a row for each stop."""

    name = "parcels"
    aggregates = (Parcel,)
    topics = None
    tables = (
        Table(
            "parcels",
            ("parcel_id", "version", "weight", "place", "stops", "detail", "changed_at"),
            ("parcel_id",),
            """CREATE TABLE {schema}.parcels (
                parcel_id uuid, version integer NOT NULL, weight integer NOT NULL, place text, stops text[] NOT NULL,
                detail jsonb NOT NULL, changed_at timestamptz, words text GENERATED ALWAYS AS (lower(place)) STORED
            )""",
            ("CREATE INDEX parcels_place ON {schema}.parcels (place)",),
        ),
        Table(
            "parcel_stops",
            ("parcel_id", "number", "place"),
            ("parcel_id", "number"),
            "CREATE TABLE {schema}.parcel_stops (parcel_id uuid, number integer, place text NOT NULL)",
        ),
    )

    def __init__(self, *, version: int = 1, tolerant: bool = False) -> None:
        self.version = version
        self.tolerant = tolerant

    def fold(self, batch: EventBatch) -> Rows:
        rows = Rows()
        for parcel in batch.aggregates(Parcel).values():
            if NOWHERE in parcel.stops and not self.tolerant:
                raise LostParcel(parcel.id)
            place = parcel.stops[-1] if parcel.stops else None
            detail = json.encode({"stops": list(parcel.stops), "heavy": parcel.weight > 100}).decode()
            rows.put(
                "parcels",
                (parcel.id,),
                (parcel.id, parcel.version, parcel.weight, place, parcel.stops, detail, parcel.modified_on),
            )
            rows.delete("parcel_stops", (parcel.id,))
            for number, stop in enumerate(parcel.stops):
                rows.put("parcel_stops", (parcel.id, number), (parcel.id, number, stop))
        return rows


class Moves:
    """Rows made from single events."""

    name = "moves"
    version = 1
    aggregates = (Parcel,)
    topics = frozenset({ParcelMoved.TOPIC})
    tables = (
        Table(
            "moves",
            ("parcel_id", "version", "place", "position"),
            ("parcel_id", "version"),
            """CREATE TABLE {schema}.moves (
                parcel_id uuid, version integer, place text CHECK (place <> 'refused'), position bigint NOT NULL
            )""",
        ),
    )

    def fold(self, batch: EventBatch) -> Rows:
        rows = Rows()
        for position, event, _ in batch.events:
            if isinstance(event, ParcelMoved):
                key = (event.originator_id, event.originator_version)
                rows.put("moves", key, (*key, event.place, position))
        return rows


def parcel_id(number: int) -> UUID:
    return uuid5(SPACE, f"parcel {number}")


def context(number: int) -> Context:
    return Context(command_id=uuid5(SPACE, f"command {number}"), actor="tests", at=START + timedelta(minutes=number))


def record(log: EventLog, number: int, *places: str, weight: int | None = None) -> int:
    """Packs (with a weight) and moves parcel `number` in one save; gives the log's last position."""
    with log.session() as session:
        parcel = session.load_or_blank(Parcel, parcel_id(number))
        if weight is not None:
            parcel.record(ParcelPacked, context(parcel.version), weight=weight)
        for place in places:
            parcel.record(ParcelMoved, context(parcel.version), place=place)
        session.save(parcel)
        return session.commit()


def empty(log: EventLog, number: int) -> int:
    """Empties parcel `number`."""
    with log.session() as session:
        parcel = session.load(Parcel, parcel_id(number))
        parcel.record(ParcelEmptied, context(parcel.version))
        session.save(parcel)
        return session.commit()


def post_card(log: EventLog, number: int) -> int:
    """Records an event that none of the views wants."""
    with log.session() as session:
        postcard = Postcard.blank(uuid5(SPACE, f"postcard {number}"))
        postcard.record(PostcardPosted, context(number))
        session.save(postcard)
        return session.commit()


@contextmanager
def projecting(settings: Settings, log: EventLog, *projections: Projection) -> Iterator[None]:
    """The projectors of these views, running."""
    running = Projecting(Source(settings.database_url, settings.secrets), log, projections)
    running.start()
    try:
        yield
    finally:
        running.stop()


def by_name(*projections: Projection) -> Mapping[str, Projection]:
    return {projection.name: projection for projection in projections}


def wait(views: Views, position: int, projection: str = "parcels") -> None:
    """Waits until a view has taken the position; at first the view may still have to be made."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return views.wait_for(projection, position, timeout=10)
        except Rebuilding:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.005)

"""The engine against the library's stock ProjectionRunner: the same events, the same rows, on one durable server."""

from __future__ import annotations

import gc
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg import sql

from projections.engine.filling import Source
from projections.engine.freshness import Views
from projections.engine.projection import EventBatch
from projections.engine.tables import Rows, Table
from projections.log import EventLog
from projections.postgres.embedded import EmbeddedServer
from projections.postgres.migrate import migrate
from projections.secrets import Secrets
from tests.fixtures_database import TEST_SECRET
from tests.projections.engine.parcels import Parcel, by_name, parcel_id, record, wait
from workers.projecting import Projecting

PARCELS = 2_000
MOVES = 4
ROUNDS = 3
TARGET = 20.0
PATIENCE = 600.0
ENOUGH = 60.0  # seconds of the stock runner after which no further round begins

Places = list[tuple[Any, ...]]


class PlacesView:
    """Where each parcel is: one row a key."""

    name = "places"
    version = 1
    aggregates = (Parcel,)
    topics = None
    tables = (
        Table(
            "places",
            ("parcel_id", "version", "weight", "place"),
            ("parcel_id",),
            "CREATE TABLE {schema}.places (parcel_id uuid, version integer, weight integer, place text)",
        ),
    )

    def fold(self, batch: EventBatch) -> Rows:
        rows = Rows()
        for parcel in batch.aggregates(Parcel).values():
            rows.put("places", (parcel.id,), (parcel.id, parcel.version, parcel.weight, parcel.stops[-1]))
        return rows


class StockParcel(Aggregate):
    """The same parcel, written as the library's own examples are."""

    class Packed(Aggregate.Created):
        weight: int
        place: str

    class Moved(Aggregate.Event):
        place: str

    def __init__(self, weight: int, place: str) -> None:
        self.weight = weight
        self.place = place

    @event(Moved)
    def move(self, place: str) -> None:
        self.place = place


class StockPlaces(PostgresTrackingRecorder):
    """The library's view: a row and its tracking in one transaction."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        names = {"table": sql.Identifier(datastore.schema, self.tracking_table_name.replace("tracking", "places"))}
        self.sql_create_statements.append(
            sql.SQL(
                "CREATE TABLE {table} (parcel_id uuid PRIMARY KEY, version integer, weight integer, place text)"
            ).format(**names)
        )
        self._insert = sql.SQL("INSERT INTO {table} VALUES (%s, %s, %s, %s)").format(**names)
        self._update = sql.SQL("UPDATE {table} SET version = %s, place = %s WHERE parcel_id = %s").format(**names)

    def pack(self, parcel: UUID, version: int, weight: int, place: str, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(self._insert, (parcel, version, weight, place), prepare=True)
            self._insert_tracking(cursor, tracking)

    def move(self, parcel: UUID, version: int, place: str, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(self._update, (version, place, parcel), prepare=True)
            self._insert_tracking(cursor, tracking)


class StockProjection(Projection[StockPlaces]):
    """The library's projection, one event at a time."""

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        match domain_event:
            case StockParcel.Packed():
                parcel, version = domain_event.originator_id, domain_event.originator_version
                self.view.pack(parcel, version, domain_event.weight, domain_event.place, tracking)
            case StockParcel.Moved():
                parcel, version = domain_event.originator_id, domain_event.originator_version
                self.view.move(parcel, version, domain_event.place, tracking)


def run() -> Iterator[dict[str, Any]]:
    """One line: events a second of both, each from an empty view to the end of the same log; medians of the rounds."""
    folder = Path(tempfile.mkdtemp(prefix="carnet-bench-"))
    try:
        with EmbeddedServer(folder) as server:
            migrate(server.url(), server.owner_url())
            yield _compared(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _compared(server: EmbeddedServer) -> dict[str, Any]:
    source = Source(server.url(), Secrets((TEST_SECRET,)))
    log = source.log()
    environment = _stock_environment(server)
    _write(log, environment)
    events = log.head()
    with psycopg.connect(server.url(), autocommit=True) as connection:
        ours, stock = [], []
        for number in range(ROUNDS):
            stock.append(_timed(lambda number=number: _run_stock(environment, number, events)))  # type: ignore[misc]
            ours.append(_timed(lambda: _run_ours(source, log, events)))
            _check_same(connection, number)
            _clear(connection)
            if sum(stock) > ENOUGH:
                break
    log.close()
    log.pool.close()
    mine, reference = events / statistics.median(ours), events / statistics.median(stock)
    return {
        "name": "engine",
        "value": round(mine),
        "unit": "events/s",
        "reference": "eventsourcing ProjectionRunner, same events and rows",
        "reference_value": round(reference),
        "ratio": round(mine / reference, 1),
        "target": TARGET,
        "passed": mine / reference >= TARGET,
        "events": events,
        "rows": PARCELS,
    }


def _stock_environment(server: EmbeddedServer) -> dict[str, str]:
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": "carnet",
        "POSTGRES_HOST": str(server.socket_dir),
        "POSTGRES_PORT": "5432",
        "POSTGRES_USER": "carnet",
        "POSTGRES_PASSWORD": "unused",
        "POSTGRES_SCHEMA": "views",
    }


def _places(number: int) -> Sequence[str]:
    return [f"place {number + stop}" for stop in range(MOVES)]


def _write(log: EventLog, environment: dict[str, str]) -> None:
    """The same parcels into both logs; the stock one counts a first move as part of the packing."""
    application = Application[UUID](environment)
    for number in range(PARCELS):
        record(log, number, *_places(number), weight=number)
    for first in range(0, PARCELS, 500):
        parcels = []
        for number in range(first, min(first + 500, PARCELS)):
            start, *rest = ["", *_places(number)]
            parcel = StockParcel._create(StockParcel.Packed, id=parcel_id(number), weight=number, place=start)
            for place in rest:
                parcel.move(place)
            parcels.append(parcel)
        application.save(*parcels)
    application.close()


def _timed(work: Callable[[], None]) -> float:
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _run_stock(environment: dict[str, str], number: int, events: int) -> None:
    projection = type(f"Round{number}", (StockProjection,), {"name": f"round{number}"})
    with ProjectionRunner(
        application_class=Application[UUID], projection_class=projection, view_class=StockPlaces, env=environment
    ) as runner:
        runner.wait(events, timeout=PATIENCE)


def _run_ours(source: Source, log: EventLog, events: int) -> None:
    view = PlacesView()
    projecting = Projecting(source, log, [view])
    projecting.start()
    wait(Views(log.pool, by_name(view)), events, view.name)
    projecting.stop()


def _check_same(connection: psycopg.Connection[Any], number: int) -> None:
    table = sql.Identifier("views", f"round{number}_places")
    rows = sql.SQL("SELECT parcel_id, version, weight, place FROM {} ORDER BY 1")
    stock = connection.execute(rows.format(table)).fetchall()
    ours = connection.execute(rows.format(sql.Identifier("views", "places"))).fetchall()
    if ours != stock or len(ours) != PARCELS:
        raise AssertionError("the two views differ")


def _clear(connection: psycopg.Connection[Any]) -> None:
    connection.execute("DROP TABLE views.places")
    connection.execute("DELETE FROM views.positions")


if __name__ == "__main__":
    for line in run():
        print(line)

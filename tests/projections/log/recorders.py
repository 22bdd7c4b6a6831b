"""The recorders that the contract holds for, and events to store with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

from eventsourcing.persistence import ApplicationRecorder
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool

from projections.log import Connection, LogRecorder, SealedEvent
from tests.projections.log.events import NOON


@contextmanager
def ours(database: str, connections: int = 8) -> Iterator[ApplicationRecorder]:
    """The log's own recorder."""
    with ConnectionPool[Connection](
        database, min_size=connections, max_size=connections, kwargs={"autocommit": True}, open=True
    ) as pool:
        yield LogRecorder(pool)


@contextmanager
def stock(database: str, connections: int = 8) -> Iterator[ApplicationRecorder]:
    """The library's recorder, in its own table and with its own pool."""
    found = {name: str(value or "") for name, value in conninfo_to_dict(database).items()}
    datastore = PostgresDatastore(
        dbname=found["dbname"],
        host=found.get("host", ""),
        port=found.get("port", "5432"),
        user=found.get("user", ""),
        password=found.get("password", ""),
        pool_size=connections,
        schema="views",
    )
    with datastore:
        recorder = PostgresApplicationRecorder(datastore, events_table_name="stored_events")
        recorder.create_table()
        yield recorder


RECORDERS = {"ours": ours, "stock": stock}


def stream(
    events: int, originator_id: UUID | None = None, after: int = 0, topic: str = "letter.sent"
) -> list[SealedEvent]:
    """So many events of one stream, as rows."""
    originator_id = originator_id or uuid4()
    return [
        SealedEvent(
            originator_id=originator_id,
            originator_version=version,
            topic=topic,
            state=b'{"number":%d,"text":"\\u00e9\\n"}' % version,
            version=1,
            subject=None,
            occurred_at=NOON,
            event_id=uuid4(),
        )
        for version in range(after + 1, after + events + 1)
    ]

"""`carnet audit verify` on a whole sealed book, beside reading the same bytes and hashing them once."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from psycopg import sql

from projections.log.sealer import Sealer
from projections.log.seals import verify
from projections.postgres.connections import PATIENT, connect
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from tests.benchmarks.big_books import ORDERS, big_book
from tests.fixtures_database import TEST_SECRET

ROUNDS = 3
TARGET = 2.0
# All that seals cover: the events with their columns, keys, addresses and their history, answers.
COVERED = (
    "SELECT position, originator_id, originator_version, topic, version, subject, occurred_at, recorded_at, state"
    " FROM log.events ORDER BY position",
    "SELECT * FROM log.changes ORDER BY id",
    "SELECT * FROM log.subject_keys",
    "SELECT * FROM log.directory",
    "SELECT * FROM log.requests",
)


def run(orders: int = ORDERS) -> Iterator[dict[str, Any]]:
    """Medians of seconds, in alternating rounds, once all of the book is sealed."""
    with big_book(orders) as source, tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=source.database_url, secret_key=TEST_SECRET, data_dir=Path(folder))
        with open_runtime(settings) as runtime:
            sealer = Sealer(runtime.log, settings.data_dir)
            while sealer.work():
                pass
            taken: dict[str, list[float]] = {"verify": [], "hashing": []}
            for _ in range(ROUNDS):
                taken["hashing"].append(_seconds(lambda: _hash_all(runtime)))
                taken["verify"].append(_seconds(lambda: _verify(runtime)))
            events = runtime.log.head()
    value, reference = statistics.median(taken["verify"]), statistics.median(taken["hashing"])
    yield {
        "name": "audit verify", "value": round(value, 2), "unit": "s",
        "reference": "reading the same bytes and hashing them once", "reference_value": round(reference, 2),
        "ratio": round(value / reference, 2), "target": f"<= {TARGET} x the reference",
        "passed": value <= TARGET * reference, "orders": orders, "events": events,
    }  # fmt: skip


def _verify(runtime: Runtime) -> None:
    verdict = verify(runtime)
    if not verdict.holds or verdict.sealed != verdict.head:
        raise RuntimeError(str(verdict))


def _hash_all(runtime: Runtime) -> None:
    with connect(runtime.settings.database_url, "carnet bench", session=PATIENT) as connection:
        for statement in COVERED:
            hashed = sha256()
            copied = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(sql.SQL(statement))
            with connection.cursor() as cursor, cursor.copy(copied) as copy:
                for row in copy:
                    hashed.update(row)


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began

"""Appending saves of four events from 16 threads: the log's recorder beside the library's, in alternating rounds."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from eventsourcing.persistence import ApplicationRecorder

from projections.log import EventMapper, KeyRing, SealedEvent
from projections.postgres.embedded import EmbeddedServer
from projections.postgres.migrate import migrate
from tests.projections.log.events import sent, written
from tests.projections.log.recorders import ours, stock

THREADS = 16
SAVES = 60  # of each thread in a round
ROUNDS = 7
TARGET = 3.0


def run() -> Iterator[dict[str, Any]]:
    """Medians of durable saves a second on a server of its own."""
    with durable_database() as database, ours(database, THREADS) as log, stock(database, THREADS) as library:
        rates: dict[str, list[float]] = {"ours": [], "stock": []}
        for number in range(ROUNDS + 1):
            for name, recorder in (("ours", log), ("stock", library)):
                rate = saves_per_second(recorder)
                if number:  # the first round warms up
                    rates[name].append(rate)
    value, reference = statistics.median(rates["ours"]), statistics.median(rates["stock"])
    yield {
        "name": "append of 4-event saves, 16 threads",
        "value": round(value),
        "unit": "saves/s",
        "reference": "PostgresApplicationRecorder of eventsourcing",
        "reference_value": round(reference),
        "ratio": round(value / reference, 2),
        "target": f">= {TARGET} x the reference",
        "passed": value / reference >= TARGET,
    }


def saves_per_second(recorder: ApplicationRecorder) -> float:
    """How many saves get through when 16 threads store as fast as they can."""
    work = [prepared() for _ in range(THREADS)]
    started = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(storing(recorder), work))
    return THREADS * SAVES / (time.perf_counter() - started)


def storing(recorder: ApplicationRecorder) -> Callable[[Sequence[Sequence[SealedEvent]]], None]:
    def store(saves: Sequence[Sequence[SealedEvent]]) -> None:
        for save in saves:
            recorder.insert_events(save)

    return store


def prepared() -> list[list[SealedEvent]]:
    """One thread's saves: the same rows for both, with metadata and sealed fields."""
    keys = KeyRing("a secret for the benchmark and nothing else")
    mapper, customer = EventMapper(keys), uuid4()
    wrapped = keys.new_wrapped(customer)
    letters = [sent(written(customer), 3) for _ in range(SAVES)]
    return [[mapper.to_stored_event(event, wrapped) for event in letter.collect_events()] for letter in letters]


@contextmanager
def durable_database() -> Iterator[str]:
    """A migrated database on an embedded server with its ordinary, durable settings."""
    folder = Path(tempfile.mkdtemp(prefix="carnet-bench-"))
    try:
        with EmbeddedServer(folder) as server:
            migrate(server.url(), server.owner_url())
            yield server.url()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    for result in run():
        print(result)

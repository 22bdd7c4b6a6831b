"""The feed as lines, from the log to the bytes that go over the wire, beside reading the same rows and no more."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from projections.log import EventLog
from projections.published import Wanted, encoded_lines, page
from projections.runtime import open_runtime
from projections.settings import Settings
from tests.benchmarks.big_books import ORDERS, big_book
from tests.fixtures_database import TEST_SECRET

ROUNDS = 3
AT_ONCE = 2_000
TARGET = 50_000  # events for each second of processor time of the process that answers


def run(orders: int = ORDERS) -> Iterator[dict[str, Any]]:
    """Medians of events a core-second: with what is of persons, and without."""
    with big_book(orders) as source, tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=source.database_url, secret_key=TEST_SECRET, data_dir=Path(folder))
        with open_runtime(settings) as runtime:
            log = runtime.log
            readers = {"read": _read, "withheld": _published(personal=False), "whole": _published(personal=True)}
            rates: dict[str, list[float]] = {name: [] for name in readers}
            for _ in range(ROUNDS):
                for name, read in readers.items():
                    rates[name].append(_rate(log, read))
            events = log.head()
    reference = statistics.median(rates["read"])
    for name, about in (("withheld", "without what is of persons"), ("whole", "with what is of persons")):
        value = statistics.median(rates[name])
        yield {
            "name": f"feed as lines, {about}", "value": round(value), "unit": "events a core-second",
            "reference": "reading the same rows", "reference_value": round(reference),
            "ratio": round(reference / value, 2), "target": f">= {TARGET} events a core-second",
            "passed": value >= TARGET, "orders": orders, "events": events,
        }  # fmt: skip


def _rate(log: EventLog, read: Callable[[EventLog], int]) -> float:
    """Events for each second of processor time of this process."""
    began = time.process_time()
    return read(log) / (time.process_time() - began)


def _read(log: EventLog) -> int:
    position = count = 0
    while True:
        _, rows = log.durable(lambda connection, after=position: log.recorder.rows(connection, after, AT_ONCE))  # type: ignore[misc]
        if not rows:
            return count
        position, count = rows[-1].position, count + len(rows)


def _published(*, personal: bool) -> Callable[[EventLog], int]:
    def read(log: EventLog) -> int:
        position = size = 0
        while (found := page(log, position, AT_ONCE, Wanted(personal))).events:
            position, size = found.next, size + len(encoded_lines(found.events))
        if position != log.head() or not size:
            raise RuntimeError(f"the feed ended at {position}")
        return position

    return read

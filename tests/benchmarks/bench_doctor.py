"""The doctor on a whole book: all of it, and the form that every start waits for, beside reading each event once."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from projections.doctor import CHECKS, Look, examine
from projections.postgres.connections import PATIENT, connect
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from tests.benchmarks.big_books import ORDERS, big_book
from tests.fixtures_database import TEST_SECRET

MOST_SECONDS = 120.0  # of all checks, for each million events
MOST_SECONDS_QUICK = 2.0
AT_ONCE = 5_000


def run(orders: int = ORDERS) -> Iterator[dict[str, Any]]:
    """Seconds of the full and of the quick form, and of each check that takes a tenth of the full one or more."""
    with big_book(orders) as source, tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=source.database_url, secret_key=TEST_SECRET, data_dir=Path(folder))
        with open_runtime(settings) as runtime:
            events = runtime.log.head()
            reading = _reading(runtime)
            quick, full = _seconds(runtime, quick=True), _seconds(runtime, quick=False)
    reference = {"reference": "reading and decoding every event once", "reference_value": round(reading, 2)}
    total, briefly = sum(full.values()), sum(quick.values())
    most = MOST_SECONDS * max(events / 1_000_000, 0.1)
    for name, value, target in (("doctor", total, most), ("doctor.quick", briefly, MOST_SECONDS_QUICK)):
        yield {
            "name": name, "value": round(value, 2), "unit": "s", **reference, "ratio": round(value / reading, 2),
            "target": target, "passed": value < target, "orders": orders, "events": events,
            "longest": {check: round(taken, 2) for check, taken in full.items() if taken >= total / 10},
        }  # fmt: skip


def _seconds(runtime: Runtime, *, quick: bool) -> dict[str, float]:
    """How long each check takes."""
    taken: dict[str, float] = {}
    with connect(runtime.settings.database_url, "carnet bench", session=PATIENT) as connection:
        look = Look(connection, runtime.log, runtime.settings, runtime.desk.shop, quick=quick)
        for check in CHECKS:
            began = time.perf_counter()
            examine(look, [check.name])
            taken[check.name] = time.perf_counter() - began
    return taken


def _reading(runtime: Runtime) -> float:
    position, began = 0, time.perf_counter()
    while recorded := runtime.log.read(position, AT_ONCE):
        position = recorded[-1].position
    return time.perf_counter() - began

"""Rebuilding the list of orders from the whole log, beside only reading and decoding the same events."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

from projections.engine.filling import Source
from projections.engine.projection import kinds
from projections.engine.rebuild import Progress, Rebuild, Report
from projections.views import PROJECTIONS
from tests.benchmarks.big_books import ORDERS, big_book

PROCESSES = 2
TARGET = 50_000
MOST_MEMORY = 500
SHARE_READ = 8  # the reference reads one share in so many of the log in each process
SAMPLE = 0.2


class Memory:
    """The most memory that this process and its workers had at one time, in MB (shared pages counted once)."""

    def __init__(self) -> None:
        self.most = 0.0

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Samples five times a second."""
        over = Event()
        watcher = Thread(target=self._watch, args=(over,))
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    def _watch(self, over: Event) -> None:
        while not over.wait(SAMPLE):
            processes = [os.getpid(), *(child.pid for child in multiprocessing.active_children() if child.pid)]
            self.most = max(self.most, sum(_megabytes(process) for process in processes))


def run(orders: int = ORDERS) -> Iterator[dict[str, Any]]:
    """Events a second from the start of the rebuild to the swap, the part of it that fills, and the peak of memory."""
    with big_book(orders) as source:
        reading = _reading(source)
        report, filling, memory = _rebuilt(source)
    about = {"orders": orders, "events": report.events, "processes": PROCESSES}
    reference = {"reference": "reading and decoding the same events, nothing folded", "reference_value": round(reading)}
    for name, rate in (("rebuild", report.events / report.seconds), ("rebuild.filling", filling)):
        yield {
            "name": name, "value": round(rate), "unit": "events/s", **reference, "ratio": round(rate / reading, 2),
            "target": TARGET, "passed": rate >= TARGET, **about,
        }  # fmt: skip
    yield {
        "name": "rebuild.memory", "value": round(memory), "unit": "MB", "reference": "the target",
        "reference_value": MOST_MEMORY, "ratio": round(memory / MOST_MEMORY, 2), "target": MOST_MEMORY,
        "passed": memory < MOST_MEMORY, **about,
    }  # fmt: skip


def _rebuilt(source: Source) -> tuple[Report, float, float]:
    steps: list[Progress] = []
    memory = Memory()
    with memory.watched():
        report = Rebuild(source, PROJECTIONS["orders"], processes=PROCESSES, progress=steps.append).run()
    filling = [step.per_second for step in steps if step.stage == "filling"]
    return report, filling[-1], memory.most


def _reading(source: Source) -> float:
    """Events a second when each process only reads and decodes its share."""
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        pool.map(_ready, range(PROCESSES))
        began = time.perf_counter()
        counts = pool.map(partial(_read, source), range(PROCESSES), chunksize=1)
        return sum(counts) / (time.perf_counter() - began)


def _ready(_number: int) -> None:
    time.sleep(SAMPLE)


def _read(source: Source, share: int) -> int:
    log = source.log()
    prefixes = [f"{kind}." for kind in kinds(PROJECTIONS["orders"])]
    count = sum(len(stream) for _, stream in log.partition(prefixes, share, SHARE_READ))
    log.close()
    log.pool.close()
    return count


def _megabytes(process: int) -> float:
    """A process's share of memory; 0 once it is gone."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    for line in run():
        print(line)

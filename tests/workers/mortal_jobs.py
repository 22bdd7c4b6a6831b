"""A worker process of a test, made to be killed: it hangs before the third item of each part of a job."""

from __future__ import annotations

import time

from projections.runtime import open_runtime
from projections.settings import Settings
from projections.work import jobs
from tests.workers.jobs import KIND, Worker
from workers.jobs import part_performer
from workers.projecting import told_to_stop
from workers.working import Working


def hangs(item: int) -> None:
    """Hangs at the third of four items."""
    if item % 4 == 2:
        time.sleep(600)


def main() -> None:
    """Works until it is told to stop, or killed."""
    told = told_to_stop()
    with open_runtime(Settings.read()) as runtime:
        working = Working(runtime, {}, {KIND + jobs.PART: part_performer(Worker(hangs))}, {})
        working.start()
        told.wait()
        working.stop()


if __name__ == "__main__":
    main()

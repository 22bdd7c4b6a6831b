"""A worker process of a test, made to be killed: each performer leaves a line in the folder and then hangs."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from projections.runtime import open_runtime
from projections.settings import Settings
from workers.projecting import told_to_stop
from workers.tools import Job, Performer, Tools
from workers.working import Working


def hangs_after(folder: Path, *, acts: bool) -> Performer:
    """A performer that hangs at its first attempt, past the point of no return or before it."""

    def perform(tools: Tools, job: Job) -> None:
        if acts:
            tools.act(job)
        with (folder / job.kind).open("a") as lines:
            lines.write(f"{job.key}\n")
        if job.attempt == 1:
            time.sleep(600)

    return Performer(perform, repeatable=False)


def main() -> None:
    """Works until it is told to stop, or killed."""
    folder = Path(sys.argv[1])
    performed = {"before": hangs_after(folder, acts=False), "past": hangs_after(folder, acts=True)}
    told = told_to_stop()
    with open_runtime(Settings.read()) as runtime:
        working = Working(runtime, {}, performed, {})
        working.start()
        told.wait()
        working.stop()


if __name__ == "__main__":
    main()

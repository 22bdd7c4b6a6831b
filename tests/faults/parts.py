"""The worker that a fault test kills: it does all that the shop does anyway, and tells every placed order once.

Run as `python -m tests.faults.parts FOLDER`, with the installation in CARNET_* variables.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from domain.orders.moves import OrderPlaced
from domain.orders.notes import AddNote
from domain.processes import PROCESSES
from domain.processes.process import Effect, Process, Reaction, Trigger
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from workers.effects import PERFORMED
from workers.projecting import told_to_stop
from workers.schedule import RECURRING
from workers.tools import Job, Performer, Tools
from workers.working import Working

TELLING = 0.03  # seconds
TOLD = "told"


def note_and_tell(trigger: Trigger) -> Reaction:
    """Notes on a placed order that it was told, and tells it."""
    placed = trigger.order()
    note = AddNote(order_id=placed.id, context=trigger.context(), text="Told")
    return Reaction(commands=(note,), effects=(Effect(kind="tell", payload={}, order_id=placed.id),))


def tell(folder: Path) -> Performer:
    """Writes a line for each order told; it has no way to find out whether it did so before."""

    def perform(tools: Tools, job: Job) -> None:
        time.sleep(TELLING / 2)
        tools.act(job)
        with (folder / TOLD).open("a") as lines:
            lines.write(f"{job.key}\n")
        time.sleep(TELLING / 2)

    return Performer(perform, repeatable=False, attempts=100)


def work(runtime: Runtime, folder: Path) -> None:
    """Works off what follows, until told to stop or killed."""
    told = told_to_stop()
    processes = {**PROCESSES, "tell_on_placed": Process("tell_on_placed", (OrderPlaced,), note_and_tell)}
    working = Working(runtime, processes, {**PERFORMED, "tell": tell(folder)}, RECURRING)
    working.start()
    told.wait()
    working.stop()


def main() -> None:
    """One worker."""
    with open_runtime(Settings.read()) as runtime:
        work(runtime, Path(sys.argv[1]))


if __name__ == "__main__":
    main()

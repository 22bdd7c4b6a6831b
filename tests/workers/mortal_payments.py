"""A worker that is made to be killed while it asks the sandbox for a refund: before the bank acts, or after.

Run as `python -m tests.workers.mortal_payments FOLDER WHEN`, with the installation in CARNET_* variables. The first
process to ask leaves a file in the folder and hangs there.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

from domain.processes.collect_on_requested import COLLECT_ON_REQUESTED
from domain.processes.refund_on_requested import REFUND_ON_REQUESTED
from projections.payments.sandbox import Sandbox
from projections.runtime import open_runtime
from projections.settings import Settings
from workers.effects import PERFORMED
from workers.projecting import told_to_stop
from workers.tools import Performer
from workers.working import Working

KINDS = {kind: PERFORMED[kind] for kind in ("payment.take", "payment.capture", "refund.send")}
SILENT = {"sandbox.tell": Performer(lambda *_: None, repeatable=True)}  # the bank's own word never arrives
PROCESSES = {one.name: one for one in (COLLECT_ON_REQUESTED, REFUND_ON_REQUESTED)}


def hanging(done: Any, asked: Path, when: str) -> Any:
    """The same call of the provider, which hangs `before` or `after` it is done."""

    def call(*told: Any) -> Any:
        if when == "before":
            hang(asked)
        found = done(*told)
        if when == "after":
            hang(asked)
        return found

    return call


def hang(asked: Path) -> None:
    try:
        asked.touch(exist_ok=False)
    except FileExistsError:
        return
    time.sleep(600)


def main() -> None:
    """Works until it is told to stop, or killed."""
    folder, when = Path(sys.argv[1]), sys.argv[2]
    told = told_to_stop()
    with open_runtime(Settings.read()) as runtime:
        calls = {name: hanging(getattr(Sandbox, name), folder / name, when) for name in ("capture", "refund")}
        with patch.multiple(Sandbox, **calls):
            working = Working(runtime, PROCESSES, KINDS | SILENT, {})
            working.start()
            told.wait()
            working.stop()


if __name__ == "__main__":
    main()

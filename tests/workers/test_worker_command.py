"""`carnet worker` works until it is told to stop."""

from __future__ import annotations

import os
import subprocess
import sys

from domain.processes import PROCESSES
from projections.runtime import Runtime
from projections.work import positions
from tests.setup.running import ROOT
from tests.workers.working import eventually


def test_it_takes_its_place_in_the_log_and_ends_cleanly(runtime: Runtime) -> None:
    variables = os.environ | {
        "CARNET_DATABASE_URL": runtime.settings.database_url,
        "CARNET_SECRET_KEY": runtime.settings.secret_key,
    }
    worker = subprocess.Popen((sys.executable, "-m", "scripts.cli", "worker"), cwd=ROOT, env=variables)
    try:
        eventually(lambda: standing(runtime) == set(PROCESSES), "every process has its place")
    finally:
        worker.terminate()
    assert worker.wait(30) == 0


def standing(runtime: Runtime) -> set[str]:
    with runtime.reading() as connection:
        return {one.process for one in positions.every(connection)}

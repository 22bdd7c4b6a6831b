"""`carnet worker`: does what follows from what was recorded, until it is stopped."""

from __future__ import annotations

import click

from projections.settings import Settings
from scripts.handing_down import hand_down
from scripts.installation import opened_runtime
from scripts.logs import log_to_stderr
from scripts.memory import share_memory


@click.command()
def worker() -> None:
    """Run the processes and the effects on the outside world; start as many as wanted."""
    share_memory()
    from printing.documents.typefaces import make_ready
    from scripts.importing import importing
    from workers.effects import PERFORMED
    from workers.working import run

    log_to_stderr(Settings.read().log_level)
    hand_down("worker")
    with opened_runtime(patient=True, begins=True) as runtime:
        make_ready()
        run(runtime, {**PERFORMED, **importing(runtime)})

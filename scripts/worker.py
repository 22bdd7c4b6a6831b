"""`carnet worker`: does what follows from what was recorded, until it is stopped."""

from __future__ import annotations

import click

from projections.settings import Settings
from scripts.installation import opened_runtime
from scripts.logs import log_to_stderr


@click.command()
def worker() -> None:
    """Run the processes and the effects on the outside world; start as many as wanted."""
    from scripts.importing import importing
    from workers.effects import PERFORMED
    from workers.working import run

    log_to_stderr(Settings.read().log_level)
    with opened_runtime(patient=True, begins=True) as runtime:
        run(runtime, {**PERFORMED, **importing(runtime)})

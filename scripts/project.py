"""`carnet project`: keeps the views up to date until it is stopped."""

from __future__ import annotations

import click

from projections.settings import Settings
from scripts.handing_down import hand_down
from scripts.installation import opened_runtime
from scripts.logs import log_to_stderr
from scripts.memory import share_memory


@click.command()
def project() -> None:
    """Keep every view up to date; a second one on the same database stands by."""
    share_memory()
    from workers.projecting import run

    log_to_stderr(Settings.read().log_level)
    hand_down("project")
    with opened_runtime(patient=True, begins=True) as runtime:
        run(runtime)

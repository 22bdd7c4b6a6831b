"""`carnet project`: keeps the views up to date until it is stopped."""

from __future__ import annotations

import click

from scripts.installation import opened_runtime
from scripts.logs import log_to_stderr


@click.command()
def project() -> None:
    """Keep every view up to date; a second one on the same database stands by."""
    from workers.projecting import run

    with opened_runtime() as runtime:
        log_to_stderr(runtime.settings.log_level)
        run(runtime)

"""The process of one view from outside: it reads the file, keeps the view, and ends where that takes too much."""

from __future__ import annotations

import os
import sys

from projections.engine.filling import Source
from projections.faults import name_of
from projections.outside import catalogue
from projections.outside.limits import Limits
from projections.outside.loading import View, load
from projections.outside.served import Refused
from projections.postgres.connections import connect
from projections.settings import Settings
from workers.projecting import Projecting, told_to_stop

KINDNESS = 10  # it gives way to everything of ours


def main(source: str, told: int) -> None:
    """Keeps the view of a source until told to stop; `told` is a file for why it ended by itself."""
    os.nice(KINDNESS)
    settings = Settings.read()
    limits = Limits(settings.projection_seconds, settings.projection_megabytes, told)
    stop = told_to_stop()
    view = _declared(settings, source, limits)
    if view is None:
        return
    place = Source(settings.direct_url, settings.secrets)
    log = place.log()
    limits.bound_memory()
    projecting = Projecting(place, log, [view.projection], processes=0)
    projecting.start()
    stop.wait()
    projecting.stop()
    log.close()
    log.pool.close()


def _declared(settings: Settings, source: str, limits: Limits) -> View | None:
    """The view, which the catalogue then knows; None where the file gives none, and the catalogue says why."""
    with connect(settings.database_url, "carnet outside") as connection:
        try:
            with limits.guarding():
                view = load(connection, source, limits)
            catalogue.declare(connection, source, view.projection.name, view.projection.version, view.served)
        except Refused as refused:
            catalogue.refuse(connection, source, str(refused))
        except Exception as fault:
            catalogue.refuse(connection, source, f"It cannot be loaded: {name_of(fault)}: {fault}"[:500])
        else:
            return view
    return None


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

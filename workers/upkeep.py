"""Upkeep that jobs do: a view built anew and swapped in, and the log proved unchanged."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from projections.engine.filling import Source
from projections.engine.rebuild import Progress, Rebuild, RebuildRunning
from projections.log import seals
from projections.log.checkpoints import Outside
from projections.log.holes import find_holes
from projections.log.keys import FIRST
from projections.views import PROJECTIONS
from projections.work import jobs
from projections.work.jobs import Held
from projections.work.upkeep import REBUILD, VERIFY
from workers.jobs import part_performer
from workers.tools import GiveUp, Tools

SECONDS_BETWEEN_LOOKS = 1.0  # at whether the job was stopped; how far it came is told then
MOST_NAMED = 100


def rebuild(tools: Tools, held: Held) -> Mapping[str, Any]:
    """Builds the view that the job names anew; what it tells at its end is how many events that took, and how long."""
    projection = PROJECTIONS.get(held.parameters["projection"])
    if projection is None:
        raise GiveUp("no-such-view")
    due = 0.0

    def told(step: Progress) -> None:
        nonlocal due
        if step.stage != "filling" or time.monotonic() < due:
            return
        due = time.monotonic() + SECONDS_BETWEEN_LOOKS
        with tools.runtime.pool.connection() as connection:
            jobs.count_done(connection, held, step.done, step.total)

    source = Source(tools.settings.direct_url, tools.settings.secrets)
    try:
        report = Rebuild(source, projection, processes=1, progress=told).run()
    except RebuildRunning:
        raise GiveUp("rebuild-running") from None
    with tools.runtime.pool.connection() as connection:
        jobs.count_done(connection, held, report.events, report.events)
    missing = [str(hole) for hole in report.holes if hole.missing]
    return {"events": report.events, "seconds": round(report.seconds, 1), "missing": missing[:MOST_NAMED]}


def verify(tools: Tools, held: Held) -> Mapping[str, Any]:
    """Recomputes every seal; what it tells is whether all of them hold, up to where, and what does not."""
    log = tools.runtime.log
    outside = Outside(tools.settings.data_dir, log.keys.masters.verifying[FIRST])
    verdict = seals.verify(tools.runtime, outside.read(), None)
    with tools.runtime.pool.connection() as connection:
        missing = [str(hole) for hole in find_holes(connection) if hole.missing]
        jobs.count_done(connection, held, 1, 1)
    faults = [*verdict.faults, *missing]
    return {
        "holds": not faults,
        "sealed": verdict.sealed,
        "head": verdict.head,
        "faults": faults[:MOST_NAMED],
        "notes": list(verdict.notes[:MOST_NAMED]),
    }


UPKEEP = {
    REBUILD + jobs.PART: part_performer(rebuild),
    VERIFY + jobs.PART: part_performer(verify),
}

"""Lists exported by jobs: read as of one moment, written as one file, which is there once it is whole."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from domain.personal import PERMISSION
from printing.exports import FORMATS, file_name
from projections.access.standing import permissions_now
from projections.exports import EXPORTED, Export, Reading, reading
from projections.exports.asking import KIND, OF_ORDERS, Wanted, wanted_of
from projections.work import job_files, jobs
from projections.work.jobs import Held
from workers.jobs import part_performer
from workers.tools import Tools

SECONDS_BETWEEN_LOOKS = 1.0  # at whether the job was cancelled; how far it came is told then


class _Progress:
    """Tells a job how far it came, now and then; ends the work of one that was stopped."""

    def __init__(self, tools: Tools, held: Held) -> None:
        self._pool = tools.runtime.pool
        self._held = held
        self._again = 0.0

    def looked(self, _: int) -> None:
        """Some of the past was folded."""
        self.done(0)

    def done(self, rows: int, total: int | None = None) -> None:
        """So many rows of the list are written."""
        if total is None and time.monotonic() < self._again:
            return
        with self._pool.connection() as connection:
            jobs.count_done(connection, self._held, rows, total)
        self._again = time.monotonic() + SECONDS_BETWEEN_LOOKS


def export(tools: Tools, held: Held) -> Mapping[str, Any]:
    """Does the one part of a job that exports; what it tells at its end is the file, its rows and its position."""
    wanted = wanted_of(tools.runtime.log.keys.exports, held)
    if wanted.asked.personal:
        with tools.runtime.reading() as connection:
            sees = PERMISSION in permissions_now(connection, held.asked_by)
        wanted = wanted._replace(asked=replace(wanted.asked, personal=sees))
    progress = _Progress(tools, held)
    view = "" if wanted.asked.as_of else EXPORTED[wanted.asked.list].view
    with reading(Reading.of(tools.runtime, view), wanted.asked, building=progress.looked) as opened:
        total = opened.total()
        progress.done(0, total)
        told = _written(tools, held, wanted, opened, progress)
        progress.done(total, total)
        return {**told, "position": opened.moment.position}


def _written(tools: Tools, held: Held, wanted: Wanted, opened: Export, progress: _Progress) -> dict[str, Any]:
    form, rows = FORMATS[wanted.form], 0

    def counted() -> Any:
        nonlocal rows
        for chunk in opened.chunks(progress.done):
            rows += len(chunk[0])
            yield chunk

    name = file_name(wanted.asked.list, wanted.form, datetime.now(UTC))
    with job_files.writing(tools.settings, held.job_id, name) as file:
        for data in form.write(opened.columns, counted()):
            file.write(data)
    kept = job_files.described(tools.settings, held.job_id, name, form.media_type)
    return {**kept.outcome(), "rows": rows}


EXPORTS = {kind + jobs.PART: part_performer(export) for kind in (KIND, OF_ORDERS)}

"""Taking an import back, from wherever it stands to its end: for the command and for workers."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from domain.events import Context
from domain.imports import UNDOING, BeginUndo, CompleteUndo
from importers import service
from projections.runtime import Runtime
from projections.undoing import Undoing, undone_counts
from projections.work import imports as work

ACTOR = "process:import"


def take_back(runtime: Runtime, import_id: UUID) -> dict[str, int]:
    """Takes an import back and tells how many orders went and stay."""
    if service.state_of(runtime, import_id).state != UNDOING:
        service.change(runtime, BeginUndo(import_id=import_id, context=now()), import_id)
    with runtime.pool.connection() as connection:
        work.forget_kept(connection, import_id)
    kept = 0
    for batch in Undoing(runtime.log, import_id, now(), runtime.desk.shop()).batches():
        kept += len(batch.kept)
        with runtime.pool.connection() as connection:
            work.keep(connection, import_id, batch.kept)
    with runtime.reading() as connection:
        undone, _ = undone_counts(connection, import_id)
    totals = {"undone": undone, "kept": kept}
    service.change(runtime, CompleteUndo(import_id=import_id, context=now(), totals=totals), import_id)
    return totals


def now() -> Context:
    """The context of a step of this process's own."""
    return Context(command_id=uuid4(), actor=ACTOR, at=datetime.now(UTC))

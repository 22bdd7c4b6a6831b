"""Taking an import back, from wherever it stands to its end: for the command and for workers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

from domain.events import Context
from domain.imports import UNDOING, BeginUndo, CompleteUndo
from importers import service
from projections.desk.undoing import Undoing, UndoneBatch, undone_counts
from projections.desk.undoing_products import UndoingProducts
from projections.desk.undoing_records import UndoingRecords
from projections.runtime import Runtime
from projections.work import imports as work

ACTOR = "process:import"


def take_back(runtime: Runtime, import_id: UUID) -> dict[str, int]:
    """Takes an import back and tells how many of what it brought went and stay."""
    one = service.state_of(runtime, import_id)
    if one.state != UNDOING:
        service.change(runtime, BeginUndo(import_id=import_id, context=now()), import_id)
    with runtime.pool.connection() as connection:
        work.forget_kept(connection, import_id)
    undone, kept = 0, 0
    of_orders = one.kind == "orders"
    for batch in _batches(runtime, import_id, one.kind):
        undone, kept = undone + batch.undone, kept + len(batch.kept)
        with runtime.pool.connection() as connection:
            work.keep(connection, import_id, batch.kept)
    if of_orders:
        with runtime.reading() as connection:
            undone, _ = undone_counts(connection, import_id)
    totals = {"undone": undone, "kept": kept}
    service.change(runtime, CompleteUndo(import_id=import_id, context=now(), totals=totals), import_id)
    return totals


def _batches(runtime: Runtime, import_id: UUID, kind: str) -> Iterator[UndoneBatch]:
    if kind == "orders":
        return Undoing(runtime.log, import_id, now(), runtime.desk.shop()).batches()
    if kind == "products":
        return UndoingProducts(runtime, import_id, now()).batches()
    return UndoingRecords(runtime, import_id, kind, now()).batches()


def now() -> Context:
    """The context of a step of this process's own."""
    return Context(command_id=uuid4(), actor=ACTOR, at=datetime.now(UTC))

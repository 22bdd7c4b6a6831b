"""What workers do of imports: read the file, take in its ranges, take it back. Safe to repeat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from domain.errors import DomainError
from domain.imports import RUNNING, UNDOING, needed
from importers import service
from importers.faults import UnusableFile
from importers.service import Intakes
from projections.access.standing import NoLongerAllowed, require_allowed
from projections.engine.tables import Connection
from projections.runtime import Runtime
from projections.work import import_effects
from scripts.undoing import take_back
from workers.tools import GiveUp, Job, Performer, Tools


def importing(runtime: Runtime) -> Mapping[str, Performer]:
    """The performers of imports in this process; a file is opened once for all its ranges."""
    intakes = Intakes(runtime)

    def take(import_id: UUID, number: int) -> None:
        if service.standing_of(runtime, import_id).state == RUNNING:
            intakes.take(import_id, number)
            service.complete(runtime, import_id)

    def read(import_id: UUID, _: int) -> None:
        _read(runtime, import_id)

    def undo(import_id: UUID, _: int) -> None:
        if service.state_of(runtime, import_id).state == UNDOING:
            take_back(runtime, import_id)

    works: dict[str, Callable[[UUID, int], None]] = {
        import_effects.READ: read,
        import_effects.TAKE: take,
        import_effects.UNDO: undo,
    }
    return {kind: Performer(_performed(runtime, work), repeatable=True) for kind, work in works.items()}


def _require_allowed(runtime: Runtime, import_id: UUID) -> None:
    """Raises `NoLongerAllowed` where who asked for the import may not do now what it does."""
    one = service.state_of(runtime, import_id)
    with runtime.reading() as connection:
        require_allowed(connection, one.asked_by, needed(one.kind, one.choices) | {"imports:write"})


def _read(runtime: Runtime, import_id: UUID) -> None:
    """Reads the file and lets its ranges go out as they are cut."""
    standing = service.standing_of(runtime, import_id)
    if standing.state != RUNNING or standing.is_read:
        return

    def on_range(connection: Connection, number: int) -> None:
        import_effects.ask_for_ranges(connection, import_id, standing.turn, (number,))

    service.read(runtime, standing, on_range)
    service.complete(runtime, import_id)


def _performed(runtime: Runtime, work: Callable[[UUID, int], None]) -> Callable[[Tools, Job], None]:
    def perform(tools: Tools, job: Job) -> None:
        import_id = UUID(job.payload["import_id"])
        try:
            _require_allowed(runtime, import_id)
            work(import_id, job.payload["range"])
        except UnusableFile as error:
            service.fail(runtime, import_id, *service.told_of(error))
            raise GiveUp("unusable-file") from error
        except NoLongerAllowed as error:
            service.fail(runtime, import_id, error.code, str(error))
            raise GiveUp(error.code) from error
        except DomainError as error:
            raise GiveUp(error.code) from error

    return perform

"""What is to be done of an import, as effects: read the file, take in each range, take it all back."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid5

from domain.imports import RUNNING, UNDOING
from domain.processes.process import Effect
from projections.engine.tables import Connection
from projections.work import effects
from projections.work import imports as work
from projections.work.effects import EffectRequest

READ, TAKE, UNDO = "import.read", "import.range", "import.undo"


def ask_for(connection: Connection, import_id: UUID) -> None:
    """Asks for what an import needs to go on from where it stands; nothing where it rests."""
    standing = work.find(connection, import_id)
    if standing is None:
        return
    if standing.state == UNDOING:
        _ask(connection, import_id, standing.turn, UNDO, (0,))
    elif standing.state == RUNNING:
        if not standing.is_read:
            _ask(connection, import_id, standing.turn, READ, (0,))
        ask_for_ranges(connection, import_id, standing.turn, work.waiting(connection, import_id))


def ask_for_ranges(connection: Connection, import_id: UUID, turn: int, numbers: Iterable[int]) -> None:
    """Asks for ranges to be taken in; each may be done twice, and is stored once."""
    _ask(connection, import_id, turn, TAKE, numbers)


def _ask(connection: Connection, import_id: UUID, turn: int, kind: str, numbers: Iterable[int]) -> None:
    asked = [
        EffectRequest(
            uuid5(import_id, f"{kind}/{number}/{turn}"),
            Effect(kind=kind, payload={"import_id": str(import_id), "range": number}),
            0,
        )
        for number in numbers
    ]
    effects.put_all(connection, asked)

"""What the command line shows of persons is noted, as the API's reads are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from projections.access.reads import Read
from projections.runtime import Runtime
from scripts.actors import actor_of


def note_read(
    runtime: Runtime, command: str, about: UUID | None = None, filter: Mapping[str, Any] | None = None
) -> None:
    """Notes that a command showed somebody's data, under the operating system's user."""
    told = {name: value for name, value in (filter or {}).items() if value}
    actor = actor_of(command.split()[0])
    place = None if about is None else str(about)
    runtime.reads.note(Read(datetime.now(UTC), actor, "", f"carnet {command}", place, told or None))

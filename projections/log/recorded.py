"""An event, its place in the log, and when it was stored there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from domain.events import Event


class Recorded(NamedTuple):
    """An event, its place in the log, and when it was stored there (by the database's clock, never going backwards)."""

    position: int
    event: Event
    recorded_at: datetime


class Before(NamedTuple):
    """What tells when the events of before the database's clock stood with them were stored; nothing is rewritten.

    `runs` is when each import of then began, `until` when such events ended.
    """

    runs: Mapping[UUID, datetime]
    until: datetime

    def recorded_at(self, event: Event) -> datetime:
        """When an event was stored: at its timestamp, where it was not imported.

        What an import brought tells of other days and was stored when the import ran; what it did itself, such as
        being undone later, has its own time.
        """
        happened = event.timestamp
        began = self.runs.get(event.metadata.import_id) if event.metadata.import_id else None
        return happened if began is None or began <= happened <= self.until else began


class Found(NamedTuple):
    """Durable events in order, and the incarnation of the database they were read in."""

    incarnation: UUID
    recorded: list[Recorded]

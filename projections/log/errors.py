"""What can go wrong with a save or a read of the log."""

from __future__ import annotations

import psycopg

from domain.errors import Conflict, NotFound
from projections.faults import TellsNoPerson


class VersionConflict(Conflict):
    """Somebody else changed this at the same moment; look again and decide anew."""

    code = "version-conflict"


class IncarnationChanged(VersionConflict):
    """The database was restarted or replaced since this was decided; look again and decide anew."""

    code = "version-conflict"


class NothingRecorded(NotFound):
    """There is no such thing."""


class OutcomeUnknown(Exception):
    """The database went away during a save and did not come back in time to say whether it was recorded."""


class AheadOfLog(TellsNoPerson):
    """Something stands at a position that the log does not reach: it was brought back to an earlier moment."""

    def __init__(self, position: int, head: int) -> None:
        super().__init__(
            f"stands at position {position}, but the log ends at {head}: it was brought back to an earlier moment. "
            "Run `carnet doctor`."
        )


class NotDurable(psycopg.OperationalError):
    """A wait for the disk or for a synchronous standby was cut short: what was committed may still vanish."""

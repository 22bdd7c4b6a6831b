"""Durable before seen: up to which position nothing can vanish any more, as far as this process knows.

An append is visible to others a moment before it is on disk (and on a synchronous standby). Whoever reads it in that
moment makes it durable first, once for all that was read: a transaction committed after it, and waited for, covers it.
"""

from __future__ import annotations

from threading import Lock
from typing import Any
from uuid import UUID

import psycopg

from projections.log.errors import IncarnationChanged
from projections.log.patience import Patience, Wait

Connection = psycopg.Connection[tuple[Any, ...]]

_MAKE_DURABLE = "SELECT head, incarnation FROM log.make_durable()"
# A standby waits for nobody: what its views show was durable on the primary before they showed it.
_SHOWN = """
SELECT (SELECT coalesce(max(position), 0) FROM views.positions WHERE schema = 'views'), log.current_incarnation()
"""


_patience = Patience()


class Durability:
    """What a process knows to be durable; begins anew with each incarnation of the database. Safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._incarnation: UUID | None = None
        self._upto = 0

    def upto(self, incarnation: UUID) -> int:
        """The position up to which everything is known to be durable; 0 where nothing is known."""
        with self._lock:
            return self._upto if incarnation == self._incarnation else 0

    def reached(self, incarnation: UUID, position: int) -> None:
        """Notes that everything up to the position is durable in this incarnation."""
        with self._lock:
            if incarnation != self._incarnation:
                self._incarnation, self._upto = incarnation, 0
            self._upto = max(self._upto, position)

    def secure(self, connection: Connection, incarnation: UUID, position: int) -> int:
        """The position up to which everything is durable, waiting until it covers `position`, which was just read.

        On a standby it may be less: what comes after is not to be used yet. Raises `NotDurable`, and
        `IncarnationChanged` where what was read may have vanished meanwhile.
        """
        known = self.upto(incarnation)
        if position <= known:
            return known
        head, found = make_durable(connection)
        if found != incarnation:
            raise IncarnationChanged
        self.reached(incarnation, head)
        return self.upto(incarnation)


def make_durable(connection: Connection) -> tuple[int, UUID | None]:
    """Waits until everything committed so far is durable; gives the position up to which that holds, and in which
    incarnation. The connection is in no transaction. Raises `NotDurable`.
    """
    is_standby = connection.info.parameter_status("in_hot_standby") == "on"  # the server tells when that changes
    with undisturbed(connection):
        [(head, incarnation)] = connection.execute(_SHOWN if is_standby else _MAKE_DURABLE, prepare=True).fetchall()
    return head, incarnation


def undisturbed(connection: Connection) -> Wait:
    """A context that raises `NotDurable` where the wait for a standby was cut short; it is, after a while."""
    return _patience.bounding(connection)

"""Puts a new master secret in the place of the one before, while the shop runs.

What it does can be broken off anywhere and taken up again: the new master is there from the first step on, and every
key says which master it is wrapped under.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from projections.log.durability import Connection
from projections.log.keys import KeyRing
from projections.log.masters import Master, add, known, masters, opened

BATCH = 500  # subjects' keys wrapped anew in one transaction

_OTHERS = """
SELECT subject, wrapped FROM log.subject_keys
WHERE subject > %(after)s AND log.master_of(wrapped) <> %(number)s ORDER BY subject LIMIT %(limit)s
"""
_LEFT = "SELECT count(*) FROM log.subject_keys WHERE log.master_of(wrapped) <> %(number)s"
_REWRAP = "SELECT log.rewrap(%(subjects)s, %(before)s, %(after)s)"
_MAY = "SELECT has_function_privilege(oid, 'EXECUTE') FROM pg_proc WHERE oid = 'log.add_master'::regproc"
_RETIRE = "SELECT log.retire_master(%(number)s)"


class RotationRefused(Exception):
    """The secret cannot be replaced now; the message says why and what to do."""


def require_right(connection: Connection) -> None:
    """Raises `RotationRefused` where the connection's role is not the log's owner, who alone may do any of this."""
    if connection.execute(_MAY).fetchone() != (True,):
        raise RotationRefused(
            "The master secret is replaced by the owner of the log, and this database gives the application a role of "
            "its own: set CARNET_DATABASE_OWNER_URL for this command."
        )


def living(connection: Connection) -> list[Master]:
    """The masters that keys may still be wrapped under: one, or two while a secret is being replaced."""
    return [row for row in masters(connection) if row.retired_at is None]


def begin(connection: Connection, secrets: Sequence[str], fresh: str) -> None:
    """Keeps the fresh secret as the next master; from here on both are in use."""
    rows = masters(connection)
    if fresh in known(rows, (fresh,)).values():
        raise RotationRefused("This secret was in use before: take one that never was.")
    if not add(connection, fresh, opened(rows, secrets)):
        raise RotationRefused("Another rotation has just begun: run this again to take it up.")


def left(connection: Connection) -> int:
    """How many keys are still wrapped under an older master than the last."""
    [(count,)] = connection.execute(_LEFT, {"number": living(connection)[-1].number}).fetchall()
    return int(count)


def finish(connection: Connection, keys: KeyRing, tell: Callable[[int], None]) -> None:
    """Wraps every key under the last master, telling after each batch how many are done, and retires the others."""
    rows, done = living(connection), 0
    last = rows[-1].number
    after = UUID(int=0)
    while batch := _others(connection, last, after):
        fresh = [keys.rewrapped(subject, wrapped) for subject, wrapped in batch]
        facts = {"subjects": [key[0] for key in batch], "before": [key[1] for key in batch], "after": fresh}
        connection.execute(_REWRAP, facts)
        after = batch[-1][0]
        done += len(batch)
        tell(done)
    for row in rows[:-1]:
        connection.execute(_RETIRE, {"number": row.number})


def _others(connection: Connection, number: int, after: UUID) -> list[tuple[UUID, bytes]]:
    return connection.execute(_OTHERS, {"number": number, "after": after, "limit": BATCH}).fetchall()

"""Where each process stands, and the commands of processes that the domain refused."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from projections.engine.tables import Connection

LEADER = 7106410  # kind of the lease that whoever runs the processes holds

_BEGIN = """
INSERT INTO work.positions (process, position)
SELECT name, CASE
    WHEN EXISTS (SELECT FROM work.positions) THEN (SELECT coalesce(max(position), 0) FROM log.events)
    ELSE (SELECT position FROM work.ground)
END
FROM unnest(%(names)s::text[]) AS known (name)
ON CONFLICT DO NOTHING
"""
_FIND = "SELECT position FROM work.positions WHERE process = %(process)s"
_MOVE = """
UPDATE work.positions SET position = %(new)s, trouble = NULL, updated_at = clock_timestamp()
WHERE process = ANY(%(processes)s) AND position = %(old)s AND (SELECT log.current_incarnation()) = %(incarnation)s
"""
_TROUBLE = "UPDATE work.positions SET trouble = %(trouble)s WHERE process = %(process)s"
_LIST = "SELECT process, position, trouble, updated_at FROM work.positions ORDER BY process"
_REFUSE = """
INSERT INTO work.refusals (process, position, command_id, command, code)
VALUES (%(process)s, %(position)s, %(command_id)s, %(command)s, %(code)s)
ON CONFLICT DO NOTHING
"""
_REFUSALS = """
SELECT process, position, command, code, at FROM work.refusals ORDER BY at DESC, process, position LIMIT %(limit)s
"""


class Superseded(Exception):
    """A process was moved on by somebody else."""


class ProcessCheckpoint(NamedTuple):
    """Where a process stands; `trouble` is why it cannot go on."""

    process: str
    position: int
    trouble: str | None
    updated_at: datetime


class Refusal(NamedTuple):
    """A command that a process gave and the domain refused."""

    process: str
    position: int
    command: str
    code: str
    at: datetime


def begin(connection: Connection, names: Collection[str]) -> None:
    """Gives the processes that are seen for the first time a place to begin: history sets nothing off."""
    connection.execute(_BEGIN, {"names": sorted(names)})


def find(connection: Connection, process: str) -> int:
    """The position of the last event the process has seen."""
    [[position]] = connection.execute(_FIND, {"process": process}).fetchall()
    return int(position)


def move(connection: Connection, processes: Sequence[str], old: int, new: int, incarnation: UUID) -> None:
    """Moves processes on together, over events that were read in this incarnation of the database.

    Raises `Superseded` when one does not stand where it was left, or the database is another one by now.
    """
    facts = {"processes": list(processes), "old": old, "new": new, "incarnation": incarnation}
    moved = connection.execute(_MOVE, facts, prepare=True).rowcount
    if moved != len(processes):
        raise Superseded


def report_trouble(connection: Connection, process: str, trouble: str) -> None:
    """Notes why a process cannot go on, until it does."""
    connection.execute(_TROUBLE, {"process": process, "trouble": trouble})


def refuse(connection: Connection, process: str, position: int, command_id: UUID, command: str, code: str) -> None:
    """Notes that the domain refused what a process asked."""
    facts = {"process": process, "position": position, "command_id": command_id, "command": command, "code": code}
    connection.execute(_REFUSE, facts)


def every(connection: Connection) -> Sequence[ProcessCheckpoint]:
    """All processes, by name."""
    return [ProcessCheckpoint(*row) for row in connection.execute(_LIST)]


def refusals(connection: Connection, limit: int) -> Sequence[Refusal]:
    """The last refused commands of all processes, newest first."""
    return [Refusal(*row) for row in connection.execute(_REFUSALS, {"limit": limit})]

"""Every check there is, in the order in which they are made."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

import psycopg

from projections.doctor import ahead, events, keys, machine, numbers, roles, schema, views
from projections.doctor.finding import Check, Finding, Look

CHECKS: tuple[Check, ...] = (
    Check("database", "a database that cannot be written to", machine.writable),
    Check("schema", "tables older or newer than the program, guards of the log that are off", schema.migrated),
    Check("guards", "constraints and triggers of the log that are missing or off", schema.guards),
    Check("roles", "an application that could change the log", roles.owner),
    Check("secret", "a master secret that is not this database's", keys.secret),
    Check("seals", "seals that are gone or different", keys.sealing),
    Check("positions", "positions that are missing from the log", events.positions),
    Check("versions", "versions that a stream holds twice", events.doubles, quick=False),
    Check("holes", "streams that lack events", events.holes),
    Check("topics", "events of a kind or form that this program does not know", events.topics, quick=False),
    Check("keys", "sealed events whose key is gone, though nobody was erased", keys.missing, quick=False),
    Check("events", "events that cannot be read", events.unreadable, quick=False),
    Check("times", "times that lie ahead", events.times, quick=False),
    Check("ahead", "views, processes and work that are ahead of the log", ahead.beyond_the_log),
    Check("orphans", "work that belongs to orders that are not in the log", ahead.orphans, quick=False),
    Check("set-aside", "effects that were set aside because their event is gone", ahead.set_aside),
    Check("numbers", "numbers that would be given out a second time", numbers.behind),
    Check("views", "rows of views that are not what the log gives", views.samples, quick=False),
    Check("letters", "events that a view could not take", views.dead_letters),
    Check("trouble", "views and processes that cannot go on", views.trouble),
    Check("clocks", "clocks that differ", machine.clocks),
    Check("disk", "a disk that is nearly full", machine.disk),
    Check("replication", "standbys that are away or behind", machine.replication),
)


class Unlooked(NamedTuple):
    """A check that could not be made, and why."""

    check: str
    error: str


class Examination(NamedTuple):
    """What was found, and what could not be looked at."""

    findings: list[Finding]
    unlooked: list[Unlooked]

    @property
    def well(self) -> bool:
        """Whether nothing has to be done."""
        return not self.unlooked and all(one.gravity == "note" for one in self.findings)


def examine(look: Look, only: Collection[str] = (), begin: Callable[[Check], None] = lambda _: None) -> Examination:
    """Makes the checks that were asked for, all of them unless told otherwise; `begin` hears of each.

    Each sees the database at one moment and changes nothing. One that fails is told, and the others are made.
    """
    findings: list[Finding] = []
    unlooked: list[Unlooked] = []
    for check in CHECKS:
        if (only and check.name not in only) or (look.quick and not check.quick):
            continue
        begin(check)
        try:
            with look.connection.transaction(force_rollback=True):
                look.connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                look.connection.execute("SET LOCAL statement_timeout = 0")
                findings += check.find(look)
        except psycopg.Error as error:
            if look.connection.closed:
                raise
            state = f" {error.sqlstate}" if error.sqlstate else ""
            unlooked.append(Unlooked(check.name, f"{type(error).__name__}{state}"))
    return Examination(findings, unlooked)

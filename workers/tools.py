"""What a performer is given to work with, and the ways in which it may end."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from domain.events import Command, Context
from projections.desk import Outcome
from projections.runtime import Runtime
from projections.settings import Settings
from projections.work import effects
from workers.handed_over import HandedOver
from workers.open_connections import OpenConnections


class Job(NamedTuple):
    """An effect in hand; `attempt` counts from 1, `position` is that of the event it follows from."""

    key: UUID
    kind: str
    payload: Mapping[str, Any]
    order_id: UUID | None
    attempt: int
    position: int


class Retry(Exception):
    """It did not work and nothing was done: try again, after a while of one's own choice where one is given."""

    def __init__(self, reason: str, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class GiveUp(Exception):
    """It cannot work, however often it is tried."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unknown(Exception):
    """It may have worked or not, and nobody but a person can tell."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LostClaim(Exception):
    """Somebody else has the effect now, or it was dropped: leave it alone."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a performer works with; `claim` is the token of its hold on the effect, `opened` what may be used again."""

    runtime: Runtime
    claim: UUID
    handed_over: HandedOver
    opened: OpenConnections = field(default_factory=OpenConnections)

    @property
    def settings(self) -> Settings:
        """The settings of the installation."""
        return self.runtime.settings

    def now(self) -> datetime:
        """This moment."""
        return datetime.now(UTC)

    def handle(self, command: Command) -> Outcome:
        """Lets the desk handle a command; repeating it records nothing."""
        return self.runtime.desk.handle(command)

    def context(self, job: Job, name: str = "") -> Context:
        """The context of a command that reports on a job; `name` tells a job's commands apart."""
        return Context(command_id=uuid5(job.key, name), actor="worker", at=self.now())

    def act(self, job: Job) -> None:
        """Passes the point of no return: from here on a lost worker leaves an effect nobody knows the outcome of.

        Raises `LostClaim` when the hold on the effect is gone.
        """
        if not self.act_all((job,)):
            raise LostClaim

    def act_all(self, jobs: Sequence[Job]) -> set[UUID]:
        """Passes that point for several; gives the keys of those that are still held."""
        with self.runtime.pool.connection() as connection:
            keys, incarnation = [job.key for job in jobs], self.runtime.log.ready(connection)
            return effects.act(connection, keys, self.claim, self.settings.lease_seconds, incarnation)

    def act_once(self, jobs: Sequence[Job]) -> set[UUID]:
        """As `act_all`, for what must not be done again even if the log forgets it: remembered outside the database.

        What was handed over in an epoch that has ended is set aside, for a person to decide on. Raises `Retry` where
        nothing can be remembered.
        """
        held = self.act_all(jobs)
        lineage = self.runtime.log.lineage()
        try:
            before = self.handed_over.begin(lineage[0].id, lineage[-1].id, held)
        except (OSError, sqlite3.Error) as fault:
            raise Retry(f"not-remembered-{type(fault).__name__}") from None
        if before:
            with self.runtime.pool.connection() as connection:
                effects.set_aside(connection, before, self.claim)
        return held - before

    def stand_back(self, jobs: Sequence[Job]) -> None:
        """Says that what was to be done past the point of no return was certainly not done."""
        keys = [job.key for job in jobs]
        self.handed_over.take_back(self.runtime.log.lineage()[0].id, keys)
        with self.runtime.pool.connection() as connection:
            effects.stand_back(connection, keys, self.claim)


class Performer(NamedTuple):
    """Who does the effects of a kind. `repeatable`: doing it twice does no harm. `ordered`: one order's in turn.

    `together` does many at once and ends their effects in the same transaction, or none of them; it answers the keys of
    those it did. The others are left to `perform`, one by one. Where it raises `Retry`, all are tried again later.
    `stuck` tells whoever waits for an effect that it is not done and not tried again by itself, and why.
    """

    perform: Callable[[Tools, Job], None]
    repeatable: bool
    attempts: int = 8
    ordered: bool = False
    together: Callable[[Tools, Sequence[Job]], Collection[UUID]] | None = None
    stuck: Callable[[Tools, Job, str], None] | None = None

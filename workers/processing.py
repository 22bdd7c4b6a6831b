"""Runs the processes: what follows from each event is committed together with the position of each process, once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from threading import Event
from uuid import UUID

import psycopg
import structlog
from psycopg.errors import DeadlockDetected, IdleInTransactionSessionTimeout

from domain.processes.process import Process
from projections.backing_off import BackOff, run_until_stopped
from projections.engine.feed import BATCH, Feed
from projections.faults import name_of, with_trace
from projections.log import AheadOfLog, Found, IncarnationChanged, VersionConflict
from projections.postgres.leases import Lease, Leases
from projections.runtime import Runtime
from projections.work import positions
from projections.work.positions import Superseded
from workers.deciding import CommandRefused, ReactionBatch, Refused, Unsaved
from workers.orders import Orders

ATTEMPTS = 20  # how often a batch is decided anew when others were quicker
STAND_BY = 0.5
IDLE_WAIT = 0.5
FIRST_BACK_OFF = 0.1
LONGEST_BACK_OFF = 10.0

MOST_COMMANDS = 100  # that follow from one event

_logger = structlog.get_logger()


class _Subscription:
    """How one process goes on: where it stands, and how long it rests when it cannot."""

    def __init__(self, process: Process, position: int) -> None:
        self.process = process
        self.position = position
        self.rests_until = 0.0
        self._back_off = BackOff(FIRST_BACK_OFF, LONGEST_BACK_OFF)

    def rest(self) -> float:
        """Rests, longer every time; gives the seconds."""
        pause = self._back_off.pause()
        self.rests_until = time.monotonic() + pause
        return pause

    def reach(self, position: int) -> None:
        """Stands at a position, and has nothing to rest from."""
        self.position = position
        self._back_off.reset()


class Processing:
    """Moves all processes on together while it leads; stands by while another worker does.

    Those at the same position take a batch in one transaction; where that fails each takes it by itself, and only the
    one at fault rests. It joins the others again where it has come up with them.
    """

    def __init__(
        self,
        processes: Mapping[str, Process],
        runtime: Runtime,
        feed: Feed,
        committed: Callable[[], object] = lambda: None,
    ) -> None:
        """`committed` is called whenever what the processes decided is stored: effects may be due."""
        self._committed = committed
        self._processes = processes
        self._runtime = runtime
        self._feed = feed
        self._leases = Leases(runtime.settings.direct_url)
        self._orders = Orders(runtime.log)
        self._incarnation: UUID | None = None
        self._subscriptions: list[_Subscription] = []
        self._at_once = BATCH

    def run(self, stop: Event) -> None:
        """Leads or stands by until told to stop; what goes wrong is tried again, later and later."""
        back_off = BackOff(FIRST_BACK_OFF, LONGEST_BACK_OFF)
        run_until_stopped(stop, lambda: self._turn(stop, back_off), back_off, self._failed)
        self._leases.close()

    def _turn(self, stop: Event, back_off: BackOff) -> float:
        """Leads for as long as it may; gives the seconds until it asks again to lead."""
        try:
            lease = self._leases.take(positions.LEADER, None)
            if lease is not None:
                with lease:
                    self._begin()
                    self._lead(lease, stop, back_off)
        except Superseded:
            self._orders.forget()
            _logger.warning("another leader", action="processes.superseded")
        except IncarnationChanged:
            self._orders.forget()
            _logger.warning("the database was restarted or replaced", action="processes.restarted")
        return STAND_BY

    def _lead(self, lease: Lease, stop: Event, back_off: BackOff) -> None:
        while not stop.is_set():
            lease.check()
            if not self.step():
                self._feed.wait(self._furthest(), self._pause())
            back_off.reset()

    def _failed(self, fault: Exception, wait: float) -> None:
        self._at_once = max(1, self._at_once // 4)  # a slow machine decides on less in one transaction
        _logger.error("processes stopped", action="processes.failed", again_in=wait, **with_trace(fault))

    def _furthest(self) -> int:
        """The position of the subscription that is furthest; the beginning where there is none."""
        return max((subscription.position for subscription in self._subscriptions), default=0)

    def _pause(self) -> float:
        """Seconds until the next look where nothing is recorded: until the first of those at rest goes on."""
        now = time.monotonic()
        rests = [
            subscription.rests_until - now for subscription in self._subscriptions if subscription.rests_until > now
        ]
        return min([IDLE_WAIT, *rests])

    def _begin(self) -> None:
        with self._runtime.pool.connection() as connection:
            self.begin(connection)

    def begin(self, connection: psycopg.Connection) -> None:
        """Takes every process up where it was left."""
        stands = {one.process: one.position for one in positions.every(connection)}
        self._subscriptions = [_Subscription(process, stands[name]) for name, process in self._processes.items()]

    def step(self) -> bool:
        """Takes one batch at each position where processes stand that do not rest; tells whether there was any."""
        now = time.monotonic()
        ready = [subscription for subscription in self._subscriptions if subscription.rests_until <= now]
        stands = sorted({subscription.position for subscription in ready})
        taken = False
        for number, old in enumerate(stands):
            together = [subscription for subscription in ready if subscription.position == old]
            incarnation, recorded = self._feed.read(old, catching_up=False)
            if stands[number + 1 :]:  # no further than where others stand already
                recorded = [one for one in recorded if one.position <= stands[number + 1]]
            if recorded:
                taken = True
                self._take(together, Found(incarnation, recorded[: self._at_once]), old)
                self._at_once = min(BATCH, self._at_once * 2)
            else:
                self._require_reached(together, old)
        return taken

    def _require_reached(self, together: Sequence[_Subscription], position: int) -> None:
        try:
            self._feed.require_reached(position)
        except AheadOfLog as fault:
            for subscription in together:
                self._report(subscription, fault)

    def _take(self, together: Sequence[_Subscription], found: Found, old: int) -> None:
        """Lets these processes react to what was recorded: all in one, or each by itself, so that one alone fails."""
        new = found.recorded[-1].position
        if len(together) > 1:
            try:
                self._commit([subscription.process for subscription in together], found, old, new, {})
            except (Superseded, IncarnationChanged, psycopg.OperationalError, IdleInTransactionSessionTimeout):
                raise
            except Exception as fault:
                _logger.info("taken apart", action="processes.apart", position=old, **with_trace(fault))
            else:
                for subscription in together:
                    subscription.reach(new)
                return
        for subscription in together:
            self._take_alone(subscription, found, new)

    def _take_alone(self, subscription: _Subscription, found: Found, new: int) -> None:
        try:
            self._take_batch(subscription, found, new, {})
        except (Superseded, IncarnationChanged, psycopg.OperationalError, IdleInTransactionSessionTimeout):
            raise
        except Exception as fault:
            self._report(subscription, fault)

    def _take_batch(self, subscription: _Subscription, batch: Found, new: int, refused: Refused) -> None:
        """Commits a batch; where a command is refused, what comes before its event by itself, then the rest."""
        try:
            self._commit([subscription.process], batch, subscription.position, new, refused)
        except CommandRefused as refusal:
            if refusal.index:
                return self._take_parts(subscription, batch, refusal.index, new, refused)
            return self._take_batch(subscription, batch, new, {**refused, refusal.number: refusal.code})
        except Unsaved as refusal:
            if len(batch.recorded) > 1:
                return self._take_parts(subscription, batch, len(batch.recorded) // 2, new, refused)
            return self._take_batch(subscription, batch, new, dict.fromkeys(range(MOST_COMMANDS), refusal.code))
        subscription.reach(new)

    def _take_parts(self, subscription: _Subscription, batch: Found, index: int, new: int, refused: Refused) -> None:
        first, rest = batch.recorded[:index], batch.recorded[index:]
        self._take_batch(subscription, Found(batch.incarnation, first), first[-1].position, refused)
        self._take_batch(subscription, Found(batch.incarnation, rest), new, {})

    def _commit(self, processes: Sequence[Process], found: Found, old: int, new: int, refused: Refused) -> None:
        """Commits what follows; where nobody wants any of the events, only the positions move."""
        if found.incarnation != self._incarnation:
            self._incarnation = found.incarnation
            self._orders.forget()
        batch = ReactionBatch(self._runtime, self._orders, processes, found, refused)
        if not batch.is_wanted:
            return self._pass(processes, found, old, new)
        for _ in range(ATTEMPTS - 1):
            try:
                batch.commit(old, new)
                break
            except IncarnationChanged:
                raise
            except (VersionConflict, DeadlockDetected):
                continue
        else:
            batch.commit(old, new)
        self._committed()

    def _pass(self, processes: Sequence[Process], found: Found, old: int, new: int) -> None:
        for one in found.recorded:
            self._orders.see(one.event)
        with self._runtime.pool.connection() as connection:
            positions.move(connection, [process.name for process in processes], old, new, found.incarnation)

    def _report(self, subscription: _Subscription, fault: Exception) -> None:
        """Shows what is wrong with a process, which rests before it tries again."""
        name, again_in = subscription.process.name, subscription.rest()
        _logger.error("process stopped", action="process.failed", process=name, again_in=again_in, **with_trace(fault))
        with self._runtime.pool.connection() as connection:
            positions.report_trouble(connection, name, name_of(fault))

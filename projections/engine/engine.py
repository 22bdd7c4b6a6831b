"""Leads a live view: found by a lease, made or rebuilt, caught up, then moved on with its consumer group."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import psycopg
import structlog

from projections import reporting
from projections.backing_off import BackOff, run_until_stopped
from projections.engine import generations
from projections.engine.consumers import ConsumerGroup
from projections.engine.feed import BATCH, Feed
from projections.engine.generations import Generation, Superseded
from projections.engine.projection import Projection
from projections.engine.tables import Connection
from projections.engine.target import target_of
from projections.faults import name_of, with_trace
from projections.log import EventLog
from projections.postgres.connections import connect_directly
from projections.postgres.leases import LEADER, Lease, Leases

STAND_BY = 0.5
FIRST_BACK_OFF = 0.1
LONGEST_BACK_OFF = 10.0
# A view that starts with more than this before it is built like a rebuild, so that no reader sees it grow.
LONG_HISTORY = 10_000

_logger = structlog.get_logger()


class Projector:
    """Keeps one view up with the log while it leads; stands by while another process does."""

    def __init__(
        self,
        projection: Projection,
        log: EventLog,
        feed: Feed,
        group: ConsumerGroup,
        leases: Leases,
        database_url: str,
        rebuild: Callable[[Projection, Event], object],
    ) -> None:
        """`rebuild` builds the view anew where its rows are missing or of an older form."""
        self._projection = projection
        self._name = projection.name
        self._log = log
        self._feed = feed
        self._group = group
        self._leases = leases
        self._database_url = database_url
        self._rebuild = rebuild
        self._target = target_of(projection, log)
        self._back_off = BackOff(FIRST_BACK_OFF, LONGEST_BACK_OFF)

    def run(self, stop: Event) -> None:
        """Leads or stands by until told to stop; what is not an event's fault is tried again, later and later."""
        run_until_stopped(stop, lambda: self._turn(stop), self._back_off, self._report)

    def _turn(self, stop: Event) -> float:
        """Leads for as long as it may; gives the seconds until it asks again to lead."""
        try:
            lease = self._leases.take(LEADER, self._name)
            if lease is not None:
                with lease, self._connect() as connection:
                    self._lead(connection, lease, stop)
        except Superseded:
            _logger.warning("another leader", action="projection.superseded", projection=self._name)
        return STAND_BY

    def _lead(self, connection: Connection, lease: Lease, stop: Event) -> None:
        while not stop.is_set():
            stands = self._prepared(connection, stop)
            if stands is None:
                return
            try:
                self._follow(connection, lease, stands, stop)
            except Superseded:
                now = generations.find(connection, self._name)
                if now is not None and now.generation == stands.generation:
                    raise
                _logger.info("new generation", action="projection.swapped", projection=self._name)

    def _follow(self, connection: Connection, lease: Lease, stands: Generation, stop: Event) -> None:
        """Catches up alone, then goes on with the group."""
        position = stands.position
        while not stop.is_set():
            lease.check()
            self._feed.require_reached(position)
            incarnation, recorded = self._feed.read(position, catching_up=True)
            if len(recorded) < BATCH:
                self._back_off.reset()
                self._group.follow(self._target, position, lease, stop)
                return
            head = recorded[-1].position
            events = [one for one in recorded if self._target.wants(one.event.TOPIC)]
            self._target.take(connection, events, position, head, incarnation)
            position = head

    def _prepared(self, connection: Connection, stop: Event) -> Generation | None:
        """Where the live generation stands, made first if need be; None when this program is too old for it."""
        generations.clear_remains(connection, self._name)
        stands = generations.find(connection, self._name)
        if stands is None and self._log.head() <= LONG_HISTORY:
            with connection.transaction():
                generations.create(connection, self._projection)
        elif stands is None or stands.version < self._projection.version:
            _logger.info("a view is rebuilt", action="projection.outdated", projection=self._name)
            self._rebuild(self._projection, stop)
        elif stands.version > self._projection.version:
            _logger.warning("newer rows", action="projection.too-old", projection=self._name, version=stands.version)
            stop.wait(LONGEST_BACK_OFF)
            return None
        reporting.ensure(connection, self._name)
        return self._target.open(connection)

    def _connect(self) -> Connection:
        # A crash of the server may undo the last moments of a view: rows and position alike, so nothing is lost.
        return connect_directly(self._database_url, f"carnet {self._name}", session={"synchronous_commit": "off"})

    def _report(self, fault: Exception, pause: float) -> None:
        _logger.error(
            "view stopped", action="projection.failed", projection=self._name, again_in=pause, **with_trace(fault)
        )
        if isinstance(fault, psycopg.OperationalError):
            return
        try:
            with self._connect() as connection:
                generations.report_trouble(connection, self._name, name_of(fault))
        except psycopg.Error as other:
            _logger.warning(
                "trouble not shown", action="projection.unreported", projection=self._name, **with_trace(other)
            )

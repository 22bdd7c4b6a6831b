"""Moves the views that stand at the end of the log on together: events folded once, one transaction for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from threading import Condition, Event
from typing import NamedTuple
from uuid import UUID

import structlog

from domain.customers import CustomerForgotten
from projections.engine import generations
from projections.engine.feed import BATCH, Feed
from projections.engine.projection import AggregateCache, EventBatch
from projections.engine.tables import Connection, Rows
from projections.engine.target import Target
from projections.faults import with_trace
from projections.log import AheadOfLog, EventLog, Found
from projections.postgres.connections import connect_directly
from projections.postgres.leases import Lease, beating

IDLE_WAIT = 0.25
ALIVE_EVERY = 5.0  # seconds between two looks whether a view's lead is still held, beside being told when it is not

_logger = structlog.get_logger()


class _Consumer:
    """A view in the group: where it stands, and the fault it was dismissed for."""

    def __init__(self, target: Target, position: int) -> None:
        self.target = target
        self.position = position
        self.fault: Exception | None = None
        self.dismissed = Event()


class _Share(NamedTuple):
    """What a batch does to one view."""

    consumer: _Consumer
    rows: Rows


class ConsumerGroup:
    """Views that go through the log together, led from one thread with one connection.

    Each keeps its own position. A view that cannot take a batch goes through it alone, as if there were no others; a
    fault that is no event's dismisses it, and its projector finds out what to do.
    """

    def __init__(self, log: EventLog, feed: Feed, database_url: str, rest: float = 0.0) -> None:
        """`rest` are seconds between two batches while events trickle in: larger ones, later, cost less."""
        self._log = log
        self._feed = feed
        self._database_url = database_url
        self._rest = rest
        self._news = Condition()
        self._consumers: list[_Consumer] = []
        self._kept = AggregateCache()
        self._incarnation: UUID | None = None
        self._most = BATCH  # events of a batch: fewer where the server ended a transaction that took too long

    def follow(self, target: Target, position: int, lease: Lease, stop: Event) -> None:
        """Keeps a view moving until told to stop; raises what is wrong with it, or `LeaseLost`."""
        consumer = _Consumer(target, position)
        with self._news:
            self._consumers.append(consumer)
            self._news.notify_all()
        lease.when_lost(consumer.dismissed.set)
        try:
            while not consumer.dismissed.wait(ALIVE_EVERY):
                lease.check()
        finally:
            self._dismiss([consumer], None)
        if stop.is_set():
            return
        if consumer.fault is not None:
            raise consumer.fault
        lease.check()

    def run(self, stop: Event) -> None:
        """Moves the views of the group, until told to stop."""
        while not stop.is_set():
            try:
                # A crash of the server may undo the last moments of the views: rows and positions alike.
                session = {"synchronous_commit": "off"}
                with connect_directly(self._database_url, "carnet views", session=session) as connection:
                    self._run(connection, stop)
            except Exception as fault:
                self._most = max(1, self._most // 2)
                _logger.warning("views stopped together", action="views.failed", most=self._most, **with_trace(fault))
                self._dismiss(self._active(), fault)
                stop.wait(IDLE_WAIT)
        self._dismiss(self._active(), None)

    def _run(self, connection: Connection, stop: Event) -> None:
        while not stop.is_set():
            consumers = self._active()
            if not consumers:
                with self._news:
                    self._news.wait(IDLE_WAIT)
                continue
            old = min(consumer.position for consumer in consumers)
            incarnation, recorded = self._feed.read(old, catching_up=False)
            if not recorded:
                self._dismiss_ahead(consumers)
                self._feed.wait(old, IDLE_WAIT)
                continue
            if incarnation != self._incarnation:
                self._incarnation, self._kept = incarnation, AggregateCache()
            next_stop = min((consumer.position for consumer in consumers if consumer.position > old), default=None)
            if next_stop is not None:
                recorded = [one for one in recorded if one.position <= next_stop]
            batch = Found(incarnation, list(recorded[: self._most]))
            self._advance(connection, [one for one in consumers if one.position == old], batch, old)
            self._most = min(BATCH, 2 * self._most)
            if self._rest and len(recorded) < BATCH:
                stop.wait(self._rest)

    def _advance(self, connection: Connection, consumers: list[_Consumer], batch: Found, old: int) -> None:
        """Moves the views over the events: together those that can, the others each alone."""
        recorded, new = batch.recorded, batch.recorded[-1].position
        if any(one.event.TOPIC == CustomerForgotten.TOPIC for one in recorded):
            self._kept = AggregateCache()  # what was folded before still knows who it was
        together: list[_Consumer] = []
        try:
            with connection.transaction():
                free = generations.enter(connection, [consumer.target.projection.name for consumer in consumers], old)
                together = [consumer for consumer in consumers if consumer.target.projection.name in free]
                if together:
                    self._take(connection, together, batch, old)
        except Exception as fault:
            if connection.closed:
                raise
            _logger.info("views take a batch one by one", action="views.apart", position=old, **with_trace(fault))
            together = []
        for consumer in together:
            consumer.position = new
        for consumer in consumers:
            if consumer not in together:
                self._take_alone(connection, consumer, batch, old)

    def _take(self, connection: Connection, consumers: list[_Consumer], batch: Found, old: int) -> None:
        recorded, new = batch.recorded, batch.recorded[-1].position
        with beating(connection):
            whole = EventBatch(recorded, new, self._log, kept=self._kept)
            shares: list[_Share] = []
            for consumer in consumers:
                events = [one for one in recorded if consumer.target.wants(one.event.TOPIC)]
                if events:
                    shares.append(
                        _Share(consumer, consumer.target.fold(EventBatch(events, new, self._log, part_of=whole)))
                    )
        with connection.pipeline():
            for consumer, rows in shares:
                consumer.target.write(connection, rows)
        names = [consumer.target.projection.name for consumer in consumers]
        generations.move_all(connection, names, old, new, batch.incarnation)
        self._kept.keep(whole)

    def _take_alone(self, connection: Connection, consumer: _Consumer, batch: Found, old: int) -> None:
        """Takes a view over the events by itself: what it cannot take is parked."""
        new = batch.recorded[-1].position
        events = [one for one in batch.recorded if consumer.target.wants(one.event.TOPIC)]
        try:
            consumer.target.take(connection, events, old, new, batch.incarnation)
            consumer.position = new
        except Exception as fault:
            self._dismiss([consumer], fault)
            if connection.closed:
                raise

    def _dismiss_ahead(self, consumers: Sequence[_Consumer]) -> None:
        """Dismisses those whose position the log does not reach."""
        for consumer in consumers:
            try:
                self._feed.require_reached(consumer.position)
            except AheadOfLog as fault:
                self._dismiss([consumer], fault)

    def _active(self) -> list[_Consumer]:
        with self._news:
            return list(self._consumers)

    def _dismiss(self, consumers: Sequence[_Consumer], fault: Exception | None) -> None:
        with self._news:
            for consumer in consumers:
                with suppress(ValueError):
                    self._consumers.remove(consumer)
                    consumer.fault = fault
                consumer.dismissed.set()

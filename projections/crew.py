"""Moves the views that stand at the end of the log on together: events folded once, one transaction for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from threading import Condition, Event
from typing import NamedTuple
from uuid import UUID

import structlog

from domain.customers import CustomerForgotten
from projections import generations
from projections.feed import BATCH, Feed
from projections.leases import Lease, beating
from projections.log import AheadOfLog, EventLog, Found
from projections.postgres.connections import connect_directly
from projections.projection import Batch, Kept
from projections.tables import Connection, Rows
from projections.target import Target

IDLE_WAIT = 0.25
ALIVE_EVERY = 0.5  # seconds between two looks whether a view's lead is still held

_logger = structlog.get_logger()


class _Member:
    """A view on board: where it stands, and the fault that put it ashore."""

    def __init__(self, target: Target, position: int) -> None:
        self.target = target
        self.position = position
        self.fault: Exception | None = None
        self.ashore = Event()


class _Joint(NamedTuple):
    """What a batch does to one view."""

    member: _Member
    rows: Rows


class Crew:
    """Views that go through the log together, led from one thread with one connection.

    Each keeps its own position. A view that cannot take a batch goes through it alone, as if there were no others; a
    fault that is no event's puts it ashore, where its projector finds out what to do.
    """

    def __init__(self, log: EventLog, feed: Feed, database_url: str) -> None:
        self._log = log
        self._feed = feed
        self._database_url = database_url
        self._news = Condition()
        self._members: list[_Member] = []
        self._kept = Kept()
        self._incarnation: UUID | None = None
        self._most = BATCH  # events of a batch: fewer where the server ended a transaction that took too long

    def carry(self, target: Target, position: int, lease: Lease, stop: Event) -> None:
        """Keeps a view moving until told to stop; raises what is wrong with it, or `LeaseLost`."""
        member = _Member(target, position)
        with self._news:
            self._members.append(member)
            self._news.notify_all()
        try:
            while not member.ashore.wait(ALIVE_EVERY):
                lease.check()
        finally:
            self._put_ashore([member], None)
        if member.fault is not None and not stop.is_set():
            raise member.fault

    def run(self, stop: Event) -> None:
        """Moves whoever is on board, until told to stop."""
        while not stop.is_set():
            try:
                # A crash of the server may undo the last moments of the views: rows and positions alike.
                session = {"synchronous_commit": "off"}
                with connect_directly(self._database_url, "carnet views", session=session) as connection:
                    self._run(connection, stop)
            except Exception as fault:
                self._most = max(1, self._most // 2)
                _logger.warning("views put ashore", action="crew.failed", error=type(fault).__name__, most=self._most)
                self._put_ashore(self._on_board(), fault)
                stop.wait(IDLE_WAIT)
        self._put_ashore(self._on_board(), None)

    def _run(self, connection: Connection, stop: Event) -> None:
        while not stop.is_set():
            members = self._on_board()
            if not members:
                with self._news:
                    self._news.wait(IDLE_WAIT)
                continue
            old = min(member.position for member in members)
            incarnation, recorded = self._feed.read(old, catching_up=False)
            if not recorded:
                self._put_ashore_ahead(members)
                self._feed.wait(old, IDLE_WAIT)
                continue
            if incarnation != self._incarnation:
                self._incarnation, self._kept = incarnation, Kept()
            next_stop = min((member.position for member in members if member.position > old), default=None)
            if next_stop is not None:
                recorded = [one for one in recorded if one.position <= next_stop]
            batch = Found(incarnation, list(recorded[: self._most]))
            self._advance(connection, [one for one in members if one.position == old], batch, old)
            self._most = min(BATCH, 2 * self._most)

    def _advance(self, connection: Connection, members: list[_Member], batch: Found, old: int) -> None:
        """Moves the views over the events: together those that can, the others each alone."""
        recorded, new = batch.recorded, batch.recorded[-1].position
        if any(one.event.TOPIC == CustomerForgotten.TOPIC for one in recorded):
            self._kept = Kept()  # what was folded before still knows who it was
        together: list[_Member] = []
        try:
            with connection.transaction():
                free = generations.enter(connection, [member.target.projection.name for member in members], old)
                together = [member for member in members if member.target.projection.name in free]
                if together:
                    self._take(connection, together, batch, old)
        except Exception:
            if connection.closed:
                raise
            together = []
        for member in together:
            member.position = new
        for member in members:
            if member not in together:
                self._take_alone(connection, member, batch, old)

    def _take(self, connection: Connection, members: list[_Member], batch: Found, old: int) -> None:
        recorded, new = batch.recorded, batch.recorded[-1].position
        with beating(connection):
            whole = Batch(recorded, new, self._log, kept=self._kept)
            joint: list[_Joint] = []
            for member in members:
                events = [one for one in recorded if member.target.wants(one.event.TOPIC)]
                if events:
                    joint.append(_Joint(member, member.target.fold(Batch(events, new, self._log, part_of=whole))))
        with connection.pipeline():
            for member, rows in joint:
                member.target.write(connection, rows)
        names = [member.target.projection.name for member in members]
        generations.move_all(connection, names, old, new, batch.incarnation)
        self._kept.keep(whole)

    def _take_alone(self, connection: Connection, member: _Member, batch: Found, old: int) -> None:
        """Takes a view over the events by itself: what it cannot take is parked."""
        new = batch.recorded[-1].position
        events = [one for one in batch.recorded if member.target.wants(one.event.TOPIC)]
        try:
            member.target.take(connection, events, old, new, batch.incarnation)
            member.position = new
        except Exception as fault:
            self._put_ashore([member], fault)
            if connection.closed:
                raise

    def _put_ashore_ahead(self, members: Sequence[_Member]) -> None:
        """Puts those ashore whose position the log does not reach."""
        for member in members:
            try:
                self._feed.require_reached(member.position)
            except AheadOfLog as fault:
                self._put_ashore([member], fault)

    def _on_board(self) -> list[_Member]:
        with self._news:
            return list(self._members)

    def _put_ashore(self, members: Sequence[_Member], fault: Exception | None) -> None:
        with self._news:
            for member in members:
                with suppress(ValueError):
                    self._members.remove(member)
                    member.fault = fault
                member.ashore.set()

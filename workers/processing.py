"""Runs the processes: what follows from each event is committed together with the process's position, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from threading import Event
from uuid import UUID

import psycopg
import structlog
from psycopg.errors import DeadlockDetected

from domain.errors import DomainError
from domain.events import Command
from domain.events import Event as DomainEvent
from domain.orders.order import Order
from domain.processes.process import Process, Trigger, effect_key
from domain.settings import Shop
from projections.feed import Feed
from projections.log import Recorded, Session, VersionConflict
from projections.runtime import Runtime
from projections.work import effects, positions, schedule
from projections.work.effects import Asked

BATCH = 200  # events decided on in one transaction
ATTEMPTS = 20  # how often a batch is decided anew when others were quicker
STAND_BY = 0.25
IDLE_WAIT = 0.25
FIRST_BACK_OFF = 0.1
LONGEST_BACK_OFF = 10.0

MOST_COMMANDS = 100  # that follow from one event

Refused = Mapping[int, str]  # by its number, why a command that follows from a batch's first event was refused

_logger = structlog.get_logger()


class _Refused(Exception):
    """The domain refused a command: the `number`th that follows from the event at `index` of the batch."""

    def __init__(self, index: int, number: int, code: str) -> None:
        super().__init__(code)
        self.index = index
        self.number = number
        self.code = code


class _Unsaved(Exception):
    """What follows from a batch was decided but cannot be saved, such as a mail to somebody who was erased."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Processor:
    """Moves one process on while it leads; stands by while another worker does."""

    def __init__(self, process: Process, runtime: Runtime, feed: Feed) -> None:
        self._process = process
        self._runtime = runtime
        self._feed = feed
        self._topics = {event.TOPIC for event in process.topics}
        self._back_off = FIRST_BACK_OFF

    def run(self, stop: Event) -> None:
        """Leads or stands by until told to stop; what goes wrong is tried again, later and later."""
        while not stop.is_set():
            wait = STAND_BY
            try:
                with psycopg.connect(self._runtime.settings.database_url, autocommit=True) as leading:
                    while not stop.is_set() and not positions.try_lead(leading, self._process.name):
                        stop.wait(STAND_BY)
                    self._lead(leading, stop)
            except positions.Superseded:
                _logger.warning("another leader", action="process.superseded", process=self._process.name)
            except Exception as fault:
                wait = self._back_off
                self._back_off = min(self._back_off * 2, LONGEST_BACK_OFF)
                self._report(fault, wait)
            stop.wait(wait)

    def _lead(self, leading: psycopg.Connection, stop: Event) -> None:
        position = positions.find(leading, self._process.name)
        while not stop.is_set():
            leading.execute("SELECT")  # raises when the connection, and the lead with it, is lost
            recorded = self._feed.read(position, catching_up=False)
            if not recorded:
                self._feed.wait(position, IDLE_WAIT)
                continue
            position = self.take(recorded, position)
            self._back_off = FIRST_BACK_OFF

    def take(self, recorded: Sequence[Recorded], position: int) -> int:
        """Lets the process react to what was recorded after `position`; gives where it stands then."""
        wanted = [one for one in recorded if one.event.TOPIC in self._topics]
        if not self._process.imported:
            wanted = [one for one in wanted if not one.event.metadata.is_of_the_past]
        for start in range(0, len(wanted), BATCH):
            batch = wanted[start : start + BATCH]
            last = start + BATCH >= len(wanted)
            position = self._take_batch(batch, position, recorded[-1].position if last else batch[-1].position, {})
        return position if wanted else self._pass(position, recorded[-1].position)

    def _take_batch(self, batch: Sequence[Recorded], old: int, new: int, refused: Refused) -> int:
        """Commits a batch; where a command is refused, what comes before its event by itself, then the rest."""
        try:
            self._decided(Batch(self._process, self._runtime, batch, refused), old, new)
        except _Refused as refusal:
            if refusal.index:
                return self._take_parts(batch, refusal.index, old, new, refused)
            self._take_batch(batch, old, new, {**refused, refusal.number: refusal.code})
        except _Unsaved as refusal:
            if len(batch) > 1:
                return self._take_parts(batch, len(batch) // 2, old, new, refused)
            self._take_batch(batch, old, new, dict.fromkeys(range(MOST_COMMANDS), refusal.code))
        return new

    def _take_parts(self, batch: Sequence[Recorded], index: int, old: int, new: int, refused: Refused) -> int:
        between = self._take_batch(batch[:index], old, batch[index - 1].position, refused)
        return self._take_batch(batch[index:], between, new, {})

    def _decided(self, batch: Batch, old: int, new: int) -> None:
        for _ in range(ATTEMPTS - 1):
            try:
                return batch.commit(old, new)
            except (VersionConflict, DeadlockDetected):
                continue
        batch.commit(old, new)

    def _pass(self, old: int, new: int) -> int:
        """Moves past events that are none of this process's."""
        with self._runtime.pool.connection() as connection:
            positions.move(connection, self._process.name, old, new)
        return new

    def _report(self, fault: Exception, wait: float) -> None:
        name = type(fault).__name__
        _logger.error("process stopped", action="process.failed", process=self._process.name, error=name, again_in=wait)
        if isinstance(fault, psycopg.OperationalError):
            return
        try:
            with self._runtime.pool.connection() as connection:
                positions.report_trouble(connection, self._process.name, name)
        except psycopg.Error:
            _logger.warning("trouble not shown", action="process.unreported", process=self._process.name)


class Batch:
    """Some events in a row, and what follows from them; `refused` are commands of the first that the domain refused."""

    def __init__(self, process: Process, runtime: Runtime, recorded: Sequence[Recorded], refused: Refused) -> None:
        self._process = process
        self._runtime = runtime
        self._recorded = recorded
        self._refused = refused

    def commit(self, old: int, new: int) -> None:
        """Decides, and commits events, effects and position in one transaction."""
        orders = Orders(self._runtime, self._recorded)
        now: list[Asked] = []
        later: list[Asked] = []
        with self._runtime.log.session() as session:
            shop = self._runtime.desk.shop_within(session)
            session.begin()
            for index, one in enumerate(self._recorded):
                for asked in self._react(session, shop, orders, index, one):
                    (later if asked.effect.due_at else now).append(asked)
            effects.put_all(session.connection, now)
            schedule.put(session.connection, later)
            positions.move(session.connection, self._process.name, old, new)
            try:
                session.commit()
            except VersionConflict:
                raise
            except DomainError as error:
                raise _Unsaved(error.code) from error

    def _react(self, session: Session, shop: Shop, orders: Orders, index: int, one: Recorded) -> list[Asked]:
        """Lets the process decide on one event, hands its commands to the desk and gives its effects."""
        event, name = one.event, self._process.name
        trigger = Trigger(
            process=name,
            event=event,
            position=one.position,
            shop=shop,
            order=lambda: orders.after(one),
            load=session.load_or_blank,
        )
        reaction = self._process.react(trigger)
        for number, command in enumerate(reaction.commands):
            self._give(session, command, index, number, one.position)
        return [Asked(effect_key(event, name, effect), effect, one.position) for effect in reaction.effects]

    def _give(self, session: Session, command: Command, index: int, number: int, position: int) -> None:
        topic, command_id = type(command).__name__, command.context.command_id
        if index == 0 and number in self._refused:
            code = self._refused[number]
            positions.refuse(session.connection, self._process.name, position, command_id, topic, code)
            return
        try:
            self._runtime.desk.handle_within(session, command)
        except VersionConflict:
            raise
        except DomainError as error:
            _logger.warning(
                "command refused", action="process.refused", process=self._process.name, code=error.code, command=topic
            )
            raise _Refused(index, number, error.code) from error


class Orders:
    """The orders of a batch, read at once when the first is asked for, each folded up to the event looked at."""

    def __init__(self, runtime: Runtime, recorded: Sequence[Recorded]) -> None:
        self._runtime = runtime
        self._recorded = recorded
        self._orders: dict[UUID, Order] = {}

    def after(self, one: Recorded) -> Order:
        """The order that the event belongs to, as it was after it."""
        order_id = one.event.originator_id
        order = self._orders.setdefault(order_id, Order.blank(order_id))
        for event in self._streams[order_id][order.version : one.event.originator_version]:
            event.mutate(order)
        return order

    @cached_property
    def _streams(self) -> dict[UUID, list[DomainEvent]]:
        ids = {one.event.originator_id for one in self._recorded}
        return self._runtime.log.streams(ids, upto=self._recorded[-1].position)

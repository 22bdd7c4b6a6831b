"""What follows from some events in a row, decided and committed in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar, cast
from uuid import UUID

import structlog

from domain.enrolments import Enrolment
from domain.errors import DomainError
from domain.events import Aggregate, Command
from domain.handlers import CREATING, HANDLERS, MISSING
from domain.messages import Message
from domain.processes.process import Process, Trigger, effect_key
from domain.settings import Shop
from projections.faults import with_trace
from projections.log import Found, Recorded, Session, VersionConflict
from projections.runtime import Runtime
from projections.work import effects, positions, schedule
from projections.work.effects import EffectRequest
from workers.orders import Orders

A = TypeVar("A", bound=Aggregate)
Refused = Mapping[int, str]  # by its number, why a command that follows from a batch's first event was refused

# These stand for themselves: their commands need nothing but their own history, and touch nothing else.
_ALONE = (Message, Enrolment)

_logger = structlog.get_logger()


class CommandRefused(Exception):
    """The domain refused a command: the `number`th that follows from the event at `index` of the batch."""

    def __init__(self, index: int, number: int, code: str) -> None:
        super().__init__(code)
        self.index = index
        self.number = number
        self.code = code


class Unsaved(Exception):
    """What follows from a batch was decided but cannot be saved, such as a mail to somebody who was erased."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Given(NamedTuple):
    """A command that a process gave: the `number`th that follows from the event at `place` in the batch."""

    place: int
    number: int
    process: Process
    command: Command


class ReactionBatch:
    """Some events in a row and the processes that react to them; `refused` are commands of the first event that the
    domain refused to its only process.
    """

    def __init__(
        self,
        runtime: Runtime,
        orders: Orders,
        processes: Sequence[Process],
        found: Found,
        refused: Refused,
    ) -> None:
        self._runtime = runtime
        self._orders = orders
        self._processes = processes
        self._incarnation, self._recorded = found
        self._refused = refused
        self._wanting: dict[str, list[Process]] = {}
        for process in processes:
            for event in process.topics:
                self._wanting.setdefault(event.TOPIC, []).append(process)

    @property
    def is_wanted(self) -> bool:
        """Whether any of the processes reacts to any of the events."""
        return any(one.event.TOPIC in self._wanting for one in self._recorded)

    def commit(self, old: int, new: int) -> None:
        """Decides, and commits events, effects and positions in one transaction.

        An event is decided on by all processes before the next one is looked at, so that none overtakes another.
        """
        with self._runtime.log.session(self._incarnation) as session:
            deciding = _Deciding(self._runtime, session)
            asked = self._decided(deciding)
            effects.put_all(session.connection, [one for one in asked if not one.effect.due_at])
            schedule.put(session.connection, [one for one in asked if one.effect.due_at])
            names = [process.name for process in self._processes]
            positions.move(session.connection, names, old, new, self._incarnation)
            try:
                session.commit()
            except VersionConflict:
                raise
            except DomainError as error:
                raise Unsaved(error.code) from error

    def _decided(self, deciding: _Deciding) -> list[EffectRequest]:
        """Gives every command to the domain, those for messages last and together; answers the effects asked for."""
        asked: list[EffectRequest] = []
        messages: list[_Given] = []
        self._orders.begin(self._recorded)
        for index, one in enumerate(self._recorded):
            self._orders.see(one.event)
            for process in self._wanting.get(one.event.TOPIC, ()):
                if process.imported or not one.event.metadata.is_of_the_past:
                    asked += self._react(deciding, process, index, one, messages)
        deciding.load_all(Message, [HANDLERS[type(given.command)].target(given.command) for given in messages])
        for given in messages:
            self._give(deciding, given)
        return asked

    def _react(
        self, deciding: _Deciding, process: Process, index: int, one: Recorded, messages: list[_Given]
    ) -> list[EffectRequest]:
        """Lets a process decide on one event, gives its commands and answers its effects."""
        trigger = Trigger(
            process=process.name,
            event=one.event,
            position=one.position,
            shop=deciding.shop,
            order=lambda: self._orders.after(one),
            load=deciding.load,
        )
        reaction = process.react(trigger)
        for number, command in enumerate(reaction.commands):
            given = _Given(index, number, process, command)
            if HANDLERS[type(command)].aggregate is Message:
                messages.append(given)
            else:
                self._give(deciding, given)
        return [
            EffectRequest(effect_key(one.event, process.name, effect), effect, one.position)
            for effect in reaction.effects
        ]

    def _give(self, deciding: _Deciding, given: _Given) -> None:
        process, command, topic = given.process.name, given.command, type(given.command).__name__
        if given.place == 0 and given.number in self._refused:
            position, code = self._recorded[0].position, self._refused[given.number]
            command_id = command.context.command_id
            positions.refuse(deciding.session.connection, process, position, command_id, topic, code)
            return
        try:
            deciding.give(command)
        except VersionConflict:
            raise
        except DomainError as error:
            _logger.warning(
                "command refused", action="process.refused", process=process, code=error.code, command=topic,
                command_id=str(command.context.command_id), **with_trace(error),
            )  # fmt: skip
            raise CommandRefused(given.place, given.number, error.code) from error


class _Deciding:
    """The aggregates of one transaction, each folded once and kept as the commands leave it."""

    def __init__(self, runtime: Runtime, session: Session) -> None:
        self.session = session
        self._desk = runtime.desk
        self.shop: Shop = runtime.desk.shop_within(session)
        self._aggregates: dict[UUID, Aggregate] = {}
        session.begin()

    def load(self, cls: type[A], originator_id: UUID, /) -> A:
        """The aggregate as it is now, blank when it does not exist."""
        if originator_id not in self._aggregates:
            self._aggregates[originator_id] = self.session.load_or_blank(cls, originator_id)
        return cast("A", self._aggregates[originator_id])

    def load_all(self, cls: type[A], originator_ids: Sequence[UUID]) -> None:
        """Reads many aggregates at once."""
        if originator_ids:
            self.session.open(streams=originator_ids)
        for originator_id in originator_ids:
            self.load(cls, originator_id)

    def give(self, command: Command) -> None:
        """Lets the domain decide a command, and saves what it records."""
        handler = HANDLERS[type(command)]
        if handler.aggregate not in _ALONE:
            self._desk.handle_within(self.session, command)
            self._aggregates = {key: one for key, one in self._aggregates.items() if isinstance(one, _ALONE)}
            return
        aggregate = self.load(handler.aggregate, handler.target(command))
        if not aggregate.exists and type(command) not in CREATING:
            raise MISSING[handler.aggregate]()
        handler.decide(aggregate, command, self.shop)
        self.session.save(aggregate)

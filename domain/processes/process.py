"""What a process is: events in, commands and effects out, decided from nothing but what was recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar
from uuid import UUID, uuid5

from msgspec import Struct

from domain.events import Aggregate, Command, Context, Event
from domain.orders.order import Order
from domain.settings import Shop

A = TypeVar("A", bound=Aggregate)


class Load(Protocol):
    """Gives an aggregate as it is now, blank when it does not exist."""

    def __call__(self, cls: type[A], originator_id: UUID, /) -> A: ...


class Effect(Struct, frozen=True, kw_only=True):
    """Work on the outside world: its kind, the ids it needs, and when it is due (None: now).

    `name` tells effects of one kind that follow from one event apart.
    """

    kind: str
    payload: dict[str, str | int]
    order_id: UUID | None = None
    due_at: datetime | None = None
    name: str = ""


class Reaction(Struct, frozen=True, kw_only=True):
    """What follows from an event: commands, in order, and effects."""

    commands: tuple[Command, ...] = ()
    effects: tuple[Effect, ...] = ()


class Trigger(Struct, frozen=True, kw_only=True):
    """The event a process decides on, and what it may look at: the shop, the event's order, other aggregates.

    `order` is the event's order as it was after this event; `load` gives another aggregate as it is now, blank when it
    does not exist.
    """

    process: str
    event: Event
    position: int
    shop: Shop
    order: Callable[[], Order]
    load: Load

    def context(self, name: str = "") -> Context:
        """The context of a command that follows; `name` tells commands for one aggregate apart."""
        led_to_by = self.event.metadata.event_id
        return Context(
            command_id=uuid5(led_to_by, f"{self.process}/{name}" if name else self.process),
            actor=f"process:{self.process}",
            at=self.event.timestamp,
        )


class Process(NamedTuple):
    """A process: its name, the events it follows, and what it answers. `imported` lets it see imported past orders."""

    name: str
    topics: tuple[type[Event], ...]
    react: Callable[[Trigger], Reaction]
    imported: bool = False


NOTHING = Reaction()


def effect_key(event: Event, process: str, effect: Effect) -> UUID:
    """The key of an effect: the same event gives the same key, however often it is looked at."""
    return uuid5(event.metadata.event_id, f"{process}/{effect.kind}/{effect.name}")

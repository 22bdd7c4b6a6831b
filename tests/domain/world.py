"""A world in which processes react: aggregates kept in memory, and the commands that they told."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from domain.customers import GiveConsent, TakeBillingData
from domain.events import Aggregate, Command, Event
from domain.handlers import HANDLERS
from domain.orders.creation import Buyer
from domain.orders.order import Order
from domain.processes import PROCESSES
from domain.processes.process import Effect, Process, Reaction, Trigger
from domain.sequences import (
    PutTags,
)
from domain.settings import Shop
from tests.domain.orders import placed
from tests.examples.facts import ADDRESS, CUSTOMER, ORDER
from tests.given import context

A = TypeVar("A", bound=Aggregate)
BUYER = Buyer(id=CUSTOMER, name="Nora Example", email="nora@example.com")
TAGS = PutTags(owner="order", tags=("asked",))


class World:
    """A past of several aggregates, and what the processes make of it."""

    def __init__(self, shop: Shop | None = None) -> None:
        self.shop = shop or Shop()
        self.events: list[Event] = []

    def after(self, *commands: Command) -> World:
        """What the commands recorded happened as well, in this order."""
        for command in commands:
            handler = HANDLERS[type(command)]
            aggregate = self.load(handler.aggregate, handler.target(command))
            handler.decide(aggregate, command, self.shop)
            self.events += [event for event in aggregate.collect_events() if isinstance(event, Event)]
        return self

    def load(self, cls: type[A], originator_id: UUID, /, upto: int | None = None) -> A:
        """An aggregate as it is now, or was at a version."""
        aggregate = cls.blank(originator_id)
        for event in [one for one in self.events if one.originator_id == originator_id][:upto]:
            event.mutate(aggregate)
        return aggregate

    def reactions(self, name: str) -> list[Reaction]:
        """What one process answers to each event it follows, in order."""
        process = PROCESSES[name]
        seen = [(at, event) for at, event in enumerate(self.events, 1) if isinstance(event, process.topics)]
        return [process.react(self._trigger(process, event, at)) for at, event in seen]

    def commands(self, name: str) -> list[Command]:
        return [command for reaction in self.reactions(name) for command in reaction.commands]

    def effects(self, name: str) -> list[Effect]:
        return [effect for reaction in self.reactions(name) for effect in reaction.effects]

    def _trigger(self, process: Process, event: Event, position: int) -> Trigger:
        def order() -> Order:
            return self.load(Order, event.originator_id, event.originator_version)

        return Trigger(
            process=process.name, event=event, position=position, shop=self.shop, order=order, load=self.load
        )


def told(commands: list[Command]) -> list[tuple[Any, ...]]:
    """What matters of commands: their kind, their fields but the context, and who gives them because of what."""
    return [
        (type(one), {name: getattr(one, name) for name in one.__struct_fields__ if name != "context"})
        for one in commands
    ]


def bought(*lines: Any, **facts: Any) -> Command:
    return placed(*lines, buyer=BUYER, billing_address=ADDRESS, **facts)


def card() -> Command:
    told = context("card")
    return TakeBillingData(customer_id=CUSTOMER, context=told, order_id=ORDER, billing=ADDRESS)


def agrees() -> Command:
    return GiveConsent(customer_id=CUSTOMER, context=context("agrees"), proof="ticked", source="shop")

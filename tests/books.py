"""An order book in memory: what a decision asks is answered from its own histories, and what was decided is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from domain.deciding import decide
from domain.events import Aggregate, Command, Event, fold
from domain.handlers import HANDLERS
from domain.lookup import CustomerClaim, Decision
from domain.shop import Series, Shop
from domain.stock import StockItem, stock_id_of

A = TypeVar("A", bound=Aggregate)


class Book:
    """Answers like a `Lookup` and handles commands like a desk, with neither a database nor anything beside it."""

    def __init__(self) -> None:
        self.shop = Shop()
        self.settings_version = 0
        self.streams: dict[UUID, list[Event]] = defaultdict(list)
        self.owners: dict[str, UUID] = {}
        self.locks: list[UUID] = []
        self.numbers = 0

    def handle(self, command: Command) -> Decision:
        """Decides a command and keeps all that was decided; a refused one leaves nothing behind."""
        handler, owners = HANDLERS[type(command)], dict(self.owners)
        aggregate = self.load(handler.aggregate, handler.target(command))
        try:
            decision = decide(aggregate, command, self)
        except Exception:
            self.owners = owners
            raise
        self.owners |= {email: taker for email, _, taker in decision.handed_emails}
        self.owners = {email: owner for email, owner in self.owners.items() if owner not in decision.forgotten}
        self.keep(aggregate, *decision.touched)
        return decision

    def keep(self, *aggregates: Aggregate) -> None:
        """Appends what they recorded."""
        for aggregate in aggregates:
            self.streams[aggregate.id] += cast("list[Event]", aggregate.collect_events())

    def load(self, cls: type[A], originator_id: UUID) -> A:
        return fold(cls.blank(originator_id), self.streams.get(originator_id, ()))

    def locked(self, cls: type[A], originator_id: UUID) -> A:
        self.locks.append(originator_id)
        return self.load(cls, originator_id)

    def customer_of(self, email: str) -> CustomerClaim:
        created = email not in self.owners
        return CustomerClaim(self.owners.setdefault(email, uuid4()), created)

    def claim(self, email: str, customer_id: UUID) -> UUID:
        return self.owners.setdefault(email, customer_id)

    def next_number(self) -> int:
        self.numbers += 1
        return self.numbers

    def next_document(self, series: Series, on: date) -> tuple[int, date]:
        return series.first, on

    def stock(self, skus: Collection[str]) -> dict[str, StockItem]:
        found = {sku: self.locked(StockItem, stock_id_of(sku)) for sku in sorted(skus)}
        return {sku: item for sku, item in found.items() if item.exists}

    def topics(self, originator_id: UUID) -> list[str]:
        """What happened in one stream, in order."""
        return [event.TOPIC for event in self.streams.get(originator_id, ())]


def told_apart(streams: dict[UUID, list[Any]], orders: Collection[UUID]) -> dict[str, list[Any]]:
    """Histories in a form that is the same wherever they were made: customers are named as their orders name them.

    The id of an event follows from its stream's, and is left out.
    """
    names = {str(order_id): f"order {at}" for at, order_id in enumerate(orders)}
    for order_id in orders:
        for event in streams.get(order_id, ()):
            if customer_id := getattr(event, "customer_id", None):
                names.setdefault(str(customer_id), f"customer {len(names)}")
    return {
        name: [_plain(event, names) for event in streams[UUID(originator_id)]]
        for originator_id, name in names.items()
        if streams.get(UUID(originator_id))
    }


def _plain(event: Event, names: dict[str, str]) -> Any:
    fields = {name: getattr(event, name) for name in event.__struct_fields__ if name != "metadata"}
    about = (event.metadata.actor, event.metadata.import_id, event.metadata.cause, event.metadata.subject)
    text = repr((event.TOPIC, fields, about))
    for originator_id, name in names.items():
        text = text.replace(originator_id, name)
    return text

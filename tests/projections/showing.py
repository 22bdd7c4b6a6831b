"""A log and views that a test fills itself: commands are decided and appended, the views are moved on when told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import psycopg
from psycopg_pool import ConnectionPool

import domain.topics  # noqa: F401 - every topic is known before the first event is stored
from domain.addresses import Address
from domain.customers import Customer, EraseCustomer
from domain.events import Aggregate, Command, Context
from domain.handlers import HANDLERS
from domain.orders.cart import NewItem
from domain.orders.creation import Buyer, CreateOrder
from domain.settings import Shop
from projections.engine import generations
from projections.engine.target import Target
from projections.log import EventLog, KeyRing
from projections.views import PROJECTIONS
from tests.fixtures_database import TEST_SECRET

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_IDS = UUID("5a0e7a34-3c1d-5c9e-9d5b-0d9a3c6f2b11")


def id_of(name: str) -> UUID:
    """The id that a name stands for in a test."""
    return uuid5(_IDS, name)


def minutes(number: float) -> datetime:
    """So many minutes past noon."""
    return NOON + timedelta(minutes=number)


class Showing:
    """The log, and every view of it in one connection."""

    def __init__(self, connection: psycopg.Connection[Any], log: EventLog) -> None:
        self.connection = connection
        self.log = log
        self._position = 0
        self._targets = []
        for view in PROJECTIONS.values():
            generations.create(connection, view)
            target = Target(view, log)
            target.open(connection)
            self._targets.append(target)

    def happen(self, *commands: Command) -> Any:
        """Decides and appends commands, one after the other; gives the last one's aggregate."""
        aggregate: Aggregate | None = None
        for command in commands:
            handler = HANDLERS[type(command)]
            with self.log.session() as session:
                aggregate = session.load_or_blank(handler.aggregate, handler.target(command))
                if not isinstance(command, EraseCustomer):
                    session.ensure_subjects(_subjects(command))
                handler.decide(aggregate, command, Shop())
                session.save(aggregate)
                session.commit()
            if isinstance(command, EraseCustomer):
                self.log.erase(handler.target(command))
        return aggregate

    def show(self, batch: int = 500) -> None:
        """Moves every view on to the end of the log, so many events at a time."""
        while recorded := self.log.read(self._position, batch):
            head = recorded[-1].position
            for target in self._targets:
                wanted = [one for one in recorded if target.wants(one.event.TOPIC)]
                target.advance(self.connection, wanted, self._position, head, self.log.end()[0])
            self._position = head

    def rows(self, table: str, order_by: str = "1, 2") -> list[tuple[Any, ...]]:
        """The rows of a view."""
        return self.connection.execute(f"SELECT * FROM views.{table} ORDER BY {order_by}").fetchall()

    def value(self, statement: str, *values: Any) -> Any:
        """The single value a statement gives."""
        row = self.connection.execute(statement, values).fetchone()
        return row[0] if row else None


def _subjects(command: Command) -> set[UUID]:
    """Whose personal data a command may bring."""
    buyer = getattr(command, "buyer", None)
    subjects = (getattr(command, "customer_id", None), buyer.id if buyer else None)
    return {HANDLERS[type(command)].target(command), *(subject for subject in subjects if subject)}


@contextmanager
def showing(database: str) -> Iterator[Showing]:
    """Opens a test's log and views."""
    with (
        ConnectionPool(database, min_size=1, max_size=3, kwargs={"autocommit": True}, open=True) as pool,
        psycopg.connect(database, autocommit=True) as connection,
    ):
        log = EventLog(pool, KeyRing(TEST_SECRET))
        yield Showing(connection, log)
        log.close()


def at(moment: datetime, *, actor: str = "operator:desk", reason: str | None = None, command: str = "") -> Context:
    """Who gives a command, and when."""
    command_id = id_of(f"{command}{moment.isoformat()}{actor}{reason}")
    return Context(command_id=command_id, actor=actor, at=moment, reason=reason)


def item(sku: str, price: int = 1000, quantity: int = 1) -> NewItem:
    """A line of a cart."""
    return NewItem(sku=sku, name=f"Article {sku}", quantity=quantity, unit_price=price)


def buyer(name: str, email: str = "") -> Buyer:
    """A customer, known by an e-mail address made of the name."""
    return Buyer(id=id_of(name), name=name, email=email or f"{name.split()[0].lower()}@example.com")


def order(name: str, moment: datetime = NOON, **told: Any) -> CreateOrder:
    """The creation of an order: placed, with one line, unless told otherwise."""
    given: dict[str, Any] = {
        "number": name,
        "currency": "EUR",
        "prices_include_tax": True,
        "locale": "en",
        "place": True,
        "items": (item("TEA-1"),),
    }
    return CreateOrder(order_id=id_of(name), context=at(moment, command=name), **(given | told))


__all__ = ["NOON", "Address", "Customer", "Showing", "at", "buyer", "id_of", "item", "minutes", "order", "showing"]

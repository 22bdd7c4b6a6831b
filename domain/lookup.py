"""What a decision may ask beyond its own aggregate, and what it leads to beyond that aggregate's own events."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple, Protocol, TypeVar
from uuid import UUID

from msgspec import Struct

from domain.events import Aggregate
from domain.shop import Series, Shop
from domain.stock.item import StockItem

A = TypeVar("A", bound=Aggregate)


class CustomerClaim(NamedTuple):
    """The customer an e-mail address belongs to; `created` when this save is the first to name the address."""

    customer_id: UUID
    created: bool


class Lookup(Protocol):
    """Answers a decision's questions about others; who implements it fetches and locks, and decides nothing."""

    @property
    def shop(self) -> Shop:
        """The shop as it is set up now."""

    @property
    def settings_version(self) -> int:
        """The version of the settings that the shop is read from."""

    def load(self, cls: type[A], originator_id: UUID, /) -> A:
        """An aggregate as it is now, blank when it does not exist."""

    def locked(self, cls: type[A], originator_id: UUID, /) -> A:
        """The same; nobody else changes it until what is decided is stored."""

    def customer_of(self, email: str, /) -> CustomerClaim:
        """Whose a normalised e-mail address is; one that nobody has becomes a new customer's."""

    def claim(self, email: str, customer_id: UUID, /) -> UUID:
        """Whose a normalised e-mail address is; one that nobody has becomes this customer's."""

    def next_number(self) -> int:
        """The next number for an order, from 1."""

    def next_document(self, series: Series, on: date, /) -> tuple[int, date]:
        """The next count of a series, and the document's day: `on`, or that of the one before it where that is later.

        Nobody else takes a number of the series until what is decided is stored.
        """

    def stock(self, skus: Collection[str], /) -> Mapping[str, StockItem]:
        """The stock of those SKUs that are tracked; nobody else changes it until what is decided is stored."""


class Decision(Struct):
    """What a command led to beside its own aggregate's events, to be stored with them or not at all.

    `touched` are the other aggregates with events of their own, in the order to store them in. `keys` are subjects
    whose personal data needs a key, `handed_over` are keys that go with their new holder's, `forgotten` are people
    whose keys are deleted. `handed_emails` go from one customer to another. `documents` were issued on their day.
    """

    touched: list[Aggregate] = []
    keys: list[UUID] = []
    handed_over: list[tuple[UUID, UUID]] = []
    forgotten: list[UUID] = []
    handed_emails: list[tuple[str, UUID, UUID]] = []
    documents: list[tuple[UUID, date]] = []

"""What a save has at hand for a decision: what the command needs, read in one round trip; the rest when it shows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TypeVar
from uuid import UUID

from domain.events import Aggregate
from domain.lookup import CustomerClaim
from domain.settings import Shop
from domain.shop import Series
from domain.stock import StockItem, stock_id_of
from projections.desk.stock import StockCache
from projections.log import Answer, Session

A = TypeVar("A", bound=Aggregate)


class Gathered:
    """Answers a decision's questions (see `domain.lookup.Lookup`): it fetches and locks, and decides nothing.

    `stock_cache` is what is known of stock; of the stock looked for, `untracked` is what is not tracked. `email` is the
    address whose `customer` was looked up. An `answer` given before ends it.
    """

    def __init__(
        self,
        session: Session,
        shop: Shop,
        stock_cache: StockCache,
        *,
        settings_version: int = 0,
        untracked: frozenset[UUID] = frozenset(),
        email: str | None = None,
        customer: CustomerClaim | None = None,
        number: int | None = None,
        answer: Answer | None = None,
    ) -> None:
        self.session = session
        self.shop = shop
        self.settings_version = settings_version
        self.number = number
        self.answer = answer
        self.load = session.load_or_blank
        self._stock_cache = stock_cache
        self._untracked = untracked
        self._email = email
        self._customer = customer

    def locked(self, cls: type[A], originator_id: UUID) -> A:
        """An aggregate as it is now; nobody else changes it until the save ends."""
        self.session.lock(originator_id)
        return self.session.load_or_blank(cls, originator_id)

    def customer_of(self, email: str) -> CustomerClaim:
        """Whose a normalised e-mail address is; one that nobody has becomes a new customer's."""
        if self._customer and email == self._email:
            return self._customer
        return self.session.customer_for(email)

    def claim(self, email: str, customer_id: UUID) -> UUID:
        """Whose a normalised e-mail address is; one that nobody has becomes this customer's."""
        return self.session.claim_email(email, customer_id).customer_id

    def next_number(self) -> int:
        """The number that was taken for an order."""
        return self.number or 1

    def next_document(self, series: Series, on: date) -> tuple[int, date]:
        """The next count of a series, and the document's day; others wait until the save ends."""
        return self.session.next_document(series.code, on.year if series.yearly else 0, series.first, on)

    def stock(self, skus: Collection[str]) -> dict[str, StockItem]:
        """The stock of those SKUs that are tracked, locked; nothing is locked for the others."""
        stock_ids = {stock_id_of(sku) for sku in skus} - self._untracked
        if not stock_ids:
            return {}
        tracked = {item.sku: item for item in self._stock_cache.tracked(self.session, stock_ids)}
        self._untracked |= stock_ids - {item.id for item in tracked.values()}
        return tracked

    def stock_item(self, stock_id: UUID) -> StockItem:
        """One SKU's stock, tracked or not, locked."""
        [item] = self._stock_cache.locked(self.session, (stock_id,))
        return item

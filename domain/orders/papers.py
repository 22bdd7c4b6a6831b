"""A paper of an order: a document with a number, what it credits, what it tells, and a print of one."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from domain.addresses import Address
from domain.events import Erased
from domain.orders.items import Item
from domain.owed import RefundParts
from domain.pricing import Price
from domain.taxes import Taxes


class CreditPart(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of a credit: so many units of a line, shipping, or goodwill; `taxes` None: nothing is told of taxes.

    `tax_parts` is how much each of its taxes is, `exemption` why it bears none. A `quantity` of 0: no unit was taken
    back, what is kept costs less.
    """

    kind: str
    item: str
    quantity: int
    net: int
    taxes: Taxes | None = None
    tax_parts: tuple[int, ...] = ()
    exemption: str = ""

    @property
    def tax(self) -> int:
        """All its taxes."""
        return sum(self.tax_parts)

    @property
    def total(self) -> int:
        """Net and tax."""
        return self.net + self.tax


class Basis(Struct, frozen=True, kw_only=True):
    """What an invoice tells from its issue, or from a correction, on: credit notes after that take it back.

    `given` are the refunds that are taken back already, as they counted then; `settled` are the ids of those and of all
    others that there were.
    """

    price: Price
    items: tuple[Item, ...]
    given: tuple[RefundParts, ...] = ()
    settled: frozenset[str] = frozenset()


class Document(Struct, frozen=True, kw_only=True):
    """A document that was given a number in a series.

    One that was issued here has the order's `version` and the shop's `settings_version` that it prints from for ever.
    A credit note with `parts` corrects its invoice without a refund, for that `reason`.
    """

    kind: str
    series: str
    number: str
    version: int = 0
    settings_version: int = 0
    issued_on: date | None = None
    due_on: date | None = None
    refund: str = ""
    refers_to: str = ""
    tax: int = 0
    total: int = 0
    buyer_registration: str | Erased = ""
    buyer_reference: str = ""
    exemption: str = ""
    euro_rate: int = 0
    buyer: Address | Erased | None = None
    delivery: Address | Erased | None = None
    parts: tuple[CreditPart, ...] = ()
    reason: str | None = None
    voided_at: datetime | None = None
    void_reason: str | None = None


class Print(Struct, frozen=True, kw_only=True):
    """A document as it came out of the printer, by the hash of its bytes and what it was printed from."""

    kind: str
    number: str
    form: str
    locale: str
    order_version: int
    settings_version: int
    layout: int
    sha256: str

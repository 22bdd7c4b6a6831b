"""A shop and an order that the tests of documents issue invoices for."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.addresses import Address
from domain.events import Event
from domain.orders.documents import (
    NumberDocument,
    VoidDocument,
)
from domain.orders.issuing import (
    IssueCreditNote,
    IssueInvoice,
)
from domain.orders.order import Order
from domain.settings import Shop
from domain.shop import Legal
from tests.domain.orders import ask, pay, placed, refund
from tests.given import given

SELLER = Address(
    company="Example Works", line1="1 Sample Street", city="Sampleton", country="FR", vat_number="FR00732829320"
)
SHOP = Shop(seller=SELLER, legal=Legal(siren="732829320", payment_days=45))
BILLED: dict[str, Any] = {"billing_address": Address(name="Nora Example")}
DAY = date(2026, 3, 2)


def document(**facts: str) -> NumberDocument:
    return ask(NumberDocument, **{"kind": "invoice", "series": "invoices", "document_number": "2026-1", **facts})


def invoice(number: str = "F2026-00001", **facts: Any) -> IssueInvoice:
    return ask(IssueInvoice, document_number=number, issued_on=DAY, settings_version=4, **facts)


def credit(number: str = "A2026-00001", **facts: Any) -> IssueCreditNote:
    told = {"refund": "1", **facts}
    return ask(IssueCreditNote, document_number=number, issued_on=DAY, settings_version=4, **told)


def invoiced() -> list[Event]:
    """The past of an order whose invoice was issued."""
    return given(Order, placed(**BILLED)).when(invoice(), SHOP).events


def invoiced_after_refund() -> list[Event]:
    """The same of an order of which something went back before."""
    return given(Order, placed(**BILLED), pay(), refund(("1", 1), called="first")).when(invoice(), SHOP).events


def void(number: str = "F2026-00001", because: str | None = "Wrong buyer") -> VoidDocument:
    return ask(VoidDocument, because=because, document_number=number)

"""What an order's history books: invoices and credit notes as they were issued, their voids, money that moved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, tzinfo
from typing import Literal, NamedTuple
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.addresses import Address
from domain.events import Event
from domain.orders.credits import GOODWILL, LINE, SHIPPING, Credit, credit_of, credit_with
from domain.orders.documents import INVOICE, DocumentNumbered, DocumentVoided
from domain.orders.order import Document, Order
from domain.orders.payments import PaymentCaptured, PaymentRecorded, PaymentVoided
from domain.orders.refunded import OrderRefunded

BookingKind = Literal["invoice", "credit_note", "void", "payment", "payment_void", "refund"]
TOPICS = frozenset(
    event.TOPIC
    for event in (DocumentNumbered, DocumentVoided, PaymentRecorded, PaymentCaptured, PaymentVoided, OrderRefunded)
)


class TaxBooked(NamedTuple):
    """What of one tax was booked: its rate in ten-thousandths of a percent, its name, and its amount."""

    rate: int
    name: str
    amount: int


class Booking(Struct, frozen=True, kw_only=True):
    """One thing to book, in minor units of its currency: `total` is what the customer owes more by it.

    `goods`, `shipping`, `taxes` and `other` (differences of rounding) add up to the total of a document; money that
    moved has a `method` in their place. `booked_on` is the day of recording at the shop, `day` the paper's own.
    """

    kind: BookingKind
    position: int
    booked_on: date
    day: date
    piece: str
    series: str = ""
    order_id: UUID
    order_number: str
    customer_id: UUID | None
    buyer: str
    currency: str
    euro_rate: int = 0
    total: int
    goods: int = 0
    shipping: int = 0
    other: int = 0
    taxes: tuple[TaxBooked, ...] = ()
    method: str = ""

    @property
    def net(self) -> int:
        """What is booked without taxes."""
        return self.goods + self.shipping + self.other

    def reversed(self, kind: BookingKind, position: int, booked_on: date) -> Booking:
        """The same the other way round, on another day."""
        taxes = tuple(one._replace(amount=-one.amount) for one in self.taxes)
        return replace(
            self, kind=kind, position=position, booked_on=booked_on, day=booked_on, total=-self.total,
            goods=-self.goods, shipping=-self.shipping, other=-self.other, taxes=taxes,
        )  # fmt: skip


class Happened(NamedTuple):
    """An event, its place in the log, and when it was recorded."""

    position: int
    event: Event
    recorded_at: datetime


def bookings(order: Order, happened: Iterable[tuple[int, Event, datetime]], zone: tzinfo) -> Iterator[Booking]:
    """What a whole history of an order books, in the order it was recorded; `order` is blank.

    What the import of an order brought with it was booked where it came from, and is left out; so are documents that
    were numbered elsewhere.
    """
    brought: UUID | None = None
    documents: dict[str, Booking] = {}
    payments: dict[str, Booking] = {}
    for one in (Happened(*row) for row in happened):
        event = one.event
        brought = event.metadata.import_id if event.originator_version == 1 else brought
        was_captured = isinstance(event, PaymentVoided) and _is_captured(order, event.payment)
        order.take(event)
        if brought is not None and event.metadata.import_id == brought:
            continue
        booking = _of_document(order, one, zone, documents) or _of_money(order, one, zone, payments, was_captured)
        if booking is not None and (booking.total or booking.taxes):
            yield booking


def _is_captured(order: Order, payment: str) -> bool:
    return payment in order.payments and order.payments[payment].state == "captured"


def _of_document(order: Order, one: Happened, zone: tzinfo, documents: dict[str, Booking]) -> Booking | None:
    booked_on = one.recorded_at.astimezone(zone).date()
    match one.event:
        case DocumentNumbered(number=number):
            document = order.documents[-1]
            if document.number == number and document.version and document.issued_on:
                documents[number] = _document(order, document, one.position, booked_on)
                return documents[number]
        case DocumentVoided(number=number) if number in documents:
            return documents.pop(number).reversed("void", one.position, booked_on)
    return None


def _document(order: Order, document: Document, position: int, booked_on: date) -> Booking:
    is_invoice = document.kind == INVOICE
    goods, shipping, taxes = _invoiced(order) if is_invoice else _credited(order, document)
    tax = sum(one.amount for one in taxes)
    sign = 1 if is_invoice else -1
    return Booking(
        kind="invoice" if is_invoice else "credit_note",
        position=position,
        booked_on=booked_on,
        day=document.issued_on or booked_on,
        piece=document.number,
        series=document.series,
        order_id=order.id,
        order_number=order.number,
        customer_id=order.customer_id,
        buyer=_name(document.buyer),
        currency=order.currency,
        euro_rate=document.euro_rate,
        total=sign * document.total,
        goods=sign * goods,
        shipping=sign * shipping,
        other=sign * (document.total - goods - shipping - tax),
        taxes=tuple(one._replace(amount=sign * one.amount) for one in taxes if one.amount),
    )


def _invoiced(order: Order) -> tuple[int, int, tuple[TaxBooked, ...]]:
    price = order.price
    shipping = price.shipping_total - price.shipping_tax
    taxes = tuple(TaxBooked(share.rate, share.name, share.tax) for share in price.taxes)
    return price.net - shipping, shipping, taxes


def _credited(order: Order, note: Document) -> tuple[int, int, tuple[TaxBooked, ...]]:
    refund = next((one for one in order.refunds if one.id == note.refund), None)
    credit: Credit = credit_with(note.parts) if note.parts or refund is None else credit_of(order, refund, note)
    goods = sum(part.net for part in credit.parts if part.kind in (LINE, GOODWILL))
    shipping = sum(part.net for part in credit.parts if part.kind == SHIPPING)
    return goods, shipping, tuple(TaxBooked(share.rate, share.name, share.tax) for share in credit.taxes)


def _of_money(
    order: Order, one: Happened, zone: tzinfo, payments: dict[str, Booking], was_captured: bool
) -> Booking | None:
    booked_on = one.recorded_at.astimezone(zone).date()
    match one.event:
        case PaymentRecorded(payment=payment, amount=amount, method=method, paid_at=at):
            payments[payment] = _money(
                order, one, "payment", payment, (-amount, method, at.astimezone(zone).date()), booked_on
            )
            return payments[payment]
        case PaymentCaptured(payment=payment, amount=amount, timestamp=at) if _is_captured(order, payment):
            method = order.payments[payment].method
            payments[payment] = _money(
                order, one, "payment", payment, (-amount, method, at.astimezone(zone).date()), booked_on
            )
            return payments[payment]
        case PaymentVoided(payment=payment) if was_captured and payment in payments:
            return payments.pop(payment).reversed("payment_void", one.position, booked_on)
        case OrderRefunded(refund=refund, amount=amount, timestamp=at, payment=payment):
            method = one.event.method or (order.payments[payment].method if payment in order.payments else "")
            return _money(
                order,
                one,
                "refund",
                f"R{refund}",
                (amount, method or order.payment_method, at.astimezone(zone).date()),
                booked_on,
            )
    return None


def _money(
    order: Order, one: Happened, kind: BookingKind, piece: str, moved: tuple[int, str, date], booked_on: date
) -> Booking:
    total, method, day = moved
    invoice = next((document for document in reversed(order.documents) if document.version), None)
    return Booking(
        kind=kind,
        position=one.position,
        booked_on=booked_on,
        day=day,
        piece=f"{order.number}-{piece}",
        order_id=order.id,
        order_number=order.number,
        customer_id=order.customer_id,
        buyer=_name(invoice.buyer if invoice else order.billing_address),
        currency=order.currency,
        euro_rate=invoice.euro_rate if invoice else 0,
        total=total,
        method=method,
    )


def _name(buyer: object) -> str:
    return (buyer.company or buyer.name) if isinstance(buyer, Address) else ""

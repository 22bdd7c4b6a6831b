"""Documents of an order: invoices and credit notes with numbers that have no gap, their voids, and what was printed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from msgspec.structs import replace

from domain.addresses import Address
from domain.errors import NotFound, Rejected
from domain.events import Erased, Event, Personal
from domain.orders.credits import credit_of
from domain.orders.order import Document, Order, OrderCommand, Print, Refund
from domain.orders.payments import NotYetPlaced
from domain.orders.returns import RefundNotOnOrder
from domain.settings import Shop
from domain.shop import Series
from domain.statuses import DRAFT
from domain.texts import CODE, LINE, check_text

INVOICE, CREDIT_NOTE = NUMBERED = ("invoice", "credit_note")
KINDS = ("receipt", "packing_slip", "return_slip", *NUMBERED)
LONGEST_TERM = 366  # days
MAX_DOCUMENTS = 200
MAX_PRINTS = 1_000

_SHA256 = re.compile("[0-9a-f]{64}")


class DocumentNotFound(NotFound):
    """Order {number} has no document {document}."""

    code = "document-not-found"


class AlreadyInvoiced(Rejected):
    """Order {number} was invoiced as {document}: void that one first, or credit it."""

    code = "already-invoiced"


class NotInvoiced(Rejected):
    """Order {number} has no invoice that a credit note could refer to."""

    code = "not-invoiced"


class AlreadyCredited(Rejected):
    """Refund {refund} was credited as {document}."""

    code = "already-credited"


class SellerIncomplete(Rejected):
    """An invoice needs more of the seller: {missing}. Set it under settings."""

    code = "seller-incomplete"


class BuyerMissing(Rejected):
    """An invoice needs the buyer's name or company in the billing address."""

    code = "buyer-missing"


class NothingToInvoice(Rejected):
    """Order {number} has no lines and no amount to invoice."""

    code = "nothing-to-invoice"


class UnknownSeries(Rejected):
    """There is no series {series} of this kind; known: {known}."""

    code = "unknown-series"


class InvoiceCredited(Rejected):
    """Invoice {document} was credited by {credit_note}: it can no longer be voided."""

    code = "invoice-credited"


class VoidNeedsReason(Rejected):
    """A void says why."""

    code = "void-needs-reason"


class TermOutOfBounds(Rejected):
    """A term of payment is 0 to {limit} days."""

    code = "term-out-of-bounds"


class TooManyDocuments(Rejected):
    """An order holds at most {limit} documents."""

    code = "too-many-documents"


class WrongHash(Rejected):
    """A printed document is told by its SHA-256 in 64 hexadecimal digits."""

    code = "wrong-hash"


class NumberDocument(OrderCommand, frozen=True, kw_only=True):
    """Write down a document's number that was given elsewhere."""

    kind: str
    series: str
    document_number: str


class IssueCommand(OrderCommand, frozen=True, kw_only=True):
    """A document to be issued; the desk fills in the number, the day and the set-up that it is frozen with."""

    series: str = ""
    document_number: str = ""
    issued_on: date = date.min
    settings_version: int = 0


class IssueInvoice(IssueCommand, frozen=True, kw_only=True):
    """Invoice the order as it is; `payment_days` None: the seller's own terms.

    `buyer_registration` is the buyer's SIREN, SIRET or foreign register number, `buyer_reference` its order number.
    """

    payment_days: int | None = None
    buyer_registration: str = ""
    buyer_reference: str = ""


class IssueCreditNote(IssueCommand, frozen=True, kw_only=True):
    """Credit a refund that was made against the order's invoice."""

    refund: str


class VoidDocument(OrderCommand, frozen=True, kw_only=True):
    """Take a document back that was issued by mistake; its number stays taken."""

    document_number: str


class RecordPrint(OrderCommand, frozen=True, kw_only=True):
    """Write down what came out of the printer."""

    printed: Print


class DocumentNumbered(Event, frozen=True, kw_only=True):
    """A document of this order has a number in a series.

    Form 2 holds what an issued one is frozen with: the shop's version, its days, its amounts and the buyer's numbers.
    """

    TOPIC = "order.document-numbered"
    VERSION = 2

    kind: str
    series: str
    number: str
    settings_version: int = 0
    issued_on: date | None = None
    due_on: date | None = None
    refund: str = ""
    refers_to: str = ""
    tax: int = 0
    total: int = 0
    buyer_registration: Personal[str] = ""
    buyer_reference: str = ""

    def apply(self, order: Order) -> None:
        facts = {name: getattr(self, name) for name in _KEPT}
        issued = self.originator_version if self.settings_version or self.issued_on else 0
        order.documents = (*order.documents, Document(version=issued, **facts))
        if issued:
            order.commands.add(self.metadata.cause)


_KEPT = tuple(name for name in DocumentNumbered.__struct_fields__ if name not in Event.__struct_fields__)


class DocumentVoided(Event, frozen=True, kw_only=True):
    """A document no longer counts; its number is not given again."""

    TOPIC = "order.document-voided"

    number: str

    def apply(self, order: Order) -> None:
        order.documents = tuple(
            replace(one, voided_at=self.timestamp, void_reason=self.metadata.reason)
            if one.number == self.number
            else one
            for one in order.documents
        )


class DocumentPrinted(Event, frozen=True, kw_only=True):
    """A document came out of the printer; its bytes have this hash."""

    TOPIC = "order.document-printed"

    printed: Print

    def apply(self, order: Order) -> None:
        order.printed_version = order.content_before(self.originator_version - 1)
        order.last_print = self.originator_version
        order.prints = (*order.prints, self.printed)


def number_document(order: Order, command: NumberDocument, shop: Shop) -> None:
    """Writes down a document's number once."""
    check_text(command.kind, CODE, "/kind", required=True)
    check_text(command.series, CODE, "/series", required=True)
    check_text(command.document_number, CODE, "/document_number", required=True)
    document = Document(kind=command.kind, series=command.series, number=command.document_number)
    if document not in order.documents:
        order.record(
            DocumentNumbered,
            command.context,
            kind=document.kind,
            series=document.series,
            number=document.number,
        )


def issue_series(order: Order, command: IssueCommand, shop: Shop) -> Series | None:
    """The series that the document takes its number from; None where this command issued it before.

    Everything that could refuse the document is looked at, so that no number is taken for one that is refused.
    """
    if command.context.command_id in order.commands:
        return None
    if order.stage == DRAFT and not order.is_placed:
        raise NotYetPlaced(number=order.number)
    if len(order.documents) >= MAX_DOCUMENTS:
        raise TooManyDocuments(limit=MAX_DOCUMENTS)
    check_seller(shop)
    if isinstance(command, IssueCreditNote):
        _check_credit(order, command)
        return _series(command, CREDIT_NOTE, shop)
    if isinstance(command, IssueInvoice):
        _check_invoice(order, command, shop)
    return _series(command, INVOICE, shop)


def check_seller(shop: Shop) -> None:
    """Refuses to invoice for a seller not told as the law asks (CGI, annexe II, art. 242 nonies A, I, 1 to 3)."""
    seller, legal = shop.seller, shop.legal
    needed = {
        "name": seller.company or seller.name,
        "line1": seller.line1,
        "city": seller.city,
        "country": seller.country,
        "siren": seller.country != "FR" or legal.siren,
        "vat_number": seller.vat_number or legal.exemption,
    }
    missing = [name for name, told in needed.items() if not told]
    if missing:
        raise SellerIncomplete(missing=", ".join(missing))


def _check_invoice(order: Order, command: IssueInvoice, shop: Shop) -> None:
    live = live_invoice(order)
    if live:
        raise AlreadyInvoiced(number=order.number, document=live.number)
    if not order.items and not order.price.total:
        raise NothingToInvoice(number=order.number)
    bill = order.billing_address
    if not (isinstance(bill, Address) and (bill.name or bill.company)):
        raise BuyerMissing("/billing_address")
    check_text(command.buyer_registration, CODE, "/buyer_registration")
    check_text(command.buyer_reference, CODE, "/buyer_reference")
    if not 0 <= payment_days(command, shop) <= LONGEST_TERM:
        raise TermOutOfBounds("/payment_days", limit=LONGEST_TERM)


def _check_credit(order: Order, command: IssueCreditNote) -> None:
    refund_made(order, command.refund)
    invoice = live_invoice(order)
    if invoice is None:
        raise NotInvoiced(number=order.number)
    for one in order.documents:
        if one.kind == CREDIT_NOTE and one.refund == command.refund and not one.voided_at:
            raise AlreadyCredited("/refund", refund=command.refund[:CODE], document=one.number)


def _series(command: IssueCommand, kind: str, shop: Shop) -> Series:
    known = {code: series for code, series in shop.series.items() if series.kind == kind}
    asked = command.series or next(iter(known), "")
    if asked not in known:
        raise UnknownSeries("/series", series=asked[:CODE], known=", ".join(known))
    return known[asked]


def payment_days(command: IssueInvoice, shop: Shop) -> int:
    """The days after which the invoice is due."""
    return shop.legal.payment_days if command.payment_days is None else command.payment_days


def issue_invoice(order: Order, command: IssueInvoice, shop: Shop) -> None:
    """Issues the invoice of an order, once."""
    series = issue_series(order, command, shop)
    if series is not None:
        _issue(
            order,
            command,
            series,
            due_on=command.issued_on + timedelta(days=payment_days(command, shop)),
            tax=order.price.tax,
            total=order.price.total,
            buyer_registration=command.buyer_registration,
            buyer_reference=command.buyer_reference,
        )


def issue_credit_note(order: Order, command: IssueCreditNote, shop: Shop) -> None:
    """Issues the credit note of a refund, once; it refers to the order's invoice."""
    series = issue_series(order, command, shop)
    invoice = live_invoice(order)
    if series is not None and invoice is not None:
        credit = credit_of(order, refund_made(order, command.refund))
        _issue(
            order,
            command,
            series,
            refund=command.refund,
            refers_to=invoice.number,
            tax=credit.tax,
            total=credit.total,
            buyer_registration="" if isinstance(invoice.buyer_registration, Erased) else invoice.buyer_registration,
            buyer_reference=invoice.buyer_reference,
        )


def _issue(order: Order, command: IssueCommand, series: Series, **facts: Any) -> None:
    check_text(command.document_number, CODE, "/document_number", required=True)
    order.record(
        DocumentNumbered,
        command.context,
        kind=series.kind,
        series=series.code,
        number=command.document_number,
        settings_version=command.settings_version,
        issued_on=command.issued_on,
        **facts,
    )


def void_document(order: Order, command: VoidDocument, shop: Shop) -> None:
    """Voids a document once; one that a credit note stands on stays."""
    document = document_of(order, command.document_number)
    if document.voided_at:
        return
    if not (command.context.reason or "").strip():
        raise VoidNeedsReason("/reason")
    check_text(command.context.reason, LINE, "/reason")
    for one in order.documents:
        if one.refers_to == document.number and not one.voided_at:
            raise InvoiceCredited(document=document.number, credit_note=one.number)
    order.record(DocumentVoided, command.context, number=document.number)


def record_print(order: Order, command: RecordPrint, shop: Shop) -> None:
    """Writes down a print; the same bytes of the same document only once, and no more than an order can hold."""
    printed = command.printed
    if not _SHA256.fullmatch(printed.sha256):
        raise WrongHash("/printed/sha256")
    for field in ("kind", "number", "form", "locale"):
        check_text(getattr(printed, field), CODE, f"/printed/{field}")
    if printed not in order.prints and len(order.prints) < MAX_PRINTS:
        order.record(DocumentPrinted, command.context, printed=printed)


def live_invoice(order: Order) -> Document | None:
    """The order's invoice that was issued here and not voided."""
    live = (one for one in order.documents if one.kind == INVOICE and one.version and not one.voided_at)
    return next(live, None)


def refund_made(order: Order, refund: str) -> Refund:
    """A refund that was made, or `RefundNotOnOrder`."""
    for one in order.refunds:
        if one.id == refund:
            return one
    raise RefundNotOnOrder("/refund", number=order.number, refund=refund[:CODE])


def document_of(order: Order, number: str) -> Document:
    """A document that was issued here, or `DocumentNotFound`."""
    for one in order.documents:
        if one.number == number and one.version:
            return one
    raise DocumentNotFound("/number", number=order.number, document=number[:CODE])


EVENTS: tuple[type[Event], ...] = (DocumentNumbered, DocumentVoided, DocumentPrinted)

HANDLERS: dict[Any, Callable[..., None]] = {
    NumberDocument: number_document,
    IssueInvoice: issue_invoice,
    IssueCreditNote: issue_credit_note,
    VoidDocument: void_document,
    RecordPrint: record_print,
}

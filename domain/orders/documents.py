"""Documents of an order: invoices and credit notes with numbers that have no gap, and their voids.

The buyer of an issued document is sealed under a key of the document's own, not under the customer's: the law wants
invoices kept for years (code de commerce, art. L123-22; LPF, art. L102 B), and goes before the wish to be forgotten
(GDPR, art. 17(3)(b)).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.addresses import Address
from domain.errors import NotFound, Rejected
from domain.events import Event, Personal
from domain.orders.order import Document, Order, OrderCommand, Refund
from domain.orders.papers import Basis, CreditPart
from domain.orders.returns import RefundNotOnOrder
from domain.owed import RefundParts, lowering
from domain.pricing import Cart, price
from domain.settings import Shop
from domain.texts import CODE, LINE, check_text

INVOICE, CREDIT_NOTE = NUMBERED = ("invoice", "credit_note")
RECEIPT, PACKING_SLIP, RETURN_SLIP, SHIPPING_LABEL = "receipt", "packing_slip", "return_slip", "shipping_label"
KINDS = (RECEIPT, PACKING_SLIP, RETURN_SLIP, SHIPPING_LABEL, *NUMBERED)
A4, TILL, A6 = SIZES = ("a4", "80mm", "a6")
_SIZES = {RECEIPT: (A4, TILL), SHIPPING_LABEL: (A6,)}  # the first unless another is told; all other kinds are on A4

_DOCUMENTS = UUID("0e3b7c52-8f0a-5d5c-9a3e-6a1c2b7f4e90")


class DocumentNotFound(NotFound):
    """Order {number} has no document {document}."""

    code = "document-not-found"


class InvoiceCredited(Rejected):
    """Invoice {document} was credited by {credit_note}: it can no longer be voided."""

    code = "invoice-credited"


class CreditNoteBuiltUpon(Rejected):
    """Credit note {document} is counted in {credit_note}: void that one first."""

    code = "credit-note-built-upon"


class VoidNeedsReason(Rejected):
    """A void says why."""

    code = "void-needs-reason"


class NothingToPrint(Rejected):
    """Order {number} has no {kind}."""

    code = "nothing-to-print"


class WrongSize(Rejected):
    """Documents of the kind {kind} are printed on {known} alone."""

    code = "wrong-paper-size"


class NumberDocument(OrderCommand, frozen=True, kw_only=True):
    """Write down a document's number that was given elsewhere."""

    kind: str
    series: str
    document_number: str


class VoidDocument(OrderCommand, frozen=True, kw_only=True):
    """Take a document back that was issued by mistake; its number stays taken."""

    document_number: str


class DocumentNumbered(Event, frozen=True, kw_only=True):
    """A document of this order has a number in a series.

    Form 2 holds what an issued one is frozen with: the shop's version, its days, its amounts and the buyer's numbers;
    form 3 the buyer itself as well, and where the goods went when that was elsewhere; form 4 the parts of a correction.
    """

    TOPIC = "order.document-numbered"
    VERSION = 4

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
    exemption: str = ""
    euro_rate: int = 0
    buyer: Personal[Address] | None = None
    delivery: Personal[Address] | None = None
    parts: tuple[CreditPart, ...] = ()

    def apply(self, order: Order) -> None:
        facts = {name: getattr(self, name) for name in _KEPT}
        issued = self.originator_version if self.settings_version or self.issued_on else 0
        if self.parts:
            order.bases[self.number] = _corrected(order, self.refers_to)
            facts["reason"] = self.metadata.reason
        order.documents = (*order.documents, Document(version=issued, **facts))
        if issued:
            order.commands.add(self.metadata.cause)
        if issued and self.kind == INVOICE:
            order.bases[self.number] = Basis(price=order.price, items=tuple(order.items.values()))


_KEPT = tuple(name for name in DocumentNumbered.__struct_fields__ if name not in Event.__struct_fields__)


def _corrected(order: Order, invoice: str) -> Basis:
    """What an invoice tells once it is corrected: the order as it is, its lines by the names that paper has of them."""
    settled = frozenset(refund.id for refund in order.refunds)
    if order.is_cancelled:
        return Basis(price=price(Cart(order.currency, order.prices_include_tax, ())), items=(), settled=settled)
    before = basis_of(order, invoice)
    printed = {item.id: item for item in before.items} if before else {}
    items = tuple(replace(printed.get(item.id, item), quantity=item.quantity) for item in order.items.values())
    given = tuple(
        RefundParts(lines=refund.lines, shipping=refund.shipping, goodwill=refund.goodwill)
        for refund in lowering(order.refunds)
    )
    return Basis(price=order.price, items=items, given=given, settled=settled)


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


def void_document(order: Order, command: VoidDocument, shop: Shop) -> None:
    """Voids a document once; one that a credit note stands on stays."""
    document = document_of(order, command.document_number)
    if document.voided_at:
        return
    if not (command.context.reason or "").strip():
        raise VoidNeedsReason("/reason")
    check_text(command.context.reason, LINE, "/reason")
    for note in credit_notes(order, document.number):
        raise InvoiceCredited(document=document.number, credit_note=note.number)
    for note in credit_notes(order, document.refers_to) if document.refers_to else ():
        if note.version > document.version and (note.parts or document.parts):
            raise CreditNoteBuiltUpon(document=document.number, credit_note=note.number)
    order.record(DocumentVoided, command.context, number=document.number)


def live_invoice(order: Order) -> Document | None:
    """The order's last invoice that was issued here and not voided."""
    live = (one for one in reversed(order.documents) if one.kind == INVOICE and one.version and not one.voided_at)
    return next(live, None)


def credit_notes(order: Order, invoice: str) -> list[Document]:
    """The credit notes of an invoice that were not voided, in the order of their issue."""
    return [one for one in order.documents if one.refers_to == invoice and not one.voided_at]


def correction_of(order: Order, invoice: str, before: Document | None = None) -> Document | None:
    """The last correction of an invoice that counts, of those issued before a credit note."""
    notes = (one for one in credit_notes(order, invoice) if before is None or one.version < before.version)
    return next((one for one in reversed(list(notes)) if one.parts), None)


def basis_of(order: Order, invoice: str, before: Document | None = None) -> Basis | None:
    """What an invoice tells since its last correction, of those issued before a credit note."""
    correction = correction_of(order, invoice, before)
    return order.bases.get(correction.number if correction else invoice)


def notes_since(order: Order, invoice: str, before: Document | None = None) -> list[Document]:
    """The credit notes of an invoice since its last correction, of those issued before a credit note."""
    correction = correction_of(order, invoice, before)
    since = correction.version if correction else 0
    return [
        one
        for one in credit_notes(order, invoice)
        if one.version > since and (before is None or one.version < before.version)
    ]


def left_of(order: Order, invoice: Document) -> int:
    """What an invoice tells that was not credited."""
    return invoice.total - sum(note.total for note in credit_notes(order, invoice.number))


def numbers_of(order: Order, kind: str) -> tuple[str, ...]:
    """The numbers under which an order has documents of a kind: of issued ones that count, of returns, of parcels.

    A receipt or a packing slip has none, every order has one; so has the label of an order that is not sent yet.
    Raises `NothingToPrint` where there is no such document.
    """
    if kind in NUMBERED:
        found = tuple(one.number for one in order.documents if one.kind == kind and one.version and not one.voided_at)
    elif kind == RETURN_SLIP:
        found = tuple(str(number) for number in order.returns)
    elif kind == SHIPPING_LABEL:
        found = tuple(str(one.number) for one in order.shipments.values() if one.state != "cancelled") or ("",)
    else:
        found = ("",)
    if not found:
        raise NothingToPrint(number=order.number, kind=kind.replace("_", " "))
    return found


def size_of(kind: str, size: str = "", pointer: str = "") -> str:
    """The paper that a kind of document is printed on; raises `WrongSize` where another is told."""
    known = _SIZES.get(kind, (A4,))
    if size and size not in known:
        raise WrongSize(pointer, kind=kind.replace("_", " "), known=" or ".join(known))
    return size or known[0]


def document_subject(order_id: UUID, number: str) -> UUID:
    """Whose key an issued document's buyer is sealed under: the document's own."""
    return uuid5(_DOCUMENTS, f"{order_id} {number}")


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


EVENTS: tuple[type[Event], ...] = (DocumentNumbered, DocumentVoided)

HANDLERS: dict[Any, Callable[..., None]] = {
    NumberDocument: number_document,
    VoidDocument: void_document,
}

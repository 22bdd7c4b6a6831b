"""Issuing invoices and credit notes: what is asked before one takes a number, and what it is frozen with.

A credit note names an issued invoice of its order that was not voided, and is made of one refund: it tells what that
took of what the invoice tells; one without a refund corrects the invoice (see `domain.orders.corrections`). Each refund
is credited once, and the credit notes of an invoice never exceed it. A refund made before the invoice can be credited
as well: the invoice tells the whole sale, the credit note what was taken back of it (CGI, art. 289, I, 5: a document
that changes an invoice refers to it; art. 272, 1: the tax is given back by it). An order that was credited in full and
sold anew is invoiced anew.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from msgspec.structs import replace

from domain.addresses import Address
from domain.errors import Rejected
from domain.events import Erased
from domain.orders.corrections import correction
from domain.orders.credits import Credit, credit_of
from domain.orders.documents import (
    CREDIT_NOTE,
    INVOICE,
    DocumentNumbered,
    credit_notes,
    document_subject,
    left_of,
    live_invoice,
    refund_made,
)
from domain.orders.exemptions import check_exemption
from domain.orders.order import Document, Order, OrderCommand
from domain.orders.payments import NotYetPlaced
from domain.settings import Shop
from domain.shop import Series
from domain.statuses import DRAFT
from domain.texts import CODE, LINE, TextMissing, check_text
from domain.vat_numbers import check_vat_number

LONGEST_TERM = 366  # days
EURO, MILLION, LARGEST_RATE = "EUR", 10**6, 10**6
MAX_DOCUMENTS = 200
WITH_CAPITAL = ("SA", "SARL", "EURL", "SAS", "SASU", "SCA", "SELARL", "SELAS", "SE")  # forms of French companies


class AlreadyInvoiced(Rejected):
    """Order {number} was invoiced as {document}: void that one first, or credit it."""

    code = "already-invoiced"


class NotInvoiced(Rejected):
    """Order {number} has no invoice that a credit note could refer to."""

    code = "not-invoiced"


class AlreadyCredited(Rejected):
    """Refund {refund} was credited as {document}."""

    code = "already-credited"


class CreditExceedsInvoice(Rejected):
    """Invoice {document} was credited in full but for {left} minor units: refund {refund} was of other money."""

    code = "credit-exceeds-invoice"


class NothingCredited(Rejected):
    """Refund {refund} took back nothing that invoice {document} tells: it was of credit, or is paid again."""

    code = "nothing-credited"


class CorrectionNeedsReason(TextMissing):
    """A credit note that names no refund corrects the invoice, and says why."""

    code = "correction-needs-reason"


class SellerIncomplete(Rejected):
    """
    An invoice needs more of the seller: {missing}. Name, address and vat_number stand under settings/seller, the rest
    under settings/papers/legal.
    """

    code = "seller-incomplete"


class BuyerMissing(Rejected):
    """An invoice needs the buyer's name or company in the billing address."""

    code = "buyer-missing"


class SeveralTaxesElectronic(Rejected):
    """Order {number} has lines of several taxes, which no electronic invoice (Factur-X) holds: switch that form off."""

    code = "several-taxes-electronic"


class EuroRateMissing(Rejected):
    """The tax of an invoice in {currency} is told in euros as well (CGI, art. 289, IV): say how much a euro costs."""

    code = "euro-rate-missing"


class EuroRateOutOfBounds(Rejected):
    """A euro costs from 0.000001 to {limit} of another currency; an invoice in euros needs no rate."""

    code = "euro-rate-out-of-bounds"


class NothingToInvoice(Rejected):
    """Order {number} has no lines and no amount to invoice."""

    code = "nothing-to-invoice"


class UnknownSeries(Rejected):
    """There is no series {series} of this kind; known: {known}."""

    code = "unknown-series"


class TermOutOfBounds(Rejected):
    """A term of payment is 0 to {limit} days."""

    code = "term-out-of-bounds"


class TooManyDocuments(Rejected):
    """An order holds at most {limit} documents."""

    code = "too-many-documents"


class IssueCommand(OrderCommand, frozen=True, kw_only=True):
    """A document to be issued; the desk fills in the number, the day and the set-up that it is frozen with."""

    series: str = ""
    document_number: str = ""
    issued_on: date = date.min
    settings_version: int = 0


class IssueInvoice(IssueCommand, frozen=True, kw_only=True):
    """Invoice the order as it is; `payment_days` None: the seller's own terms.

    `buyer_registration` is the buyer's SIREN, SIRET or foreign register number, `buyer_reference` its order number,
    `exemption` why no tax is charged where that is not so for the whole shop, `euro_rate` what a euro costs in the
    order's currency, in millionths: the European Central Bank's last one on the day of the sale (CGI, art. 266, 1 bis).
    """

    payment_days: int | None = None
    buyer_registration: str = ""
    buyer_reference: str = ""
    exemption: str = ""
    euro_rate: int = 0


class IssueCreditNote(IssueCommand, frozen=True, kw_only=True):
    """Credit a refund that was made against the order's invoice."""

    refund: str


class IssueCorrection(IssueCommand, frozen=True, kw_only=True):
    """Credit, without a refund, what the order's invoice tells beyond what its customer keeps now."""


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
    if isinstance(command, IssueCorrection):
        _check_correction(order, command)
        return _series(command, CREDIT_NOTE, shop)
    if isinstance(command, IssueInvoice):
        _check_invoice(order, command, shop)
    return _series(command, INVOICE, shop)


def check_seller(shop: Shop) -> None:
    """Refuses to invoice for a seller not told as the law asks (CGI, annexe II, art. 242 nonies A, I, 1 to 3).

    A company with a capital tells it, and where it is registered (code de commerce, art. R123-237 and R123-238).
    """
    seller, legal = shop.seller, shop.legal
    needed = {
        "name": seller.company or seller.name,
        "line1": seller.line1,
        "city": seller.city,
        "country": seller.country,
        "siren": seller.country != "FR" or legal.siren,
        "vat_number": seller.vat_number or legal.exemption,
    }
    if seller.country == "FR" and legal.legal_form.upper().replace(".", "") in WITH_CAPITAL:
        needed |= {"capital": legal.capital, "register": legal.register}
    missing = [name for name, told in needed.items() if not told]
    if missing:
        raise SellerIncomplete(missing=", ".join(missing))
    check_vat_number(seller, "")


def _check_invoice(order: Order, command: IssueInvoice, shop: Shop) -> None:
    live = live_invoice(order)
    if live and (left_of(order, live) or not order.price.kept):
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
    check_exemption(order, command.exemption, bill, shop)
    _check_euro_rate(order, command.euro_rate, shop)
    _check_electronic(order, shop)


def _check_electronic(order: Order, shop: Shop) -> None:
    """An electronic invoice in the profile EN 16931 has one VAT category a line (BG-30)."""
    taxes = [*(item.taxes for item in order.items.values()), order.shipping_taxes]
    if shop.legal.factur_x and any(len(one) > 1 for one in taxes):
        raise SeveralTaxesElectronic(number=order.number)


def _check_euro_rate(order: Order, rate: int, shop: Shop) -> None:
    foreign = order.currency != EURO
    if rate and not (foreign and 0 < rate <= LARGEST_RATE * MILLION):
        raise EuroRateOutOfBounds("/euro_rate", limit=LARGEST_RATE)
    if foreign and order.price.tax and not rate and shop.seller.country == "FR":
        raise EuroRateMissing("/euro_rate", currency=order.currency)


def _check_credit(order: Order, command: IssueCreditNote) -> None:
    refund = refund_made(order, command.refund)
    invoice = live_invoice(order)
    if invoice is None:
        raise NotInvoiced(number=order.number)
    for note in credit_notes(order, invoice.number):
        if note.refund == command.refund:
            raise AlreadyCredited("/refund", refund=command.refund[:CODE], document=note.number)
    total = credit_of(order, refund).total
    if not total:
        raise NothingCredited("/refund", refund=command.refund[:CODE], document=invoice.number)
    if total > (left := left_of(order, invoice)):
        raise CreditExceedsInvoice("/refund", document=invoice.number, left=left, refund=command.refund[:CODE])


def _check_correction(order: Order, command: IssueCorrection) -> None:
    if not (command.context.reason or "").strip():
        raise CorrectionNeedsReason("/reason")
    check_text(command.context.reason, LINE, "/reason")
    invoice = live_invoice(order)
    if invoice is None:
        raise NotInvoiced(number=order.number)
    correction(order, invoice)


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
            exemption=command.exemption,
            euro_rate=command.euro_rate,
            **parties(order),
        )


def parties(order: Order) -> dict[str, Any]:
    """The buyer, and where the goods go when that is elsewhere (CGI, annexe II, art. 242 nonies A, I, 8)."""
    bill, ship = order.billing_address, order.shipping_address
    elsewhere = ship and ship != bill
    return {"buyer": _printed(bill), "delivery": _printed(ship) if elsewhere else None}


def _printed(address: Address | Erased) -> Address | None:
    """What stands on paper of an address: nobody has to keep how somebody is reached by telephone or mail."""
    return replace(address, phone="", email="") if isinstance(address, Address) else None


def issue_credit_note(order: Order, command: IssueCreditNote, shop: Shop) -> None:
    """Issues the credit note of a refund, once; it refers to the order's invoice."""
    series = issue_series(order, command, shop)
    invoice = live_invoice(order)
    if series is not None and invoice is not None:
        credit = credit_of(order, refund_made(order, command.refund))
        _issue(order, command, series, refund=command.refund, **_of_invoice(order, invoice, credit))


def issue_correction(order: Order, command: IssueCorrection, shop: Shop) -> None:
    """Issues the correction of the order's invoice, once; its parts are frozen in it."""
    series = issue_series(order, command, shop)
    invoice = live_invoice(order)
    if series is not None and invoice is not None:
        credit = correction(order, invoice)
        _issue(order, command, series, parts=credit.parts, **_of_invoice(order, invoice, credit))


def _of_invoice(order: Order, invoice: Document, credit: Credit) -> dict[str, Any]:
    """What a credit note has of its invoice, and its amounts."""
    return {
        "refers_to": invoice.number,
        "tax": credit.tax,
        "total": credit.total,
        "buyer_registration": "" if isinstance(invoice.buyer_registration, Erased) else invoice.buyer_registration,
        "buyer_reference": invoice.buyer_reference,
        "exemption": invoice.exemption,
        "euro_rate": invoice.euro_rate,
        **_parties_of(order, invoice),
    }


def _parties_of(order: Order, invoice: Document) -> dict[str, Any]:
    """Buyer and delivery as the invoice has them; the order's own where it was issued in an older form."""
    if invoice.buyer is None:
        return parties(order)
    told = {"buyer": invoice.buyer, "delivery": invoice.delivery}
    return {name: address for name, address in told.items() if isinstance(address, Address)}


def _issue(order: Order, command: IssueCommand, series: Series, **facts: Any) -> None:
    check_text(command.document_number, CODE, "/document_number", required=True)
    order.record(
        DocumentNumbered,
        command.context,
        subject=document_subject(order.id, command.document_number),
        kind=series.kind,
        series=series.code,
        number=command.document_number,
        settings_version=command.settings_version,
        issued_on=command.issued_on,
        **facts,
    )


HANDLERS: dict[Any, Callable[..., None]] = {
    IssueInvoice: issue_invoice,
    IssueCreditNote: issue_credit_note,
    IssueCorrection: issue_correction,
}

"""What invoices and credit notes say: net prices line by line, tax per rate, and what the law wants told."""

from __future__ import annotations

from copy import copy

from msgspec.structs import replace

from domain.events import Erased
from domain.orders.documents import refund_made
from domain.orders.order import Document, Order
from domain.shop import Shop
from printing.documents.bills import Bill, BillLine, bill_of
from printing.documents.legal import small_print
from printing.documents.sheet import Figure, Line, Sheet, detail_of, facts_of, parties_of, settled, taxes_of
from printing.documents.words import Words


def _numbered(sheet: Sheet, order: Order, shop: Shop, words: Words, document: Document) -> Sheet:
    """What an invoice and a credit note share: number, days, buyer's numbers, small print, a void."""
    registration = document.buyer_registration
    told = (f"{words['registration']} {registration}",) if registration and not isinstance(registration, Erased) else ()
    order = as_issued(order, document)
    void = f"{words['state_void']} ({document.void_reason})" if document.voided_at else ""
    return replace(
        sheet,
        number=document.number,
        code=document.number,
        parties=parties_of(order, words, *told),
        columns=tuple(words[name] for name in ("item", "quantity", "unit_net", "discount", "rate", "net_amount")),
        banner=void,
        small_print=small_print(shop, words, document, paid=order.price.balance <= 0),
        qr=document.number,
        qr_caption=document.number,
    )


def as_issued(order: Order, document: Document) -> Order:
    """The order with the buyer that the document was issued to; a document of an older form has the order's own."""
    if document.buyer is None:
        return order
    issued = copy(order)
    issued.billing_address = document.buyer
    issued.shipping_address = document.delivery or document.buyer
    return issued


def _days(document: Document, words: Words) -> tuple[tuple[str, str], ...]:
    return ((words["issued_on"], words.day(document.issued_on)),) if document.issued_on else ()


def invoice_sheet(sheet: Sheet, order: Order, shop: Shop, words: Words, document: Document, link: str) -> Sheet:
    sheet = _numbered(sheet, order, shop, words, document)
    price = order.price
    sold = order.placed_at or order.created_at
    first = (
        *_days(document, words),
        (words["sold_on"], words.day_of(sold) if sold else ""),
        (words["due_on"], words.day(document.due_on) if document.due_on else ""),
        (words["order"], order.number),
        (words["your_reference"], document.buyer_reference),
    )
    bill = bill_of(order, document, words)
    figures = [
        Figure(label=words["net"], value=words.amount(bill.net)),
        Figure(label=words["tax"], value=words.amount(bill.tax)),
        *_in_euro(bill, document, words),
        *([Figure(label=words["adjustment"], value=words.amount(bill.adjustment))] if bill.adjustment else []),
        Figure(label=words["total_gross"], value=words.money(bill.total), strong=True),
    ]
    due = price.balance > 0 and bool(link)
    return replace(
        sheet,
        facts=facts_of(order, shop, words, *first),
        lines=tuple(_line(line, words) for line in bill.lines),
        figures=(*figures, *settled(order, words)),
        taxes=taxes_of(bill.taxes, words),
        qr=link if due else sheet.qr,
        qr_caption=words["pay_here"] if due else sheet.qr_caption,
    )


def _in_euro(bill: Bill, document: Document, words: Words) -> tuple[Figure, ...]:
    """The tax in euros, and the rate, of a document in another currency (CGI, art. 289, IV)."""
    if bill.euro_tax is None:
        return ()
    rate = words.decimal(document.euro_rate, 6)
    return (Figure(label=f"{words['tax']} (1 EUR = {rate} {words.currency})", value=words.euros(bill.euro_tax)),)


def _line(line: BillLine, words: Words) -> Line:
    cells = (
        words.quantity(line.quantity, line.unit) if line.counted else "",
        words.amount(line.price, line.extra) if line.counted else "",
        words.amount(-line.cut) if line.cut else "",
        "" if line.taxes is None else words.taxes(line.taxes),
        words.amount(line.net),
    )
    named = words.taxes_named(line.taxes or (), line.exemption)
    detail = detail_of(line.item, words, *named) if line.item else " · ".join(named)
    return Line(name=line.name, detail=detail, cells=cells, value=line.net)


def credit_sheet(sheet: Sheet, order: Order, shop: Shop, words: Words, document: Document) -> Sheet:
    sheet = _numbered(sheet, order, shop, words, document)
    reason = document.reason if document.parts else refund_made(order, document.refund).reason
    bill = bill_of(order, document, words)
    origin = next((one for one in order.documents if one.number == document.refers_to), None)
    when = f" {words['of']} {words.day(origin.issued_on)}" if origin and origin.issued_on else ""
    first = (
        *_days(document, words),
        (words["refers_to"], f"{document.refers_to}{when}"),
        (words["order"], order.number),
        (words["your_reference"], document.buyer_reference),
        (words["reason"], reason or ""),
    )
    figures = (
        Figure(label=words["net"], value=words.amount(bill.net)),
        Figure(label=words["tax"], value=words.amount(bill.tax)),
        *_in_euro(bill, document, words),
        Figure(label=words["credited"], value=words.money(bill.total), strong=True),
    )
    facts = tuple(fact for fact in first if fact[1])
    return replace(
        sheet,
        facts=facts,
        lines=tuple(_line(line, words) for line in bill.lines),
        figures=figures,
        taxes=taxes_of(bill.taxes, words),
    )

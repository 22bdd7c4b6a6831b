"""What invoices and credit notes say: net prices line by line, tax per rate, and what the law wants told."""

from __future__ import annotations

from copy import copy

from msgspec.structs import replace

from domain.events import Erased
from domain.orders.credits import LINE, credit_of
from domain.orders.documents import refund_made
from domain.orders.order import Document, Item, Order
from domain.pricing import WHOLE, PricedLine
from domain.shop import Shop
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
    priced = {line.id: line for line in price.lines}
    lines = [_invoice_line(item, priced[item.id], order, words) for item in order.items.values()]
    figures = [
        Figure(label=words["net"], value=words.amount(price.net)),
        Figure(label=words["tax"], value=words.amount(price.tax)),
        *([Figure(label=words["adjustment"], value=words.amount(price.adjustment))] if price.adjustment else []),
        Figure(label=words["total_gross"], value=words.money(price.total), strong=True),
    ]
    due = price.balance > 0 and bool(link)
    return replace(
        sheet,
        facts=facts_of(order, shop, words, *first),
        lines=(*lines, *_shipping_line(order, words)),
        figures=(*figures, *settled(order, words)),
        taxes=taxes_of(price.taxes, words),
        qr=link if due else sheet.qr,
        qr_caption=words["pay_here"] if due else sheet.qr_caption,
    )


def _invoice_line(item: Item, line: PricedLine, order: Order, words: Words) -> Line:
    """A line without tax: the unit price to two decimals more than the currency has where tax was taken out of it."""
    unit, extra = item.unit_price or 0, 0
    before = item.quantity * unit
    if order.prices_include_tax and item.tax_rate:
        scaled, extra = unit * 100 * WHOLE, 2
        unit = (scaled + (WHOLE + item.tax_rate) // 2) // (WHOLE + item.tax_rate)
        before = (item.quantity * unit + 50) // 100
    cut = before - line.net if line.discount else 0
    cells = (
        words.count(item.quantity),
        words.amount(unit, extra),
        words.amount(-cut) if cut else "",
        words.rate(item.tax_rate),
        words.amount(line.net),
    )
    return Line(name=item.name, detail=detail_of(item, words), cells=cells, value=line.net)


def _shipping_line(order: Order, words: Words) -> tuple[Line, ...]:
    price = order.price
    net = price.shipping_total - price.shipping_tax
    if not price.shipping_charge:
        return ()
    rate = words.rate(order.shipping_tax_rate)
    return (Line(name=words["shipping"], cells=("1", words.amount(net), "", rate, words.amount(net)), value=net),)


def credit_sheet(sheet: Sheet, order: Order, shop: Shop, words: Words, document: Document) -> Sheet:
    sheet = _numbered(sheet, order, shop, words, document)
    refund = refund_made(order, document.refund)
    credit = credit_of(order, refund)
    lines = []
    for part in credit.parts:
        item = order.items.get(part.item)
        name = (item.name if item else part.item) if part.kind == LINE else words[part.kind]
        rate = "" if part.rate is None else words.rate(part.rate)
        unit, extra = (
            (part.net * 100 // part.quantity, 2) if part.net % part.quantity else (part.net // part.quantity, 0)
        )
        cells = (words.count(part.quantity), words.amount(unit, extra), "", rate, words.amount(part.net))
        lines.append(Line(name=name, detail=detail_of(item, words) if item else "", cells=cells, value=part.net))
    origin = next((one for one in order.documents if one.number == document.refers_to), None)
    when = f" {words['of']} {words.day(origin.issued_on)}" if origin and origin.issued_on else ""
    first = (
        *_days(document, words),
        (words["refers_to"], f"{document.refers_to}{when}"),
        (words["order"], order.number),
        (words["your_reference"], document.buyer_reference),
        (words["reason"], refund.reason or ""),
    )
    figures = (
        Figure(label=words["net"], value=words.amount(credit.total - credit.tax)),
        Figure(label=words["tax"], value=words.amount(credit.tax)),
        Figure(label=words["credited"], value=words.money(credit.total), strong=True),
    )
    facts = tuple(fact for fact in first if fact[1])
    return replace(sheet, facts=facts, lines=tuple(lines), figures=figures, taxes=taxes_of(credit.taxes, words))

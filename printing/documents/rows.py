"""What a document says, line by line: made of an order as it was, the shop as it was set up, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from domain.addresses import Address
from domain.events import Erased
from domain.orders.credits import LINE, credit_of
from domain.orders.documents import refund_made
from domain.orders.order import Document, Item, Order
from domain.orders.returns import Return, ReturnNotFound
from domain.pricing import WHOLE, PricedLine, TaxShare
from domain.shop import Logo, Shop
from printing.documents.legal import footer_of, identity_of, small_print
from printing.documents.words import Words

LAYOUT = 1  # raised when a document of the same order would look otherwise
RECEIPT, PACKING, RETURN, INVOICE, CREDIT = "receipt", "packing_slip", "return_slip", "invoice", "credit_note"
PRICED = (RECEIPT, INVOICE, CREDIT)
_DAWN = datetime(1970, 1, 1, tzinfo=UTC)


class Line(Struct, frozen=True, kw_only=True):
    """A line as it is set; `cells` stand under the columns after the name, `value` adds to what is carried."""

    name: str
    detail: str = ""
    cells: tuple[str, ...] = ()
    value: int = 0


class Figure(Struct, frozen=True, kw_only=True):
    """A figure under the lines; a `strong` one is the one that is looked for."""

    label: str
    value: str
    strong: bool = False


class Party(Struct, frozen=True, kw_only=True):
    """Somebody's name and address under a label."""

    label: str
    lines: tuple[str, ...]


class Sheet(Struct, frozen=True, kw_only=True):
    """One document, ready to be set. `at` is the instant it is of, `code` what its bar code says, `qr` its QR code."""

    kind: str
    locale: str
    currency: str
    at: datetime
    title: str
    number: str
    code: str
    seller: Party
    logo: Logo | None
    facts: tuple[tuple[str, str], ...]
    parties: tuple[Party, ...]
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    figures: tuple[Figure, ...] = ()
    taxes: tuple[tuple[str, str, str], ...] = ()
    banner: str = ""
    remark: str = ""
    small_print: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    qr: str = ""
    qr_caption: str = ""


def sheet_of(
    order: Order,
    shop: Shop,
    kind: str,
    *,
    locale: str = "",
    document: Document | None = None,
    return_number: int = 0,
    link: str = "",
) -> Sheet:
    """The document of an order; `document` for an invoice or credit note, `return_number` for a return slip.

    `link` is where what is due can be paid. Raises `ReturnNotFound` for a return that is not there.
    """
    words = Words(locale or order.locale, order.currency, shop.defaults.timezone)
    sheet = _head(order, shop, kind, words)
    if kind == PACKING:
        return _packing(sheet, order, shop, words)
    if kind == RETURN:
        return _returning(sheet, order, shop, words, return_number)
    if kind == INVOICE and document:
        return _invoice(sheet, order, shop, words, document, link)
    if kind == CREDIT and document:
        return _credit(sheet, order, shop, words, document)
    return _receipt(sheet, order, shop, words, link)


def _head(order: Order, shop: Shop, kind: str, words: Words) -> Sheet:
    seller = shop.seller
    name = seller.company or seller.name
    return Sheet(
        kind=kind,
        locale=words.locale,
        currency=order.currency,
        at=order.modified_on if order.version else _DAWN,
        title=words[kind],
        number=order.number,
        code=order.number,
        seller=Party(label=name, lines=(*address_lines(seller, words)[bool(name) :], *identity_of(shop, words, kind))),
        logo=shop.logo,
        facts=(),
        parties=_parties(order, words),
        columns=(),
        lines=(),
        footer=footer_of(shop, words),
        qr=order.number,
        qr_caption=words["see_order"],
    )


def address_lines(address: Address, words: Words) -> tuple[str, ...]:
    """An address as it stands on an envelope, the country last."""
    names = [address.company, address.name]
    place = " ".join(part for part in (address.postcode, address.city) if part)
    country = words.country(address.country) if address.country else ""
    return tuple(line for line in (*names, address.line1, address.line2, place, address.region, country) if line)


def _party(label: str, address: Address | Erased, words: Words, *more: str) -> Party:
    if isinstance(address, Erased):
        return Party(label=label, lines=(words["erased"],))
    return Party(label=label, lines=(*address_lines(address, words), *more) or (words["no_address"],))


def _parties(order: Order, words: Words, *more: str) -> tuple[Party, ...]:
    bill, ship = order.billing_address, order.shipping_address or order.billing_address
    vat = bill.vat_number if isinstance(bill, Address) else ""
    told = (f"{words['vat_number']} {vat}", *more) if vat else more
    if ship == bill:
        return (_party(words["billed_and_shipped_to"], bill, words, *told),)
    return (_party(words["billed_to"], bill, words, *told), _party(words["shipped_to"], ship, words))


def _facts(order: Order, shop: Shop, words: Words, *first: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    method = shop.payment_methods.get(order.payment_method)
    way = shop.shipping_methods.get(order.shipping_method)
    told = (
        *first,
        (words["payment"], method.label if method else order.payment_method),
        (words["shipping_method"], way.label if way else order.shipping_method),
    )
    return tuple((label, value) for label, value in told if value)


def _ordered(order: Order, words: Words) -> tuple[str, str]:
    at = order.placed_at or order.created_at
    return words["ordered_on"], words.day_of(at) if at else ""


def _banner(order: Order, words: Words) -> str:
    """What a reader must not overlook: a cancelled order, and money that went back."""
    told = [words["state_cancelled"]] if order.is_cancelled else []
    if order.payment_status in ("refunded", "partially_refunded"):
        told.append(words[f"state_{order.payment_status}"])
    return " · ".join(told)


def _detail(item: Item, words: Words, *more: str) -> str:
    return " · ".join(part for part in (f"{words['sku']} {item.sku}" if item.sku else "", *more) if part)


def _receipt(sheet: Sheet, order: Order, shop: Shop, words: Words, link: str) -> Sheet:
    price = order.price
    due = price.balance > 0 and not order.is_cancelled
    return replace(
        sheet,
        facts=_facts(order, shop, words, _ordered(order, words)),
        columns=(words["item"], words["quantity"], words["unit_price"], words["rate"], words["amount"]),
        lines=tuple(_receipt_line(item, words) for item in order.items.values()),
        figures=_receipt_figures(order, words),
        taxes=_taxes(price.taxes, words),
        banner=_banner(order, words),
        remark=words["no_invoice"],
        qr=link if due and link else sheet.qr,
        qr_caption=words["pay_here"] if due and link else sheet.qr_caption,
    )


def _receipt_line(item: Item, words: Words) -> Line:
    amount = max(0, item.quantity * (item.unit_price or 0) - item.discount)
    cut = f"{words['discount']} {words.amount(-item.discount)}" if item.discount else ""
    unit = words.amount(item.unit_price or 0)
    return Line(
        name=item.name,
        detail=_detail(item, words, cut),
        cells=(words.count(item.quantity), unit, words.rate(item.tax_rate), words.amount(amount)),
        value=amount,
    )


def _receipt_figures(order: Order, words: Words) -> tuple[Figure, ...]:
    price, figures = order.price, []
    told = price.discount - sum(one.amount for one in price.coupons) + price.shipping_discount
    parts = [
        (words["subtotal"], price.subtotal),
        *((f"{words['coupon']} {one.code}", -one.amount) for one in price.coupons),
        (words["discount"], -told),
        (words["shipping"], price.shipping_charge),
    ]
    tax = [(words["tax"], price.tax)] if not order.prices_include_tax else []
    for label, amount in (*parts, *tax, (words["adjustment"], price.adjustment)):
        if amount or label == words["subtotal"]:
            figures.append(Figure(label=label, value=words.amount(amount)))
    figures.append(Figure(label=words["total"], value=words.money(price.total), strong=True))
    if order.prices_include_tax and price.tax:
        figures.append(Figure(label=words["tax_included"], value=words.amount(price.tax)))
    return (*figures, *_settled(order, words))


def _settled(order: Order, words: Words) -> tuple[Figure, ...]:
    """What was paid, what went back, and what is left to either side."""
    price = order.price
    told = [(words["paid"], price.paid), (words["refunded"], -price.refunded)]
    if not order.is_cancelled:
        told.append((words["balance"], price.balance) if price.balance > 0 else (words["credit"], -price.balance))
    return tuple(Figure(label=label, value=words.money(amount)) for label, amount in told if amount)


def _taxes(taxes: Sequence[TaxShare], words: Words) -> tuple[tuple[str, str, str], ...]:
    return tuple((words.rate(one.rate), words.amount(one.net), words.amount(one.tax)) for one in taxes)


def _packing(sheet: Sheet, order: Order, shop: Shop, words: Words) -> Sheet:
    parcels = [one for one in order.shipments.values() if one.state != "cancelled"]
    facts = [_ordered(order, words)]
    for parcel in parcels[-1:]:
        carrier = shop.carriers.get(parcel.carrier)
        facts.append((words["carrier"], carrier.label if carrier else parcel.carrier))
        facts.append((words["tracking"], parcel.tracking_code))
    lines = tuple(
        Line(name=item.name, detail=_detail(item, words), cells=(words.count(item.quantity), ""), value=item.quantity)
        for item in order.items.values()
    )
    units = sum(item.quantity for item in order.items.values())
    return replace(
        sheet,
        facts=tuple(fact for fact in _facts(order, shop, words, *facts) if fact[0] != words["payment"]),
        parties=(_party(words["shipped_to"], order.shipping_address or order.billing_address, words),),
        columns=(words["item"], words["quantity"], words["packed"]),
        lines=lines,
        figures=(Figure(label=words["units"], value=words.count(units), strong=True),),
        banner=words["state_cancelled"] if order.is_cancelled else "",
        remark=words["not_for_accounts"],
    )


def _returning(sheet: Sheet, order: Order, shop: Shop, words: Words, number: int) -> Sheet:
    asked: Return | None = order.returns.get(number)
    if asked is None:
        raise ReturnNotFound("/return", number=order.number, return_number=number)
    code = f"{order.number}-R{number}"
    facts = (
        (words["order"], order.number),
        (words["requested_on"], words.day_of(asked.at)),
        (words["reason"], asked.reason or ""),
    )
    items = [(order.items.get(line.item), line.quantity) for line in asked.lines]
    lines = tuple(
        Line(name=item.name, detail=_detail(item, words), cells=(words.count(quantity),), value=quantity)
        for item, quantity in items
        if item
    )
    buyer = sheet.parties[-1].lines
    return replace(
        sheet,
        number=code,
        code=code,
        facts=tuple(fact for fact in facts if fact[1]),
        parties=(
            _party(words["return_to"], shop.seller, words),
            Party(label=words["from"], lines=buyer),
        ),
        columns=(words["item"], words["quantity"]),
        lines=lines,
        figures=(Figure(label=words["units"], value=words.count(sum(quantity for _, quantity in items)), strong=True),),
        remark=words["not_for_accounts"],
        qr=code,
        qr_caption=words["return"],
    )


def _numbered(sheet: Sheet, order: Order, shop: Shop, words: Words, document: Document) -> Sheet:
    """What an invoice and a credit note share: number, days, buyer's numbers, small print, a void."""
    registration = document.buyer_registration
    told = (f"{words['registration']} {registration}",) if registration and not isinstance(registration, Erased) else ()
    void = f"{words['state_void']} ({document.void_reason})" if document.voided_at else ""
    return replace(
        sheet,
        number=document.number,
        code=document.number,
        parties=_parties(order, words, *told),
        columns=tuple(words[name] for name in ("item", "quantity", "unit_net", "discount", "rate", "net_amount")),
        banner=void,
        small_print=small_print(shop, words, document, paid=order.price.balance <= 0),
        qr=document.number,
        qr_caption=document.number,
    )


def _days(document: Document, words: Words) -> tuple[tuple[str, str], ...]:
    return ((words["issued_on"], words.day(document.issued_on)),) if document.issued_on else ()


def _invoice(sheet: Sheet, order: Order, shop: Shop, words: Words, document: Document, link: str) -> Sheet:
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
        facts=_facts(order, shop, words, *first),
        lines=(*lines, *_shipping_line(order, words)),
        figures=(*figures, *_settled(order, words)),
        taxes=_taxes(price.taxes, words),
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
    return Line(name=item.name, detail=_detail(item, words), cells=cells, value=line.net)


def _shipping_line(order: Order, words: Words) -> tuple[Line, ...]:
    price = order.price
    net = price.shipping_total - price.shipping_tax
    if not price.shipping_charge:
        return ()
    rate = words.rate(order.shipping_tax_rate)
    return (Line(name=words["shipping"], cells=("1", words.amount(net), "", rate, words.amount(net)), value=net),)


def _credit(sheet: Sheet, order: Order, shop: Shop, words: Words, document: Document) -> Sheet:
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
        lines.append(Line(name=name, detail=_detail(item, words) if item else "", cells=cells, value=part.net))
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
    return replace(sheet, facts=facts, lines=tuple(lines), figures=figures, taxes=_taxes(credit.taxes, words))

"""What a document says, line by line: made of an order as it was, the shop as it was set up, and nothing else."""

from __future__ import annotations

from msgspec.structs import replace

from domain.orders.order import Document, Item, Order
from domain.orders.returns import Return, ReturnNotFound
from domain.shop import Shop
from printing.documents.invoices import credit_sheet, invoice_sheet
from printing.documents.sheet import (
    Figure,
    Line,
    Party,
    Sheet,
    characters_missing,
    detail_of,
    facts_of,
    head_of,
    party_of,
    settled,
    taxes_of,
)
from printing.documents.words import Words

LAYOUT = 4  # raised when a document of the same order would look otherwise
RECEIPT, PACKING, RETURN, INVOICE, CREDIT = "receipt", "packing_slip", "return_slip", "invoice", "credit_note"
PRICED = (RECEIPT, INVOICE, CREDIT)


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
    names = _tax_names(order, document)
    words = Words(locale or order.locale, order.currency, shop.defaults.timezone, names)
    sheet = _sheet(head_of(order, shop, kind, words), order, shop, words, document, return_number, link)
    return replace(sheet, lacking=words["lacking"]) if characters_missing(sheet) else sheet


def _tax_names(order: Order, document: Document | None) -> set[str]:
    """What the taxes are called that a document may tell of."""
    parts = document.parts if document else ()
    return {share.name for share in order.price.taxes} | {tax.name for part in parts for tax in part.taxes or ()}


def _sheet(
    sheet: Sheet, order: Order, shop: Shop, words: Words, document: Document | None, return_number: int, link: str
) -> Sheet:
    kind = sheet.kind
    if kind == PACKING:
        return _packing(sheet, order, shop, words)
    if kind == RETURN:
        return _returning(sheet, order, shop, words, return_number)
    if kind == INVOICE and document:
        return invoice_sheet(sheet, order, shop, words, document, link)
    if kind == CREDIT and document:
        return credit_sheet(sheet, order, shop, words, document)
    return _receipt(sheet, order, shop, words, link)


def _ordered(order: Order, words: Words) -> tuple[str, str]:
    at = order.placed_at or order.created_at
    return words["ordered_on"], words.day_of(at) if at else ""


def _banner(order: Order, words: Words) -> str:
    """What a reader must not overlook: a cancelled order, and money that went back."""
    told = [words["state_cancelled"]] if order.is_cancelled else []
    if order.payment_status in ("refunded", "partially_refunded"):
        told.append(words[f"state_{order.payment_status}"])
    return " · ".join(told)


def _receipt(sheet: Sheet, order: Order, shop: Shop, words: Words, link: str) -> Sheet:
    price = order.price
    due = price.balance > 0
    return replace(
        sheet,
        facts=facts_of(order, shop, words, _ordered(order, words)),
        columns=(words["item"], words["quantity"], words["unit_price"], words["rate"], words["amount"]),
        lines=tuple(_receipt_line(item, words) for item in order.items.values()),
        figures=_receipt_figures(order, words),
        taxes=taxes_of(price.taxes, words),
        banner=_banner(order, words),
        remark=words["no_invoice"],
        qr=link if due and link else sheet.qr,
        qr_caption=words["pay_here"] if due and link else sheet.qr_caption,
    )


def _receipt_line(item: Item, words: Words) -> Line:
    amount = item.priced.amount
    cut = f"{words['discount']} {words.amount(-item.discount)}" if item.discount else ""
    unit = words.amount(item.unit_price or 0)
    return Line(
        name=item.name,
        detail=detail_of(item, words, *words.taxes_named(item.taxes, item.exemption), cut),
        cells=(words.quantity(item.quantity, item.unit), unit, words.taxes(item.taxes), words.amount(amount)),
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
    return (*figures, *settled(order, words))


def _packing(sheet: Sheet, order: Order, shop: Shop, words: Words) -> Sheet:
    parcels = [one for one in order.shipments.values() if one.state != "cancelled"]
    facts = [_ordered(order, words)]
    for parcel in parcels[-1:]:
        carrier = shop.carriers.get(parcel.carrier)
        facts.append((words["carrier"], carrier.label if carrier else parcel.carrier))
        facts.append((words["tracking"], parcel.tracking_code))
    called_off = order.called_off_quantities()
    goods = (item for item in order.items.values() if not item.is_discount)
    packed = [(item, item.quantity - called_off.get(item.id, 0)) for item in goods]
    units = words.quantities((quantity, item.unit) for item, quantity in packed)
    lines = tuple(
        Line(
            name=item.name,
            detail=detail_of(item, words),
            cells=(words.quantity(quantity, item.unit), ""),
            value=quantity,
        )
        for item, quantity in packed
        if quantity > 0
    )
    return replace(
        sheet,
        facts=tuple(fact for fact in facts_of(order, shop, words, *facts) if fact[0] != words["payment"]),
        parties=(party_of(words["shipped_to"], order.shipping_address or order.billing_address, words),),
        columns=(words["item"], words["quantity"], words["packed"]),
        lines=lines,
        figures=(Figure(label=words["units"], value=units, strong=True),),
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
        Line(
            name=item.name, detail=detail_of(item, words), cells=(words.quantity(quantity, item.unit),), value=quantity
        )
        for item, quantity in items
        if item
    )
    back = [(quantity, item.unit) for item, quantity in items if item]
    buyer = sheet.parties[-1].lines
    return replace(
        sheet,
        number=code,
        code=code,
        facts=tuple(fact for fact in facts if fact[1]),
        parties=(
            party_of(words["return_to"], shop.seller, words),
            Party(label=words["from"], lines=buyer),
        ),
        columns=(words["item"], words["quantity"]),
        lines=lines,
        figures=(Figure(label=words["units"], value=words.quantities(back), strong=True),),
        remark=words["not_for_accounts"],
        qr=code,
        qr_caption=words["return"],
    )

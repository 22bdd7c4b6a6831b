"""What a document says, line by line: made of an order as it was, the shop as it was set up, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from domain.addresses import Address
from domain.labels import label_in
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
    in_its_han,
    party_of,
    settled,
    taxes_of,
)
from printing.documents.words import Words
from projections.papers.goods import Goods

LAYOUT = 5  # raised when a document of the same order would look otherwise
RECEIPT, PACKING, RETURN, LABEL = "receipt", "packing_slip", "return_slip", "shipping_label"
INVOICE, CREDIT = "invoice", "credit_note"
NOTHING_TOLD: Mapping[str, Goods] = {}
PRICED = (RECEIPT, INVOICE, CREDIT)


def sheet_of(
    order: Order,
    shop: Shop,
    kind: str,
    *,
    locale: str = "",
    document: Document | None = None,
    return_number: int = 0,
    parcel: int = 0,
    goods: Mapping[str, Goods] = NOTHING_TOLD,
    link: str = "",
) -> Sheet:
    """The document of an order; `document` for an invoice or credit note, `return_number` for a return slip.

    `parcel` is the number of the one that a label is for, 0 where nothing is sent yet; `goods` is what a packing slip
    may tell of each SKU; `link` is where what is due can be paid. Raises `ReturnNotFound` where there is none.
    """
    names = _tax_names(order, document)
    words = Words(locale or order.locale, order.currency, shop.defaults.timezone, names)
    head = head_of(order, shop, kind, words)
    number = parcel if kind == LABEL else return_number
    sheet = _sheet(head, order, shop, words, document, number, goods, link)
    sheet = in_its_han(sheet, order)
    return replace(sheet, lacking=words["lacking"]) if characters_missing(sheet) else sheet


def _tax_names(order: Order, document: Document | None) -> set[str]:
    """What the taxes are called that a document may tell of."""
    parts = document.parts if document else ()
    return {share.name for share in order.price.taxes} | {tax.name for part in parts for tax in part.taxes or ()}


def _sheet(
    sheet: Sheet,
    order: Order,
    shop: Shop,
    words: Words,
    document: Document | None,
    number: int,
    goods: Mapping[str, Goods],
    link: str,
) -> Sheet:
    kind = sheet.kind
    if kind == PACKING:
        return _packing(sheet, order, shop, words, goods)
    if kind == RETURN:
        return _returning(sheet, order, shop, words, number)
    if kind == LABEL:
        return _label(sheet, order, shop, words, number)
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


def _packing(sheet: Sheet, order: Order, shop: Shop, words: Words, goods: Mapping[str, Goods]) -> Sheet:
    parcels = [one for one in order.shipments.values() if one.state != "cancelled"]
    facts = [_ordered(order, words)]
    for parcel in parcels[-1:]:
        facts.append((words["carrier"], _carrier(shop, parcel.carrier)))
        facts.append((words["tracking"], parcel.tracking_code))
    called_off = order.called_off_quantities()
    things = (item for item in order.items.values() if not item.is_discount)
    packed = [(item, item.quantity - called_off.get(item.id, 0)) for item in things]
    units = words.quantities((quantity, item.unit) for item, quantity in packed)
    lines = tuple(
        Line(
            name=item.name,
            detail=detail_of(item, words, *_to_pack(goods.get(item.sku, Goods()), shop, words)),
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
        small_print=_notes(order, words) if shop.packing_slip.notes else (),
    )


def _to_pack(goods: Goods, shop: Shop, words: Words) -> tuple[str, ...]:
    """Where a line's goods are picked from and the name of their picture, as far as the shop wants it told."""
    told = (
        ("place", goods.place if shop.packing_slip.places else ""),
        ("picture", goods.picture_name if shop.packing_slip.pictures else ""),
    )
    return tuple(words.labelled(name, value) for name, value in told if value)


def _notes(order: Order, words: Words) -> tuple[str, ...]:
    return tuple(words.labelled("note", note.text) for note in order.notes.values() if isinstance(note.text, str))


def _label(sheet: Sheet, order: Order, shop: Shop, words: Words, number: int) -> Sheet:
    """Where a parcel goes, from whom, and by whom; its bar code is the carrier's where there is one."""
    parcel = order.shipments.get(number)
    address = order.shipping_address or order.billing_address
    phone = address.phone if isinstance(address, Address) else ""
    facts = (
        (words["order"], order.number),
        (words["shipping_method"], label_in(shop, "shipping_method", order.shipping_method, words.locale)),
        (words["carrier"], _carrier(shop, parcel.carrier) if parcel else ""),
        (words["tracking"], parcel.tracking_code if parcel else ""),
    )
    return replace(
        sheet,
        code=parcel.tracking_code if parcel and parcel.tracking_code else order.number,
        facts=tuple(fact for fact in facts if fact[1]),
        parties=(party_of(words["shipped_to"], address, words, *([phone] if phone else [])),),
        banner=words["state_cancelled"] if order.is_cancelled else "",
    )


def _carrier(shop: Shop, code: str) -> str:
    known = shop.carriers.get(code)
    return known.label if known else code


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

"""What an invoice or credit note adds up, in minor units: net lines, tax per rate, totals; for paper and for XML."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from domain.money import DECIMALS
from domain.orders.credits import LINE, CreditPart, credit_of
from domain.orders.documents import CREDIT_NOTE, refund_made
from domain.orders.issuing import MILLION
from domain.orders.order import Document, Item, Order
from domain.pricing import WHOLE, PricedLine, TaxShare
from printing.documents.words import Words


class BillLine(Struct, frozen=True, kw_only=True):
    """A line without tax. `unit` has `extra` decimals more than the currency; `rate` None: no tax is told."""

    name: str
    quantity: int
    unit: int
    net: int
    rate: int | None
    extra: int = 0
    cut: int = 0
    item: Item | None = None


class Bill(Struct, frozen=True, kw_only=True):
    """A document's sums; `adjustment` is what an imported total differs by, `paid` what was settled of it.

    `euro_tax` is the tax in euros where the document is in another currency.
    """

    lines: tuple[BillLine, ...]
    taxes: tuple[TaxShare, ...]
    net: int
    tax: int
    total: int
    adjustment: int = 0
    paid: int = 0
    euro_tax: int | None = None


def bill_of(order: Order, document: Document, words: Words) -> Bill:
    """What a document adds up."""
    bill = _credit(order, document, words) if document.kind == CREDIT_NOTE else _invoice(order, words)
    if not document.euro_rate:
        return bill
    return replace(bill, euro_tax=_in_euro(bill.tax, order.currency, document.euro_rate))


def _in_euro(amount: int, currency: str, rate: int) -> int:
    """An amount in cents of a euro, which costs so many millionths of the currency."""
    denominator: int = 10 ** DECIMALS[currency] * rate
    return (2 * amount * 100 * MILLION + denominator) // (2 * denominator)


def _invoice(order: Order, words: Words) -> Bill:
    price = order.price
    priced = {line.id: line for line in price.lines}
    lines = [_line(item, priced[item.id], order) for item in order.items.values()]
    return Bill(
        lines=(*lines, *_shipping(order, words)),
        taxes=price.taxes,
        net=price.net,
        tax=price.tax,
        total=price.total,
        adjustment=price.adjustment,
        paid=price.total - price.balance,
    )


def _line(item: Item, line: PricedLine, order: Order) -> BillLine:
    """The unit price has two decimals more than the currency where tax was taken out of it."""
    unit, extra = item.unit_price or 0, 0
    before = item.quantity * unit
    if order.prices_include_tax and item.tax_rate:
        scaled, extra = unit * 100 * WHOLE, 2
        unit = (scaled + (WHOLE + item.tax_rate) // 2) // (WHOLE + item.tax_rate)
        before = (item.quantity * unit + 50) // 100
    cut = before - line.net if line.discount else 0
    return BillLine(
        name=item.name,
        quantity=item.quantity,
        unit=unit,
        extra=extra,
        cut=cut,
        rate=item.tax_rate,
        net=line.net,
        item=item,
    )


def _shipping(order: Order, words: Words) -> tuple[BillLine, ...]:
    price = order.price
    if not price.shipping_charge:
        return ()
    net = price.shipping_total - price.shipping_tax
    return (BillLine(name=words["shipping"], quantity=1, unit=net, rate=order.shipping_tax_rate, net=net),)


def _credit(order: Order, document: Document, words: Words) -> Bill:
    credit = credit_of(order, refund_made(order, document.refund))
    return Bill(
        lines=tuple(_credited(part, order, words) for part in credit.parts),
        taxes=credit.taxes,
        net=credit.total - credit.tax,
        tax=credit.tax,
        total=credit.total,
        paid=credit.total,
    )


def _credited(part: CreditPart, order: Order, words: Words) -> BillLine:
    item = order.items.get(part.item)
    name = (item.name if item else part.item) if part.kind == LINE else words[part.kind]
    even = part.net % part.quantity == 0
    unit, extra = (part.net // part.quantity, 0) if even else (part.net * 100 // part.quantity, 2)
    return BillLine(name=name, quantity=part.quantity, unit=unit, extra=extra, rate=part.rate, net=part.net, item=item)

"""What an invoice or credit note adds up, in minor units: net lines, tax per rate, totals; for paper and for XML."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from domain.money import DECIMALS, fraction
from domain.orders.corrections import printed_items
from domain.orders.credits import LINE, credit_of, credit_with
from domain.orders.documents import CREDIT_NOTE, refund_made
from domain.orders.issuing import MILLION
from domain.orders.order import Document, Item, Order
from domain.orders.papers import CreditPart
from domain.pricing import PricedLine, TaxShare
from domain.taxes import Taxes, combined
from domain.units import PIECE, Unit
from printing.documents.words import Words


class BillLine(Struct, frozen=True, kw_only=True):
    """A line without tax; `price` is for one of its unit and has `extra` decimals more than the currency.

    `quantity` is in the unit's smallest steps; `taxes` None: no tax is told, else `exemption` is why there is none.
    One that is not `counted` takes back no unit: what is kept costs less.
    """

    name: str
    quantity: int
    price: int
    net: int
    taxes: Taxes | None
    exemption: str = ""
    unit: Unit = PIECE
    extra: int = 0
    cut: int = 0
    counted: bool = True
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
    unit_price, extra = item.unit_price or 0, 0
    before = item.amount
    rate = combined(item.taxes)
    if order.prices_include_tax and rate:
        extra = 2
        unit_price = fraction(unit_price * 100, rate.denominator, rate.denominator + rate.numerator)
        before = fraction(item.quantity * unit_price, 1, 100 * item.unit.steps)
    cut = before - line.net if line.discount else 0
    return BillLine(
        name=item.name,
        quantity=item.quantity,
        price=unit_price,
        extra=extra,
        cut=cut,
        taxes=item.taxes,
        exemption=item.exemption,
        unit=item.unit,
        net=line.net,
        item=item,
    )


def _shipping(order: Order, words: Words) -> tuple[BillLine, ...]:
    price = order.price
    if not price.shipping_charge:
        return ()
    net = price.shipping_total - price.shipping_tax
    return (BillLine(name=words["shipping"], quantity=1, price=net, taxes=price.shipping_taxes, net=net),)


def _credit(order: Order, document: Document, words: Words) -> Bill:
    if document.parts:
        credit = credit_with(document.parts)
    else:
        credit = credit_of(order, refund_made(order, document.refund), document)
    items = printed_items(order, document)
    return Bill(
        lines=tuple(_credited(part, items, words) for part in credit.parts),
        taxes=credit.taxes,
        net=credit.total - credit.tax,
        tax=credit.tax,
        total=credit.total,
        paid=credit.total,
    )


def _credited(part: CreditPart, items: dict[str, Item], words: Words) -> BillLine:
    item = items.get(part.item)
    name = (item.name if item else part.item) if part.kind == LINE else words[part.kind]
    unit = item.unit if item and part.quantity else PIECE
    quantity = part.quantity or 1
    whole = part.net * unit.steps
    even = whole % quantity == 0
    price, extra = (whole // quantity, 0) if even else (whole * 100 // quantity, 2)
    return BillLine(
        name=name,
        quantity=quantity,
        counted=bool(part.quantity),
        price=price,
        extra=extra,
        taxes=part.taxes,
        exemption=part.exemption,
        unit=unit,
        net=part.net,
        item=item,
    )

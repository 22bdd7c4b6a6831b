"""What a refund takes back of an order's price: net and tax of each part, so that all refunds together give it all."""

from __future__ import annotations

from msgspec import Struct

from domain.money import share
from domain.orders.order import Order, Refund
from domain.pricing import WHOLE, TaxShare

LINE, SHIPPING, GOODWILL = "line", "shipping", "goodwill"


class CreditPart(Struct, frozen=True, kw_only=True):
    """A part of a credit at one rate: so many units of a line, shipping, or goodwill; `rate` None: without tax."""

    kind: str
    item: str
    quantity: int
    rate: int | None
    net: int
    tax: int

    @property
    def total(self) -> int:
        """Net and tax."""
        return self.net + self.tax


class Credit(Struct, frozen=True, kw_only=True):
    """A refund as a credit note tells it."""

    parts: tuple[CreditPart, ...]
    taxes: tuple[TaxShare, ...]
    tax: int
    total: int


def credit_of(order: Order, refund: Refund) -> Credit:
    """The parts of a refund; the tax of a line given back in steps adds up to exactly the line's tax."""
    before = order.refunds[: next(index for index, one in enumerate(order.refunds) if one.id == refund.id)]
    parts = (
        *_lines(order, refund, before),
        *_shipping(order, refund, before),
        *_goodwill(order, refund.goodwill),
    )
    return Credit(
        parts=parts, taxes=_taxes(parts), tax=sum(part.tax for part in parts), total=sum(part.total for part in parts)
    )


def _step(tax: int, total: int, before: int, amount: int) -> int:
    """The tax in an amount that follows others of the same total."""
    return _rounded(tax * (before + amount), total) - _rounded(tax * before, total) if total else 0


def _rounded(numerator: int, denominator: int) -> int:
    return (numerator + denominator // 2) // denominator


def _lines(order: Order, refund: Refund, before: tuple[Refund, ...]) -> list[CreditPart]:
    given: dict[str, int] = {}
    for earlier in before:
        for line in earlier.lines:
            given[line.item] = given.get(line.item, 0) + line.amount
    priced = {line.id: line for line in order.price.lines}
    parts = []
    for line in refund.lines:
        item, whole = order.items.get(line.item), priced.get(line.item)
        done = given.get(line.item, 0)
        tax = _step(whole.tax, whole.total, done, line.amount) if whole else 0
        given[line.item] = done + line.amount
        rate = item.tax_rate if item else None
        net = line.amount - tax
        parts.append(CreditPart(kind=LINE, item=line.item, quantity=line.quantity, rate=rate, net=net, tax=tax))
    return parts


def _shipping(order: Order, refund: Refund, before: tuple[Refund, ...]) -> list[CreditPart]:
    if not refund.shipping:
        return []
    done = sum(earlier.shipping for earlier in before)
    tax = _step(order.price.shipping_tax, order.price.shipping_total, done, refund.shipping)
    rate, net = order.shipping_tax_rate, refund.shipping - tax
    return [CreditPart(kind=SHIPPING, item="", quantity=1, rate=rate, net=net, tax=tax)]


def _goodwill(order: Order, amount: int) -> list[CreditPart]:
    """What was given back beyond lines, at each rate of the order in proportion."""
    if not amount:
        return []
    taxes = order.price.taxes
    if not any(one.net + one.tax for one in taxes):
        return [CreditPart(kind=GOODWILL, item="", quantity=1, rate=None, net=amount, tax=0)]
    parts = []
    for one, part in zip(taxes, share(amount, [tax.net + tax.tax for tax in taxes]), strict=True):
        tax = _rounded(part * one.rate, WHOLE + one.rate)
        if part:
            parts.append(CreditPart(kind=GOODWILL, item="", quantity=1, rate=one.rate, net=part - tax, tax=tax))
    return parts


def _taxes(parts: tuple[CreditPart, ...]) -> tuple[TaxShare, ...]:
    rates = sorted({part.rate for part in parts if part.rate is not None})
    return tuple(
        TaxShare(
            rate,
            sum(part.net for part in parts if part.rate == rate),
            sum(part.tax for part in parts if part.rate == rate),
        )
        for rate in rates
    )

"""The price of a cart: one pure function for every total, preview, receipt and refund; integers of minor units only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from domain.money import share

WHOLE = 10_000  # rates and percentages are hundredths of a percent: 20 % is 2000

CouponKind = Literal["percent", "amount", "free_shipping"]


class CartLine(Struct, frozen=True):
    """So many units at a price; `discount` is taken off the whole line, `tax_rate` is in hundredths of a percent."""

    id: str
    quantity: int
    unit_price: int
    discount: int = 0
    tax_rate: int = 0


class CouponTerms(Struct, frozen=True):
    """What a coupon gives, as checked: `value` is hundredths of a percent or minor units, and 0 for free shipping."""

    code: str
    kind: CouponKind
    value: int = 0


class Cart(Struct, frozen=True):
    """Everything a price follows from; `adjustment` leads to a total told elsewhere and bears no tax."""

    currency: str
    prices_include_tax: bool
    lines: tuple[CartLine, ...]
    coupons: tuple[CouponTerms, ...] = ()
    discount: int = 0
    shipping_charge: int = 0
    shipping_tax_rate: int = 0
    adjustment: int = 0
    paid: int = 0
    refunded: int = 0


class PricedLine(Struct, frozen=True):
    """A line with its part of every discount and tax; `total` is `net + tax`, what the customer owes for it."""

    id: str
    quantity: int
    gross_before: int
    discount: int
    net: int
    tax: int
    total: int


class CouponDiscount(Struct, frozen=True):
    """What one coupon took off, from the lines or from shipping."""

    code: str
    amount: int


class TaxShare(Struct, frozen=True):
    """The tax at one rate, and the net it was taken on."""

    rate: int
    net: int
    tax: int


class Price(Struct, frozen=True):
    """Every figure of a cart, in minor units.

    `subtotal` is the sum of the lines after their own discounts, as priced (with or without tax); `discount` is what
    coupons and the order's discount take off it. `total` is `net + tax + adjustment`, which is also the lines' totals,
    `shipping_total` and `adjustment`. A positive `balance` is still due, a negative one is the customer's credit.
    """

    lines: tuple[PricedLine, ...]
    subtotal: int
    coupons: tuple[CouponDiscount, ...]
    discount: int
    shipping_charge: int
    shipping_discount: int
    shipping_tax: int
    shipping_total: int
    adjustment: int
    taxes: tuple[TaxShare, ...]
    net: int
    tax: int
    total: int
    paid: int
    refunded: int
    balance: int


def price(cart: Cart) -> Price:
    """The price of the cart; a discount never takes more than there is, so no line falls below zero."""
    amounts = [max(0, line.quantity * line.unit_price - line.discount) for line in cart.lines]
    subtotal = sum(amounts)
    coupons, discount, shipping_discount = _discounts(cart, subtotal)
    charged = amounts
    if discount:
        charged = [amount - part for amount, part in zip(amounts, share(discount, amounts), strict=True)]
    shipping = cart.shipping_charge - shipping_discount
    taxes, parts = _taxes(cart, charged, shipping)
    if not cart.prices_include_tax:
        charged = [amount + part for amount, part in zip(charged, parts, strict=False)]
        shipping += parts[-1]
    net = sum(tax_share.net for tax_share in taxes)
    tax = sum(tax_share.tax for tax_share in taxes)
    total = net + tax + cart.adjustment
    return Price(
        lines=_priced_lines(cart, charged, parts),
        subtotal=subtotal,
        coupons=coupons,
        discount=discount,
        shipping_charge=cart.shipping_charge,
        shipping_discount=shipping_discount,
        shipping_tax=parts[-1],
        shipping_total=shipping,
        adjustment=cart.adjustment,
        taxes=taxes,
        net=net,
        tax=tax,
        total=total,
        paid=cart.paid,
        refunded=cart.refunded,
        balance=_balance(total, cart.paid, cart.refunded),
    )


def _balance(total: int, paid: int, refunded: int) -> int:
    """What is still due: giving back what was overpaid settles the credit, giving back more is not asked for again."""
    return total - paid + min(refunded, max(0, paid - total))


def _discounts(cart: Cart, subtotal: int) -> tuple[tuple[CouponDiscount, ...], int, int]:
    """What each coupon takes off in the order applied, all that comes off the lines, and what comes off shipping."""
    coupons = []
    left, shipping_left, percent = subtotal, cart.shipping_charge, 0
    for coupon in cart.coupons:
        if coupon.kind == "free_shipping":
            amount, shipping_left = shipping_left, 0
        else:
            amount = coupon.value
            if coupon.kind == "percent":
                # Percentages add up before rounding, or two halves rounded up would take more than the whole.
                amount = _part(subtotal, percent + coupon.value, WHOLE) - _part(subtotal, percent, WHOLE)
                percent += coupon.value
            amount = min(amount, left)
            left -= amount
        coupons.append(CouponDiscount(coupon.code, amount))
    left -= min(max(cart.discount, 0), left)
    return tuple(coupons), subtotal - left, cart.shipping_charge - shipping_left


def _taxes(cart: Cart, charged: Sequence[int], shipping: int) -> tuple[tuple[TaxShare, ...], list[int]]:
    """The tax of each rate on the sum at that rate, and its parts: one per line, then shipping's."""
    amounts = [*charged, shipping]
    members: dict[int, list[int]] = {}
    for index, line in enumerate(cart.lines):
        members.setdefault(line.tax_rate, []).append(index)
    if shipping:
        members.setdefault(cart.shipping_tax_rate, []).append(len(charged))
    taxes = []
    parts = [0] * len(amounts)
    for rate in sorted(members):
        weights = [amounts[index] for index in members[rate]]
        amount = sum(weights)
        tax = _part(amount, rate, WHOLE + rate if cart.prices_include_tax else WHOLE)
        taxes.append(TaxShare(rate, amount - tax if cart.prices_include_tax else amount, tax))
        if tax:
            for index, part in zip(members[rate], share(tax, weights), strict=True):
                parts[index] = part
    return tuple(taxes), parts


def _priced_lines(cart: Cart, totals: Sequence[int], taxes: Sequence[int]) -> tuple[PricedLine, ...]:
    lines = []
    for line, total, tax in zip(cart.lines, totals, taxes, strict=False):
        gross, net = line.quantity * line.unit_price, total - tax
        discount = gross - (total if cart.prices_include_tax else net)
        lines.append(PricedLine(line.id, line.quantity, gross, discount, net, tax, total))
    return tuple(lines)


def _part(amount: int, numerator: int, denominator: int) -> int:
    """That fraction of an amount, halves rounded up."""
    return (amount * numerator + denominator // 2) // denominator


def unit_share(line: PricedLine, quantity_done: int, quantity_now: int) -> int:
    """What `quantity_now` units of a line are worth after `quantity_done`; all units in any steps give its total.

    Units past the line's quantity are worth nothing.
    """
    if line.quantity <= 0:
        return 0
    before = min(quantity_done, line.quantity)
    after = min(quantity_done + quantity_now, line.quantity)
    return _part(line.total, after, line.quantity) - _part(line.total, before, line.quantity)

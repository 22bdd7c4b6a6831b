"""The price of a cart: one pure function for every total, preview, receipt and refund; integers of minor units only."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from domain import owed
from domain.money import fraction, share
from domain.reductions import WHOLE as WHOLE
from domain.reductions import CouponDiscount as CouponDiscount
from domain.reductions import CouponKind as CouponKind
from domain.reductions import CouponTerms as CouponTerms
from domain.reductions import line_rank, reductions
from domain.taxation import Base, Taxed, dealt_anew, taxed
from domain.taxes import Taxes
from domain.taxes import TaxShare as TaxShare


class CartLine(Struct, frozen=True):
    """So many units at a price; `discount` is taken off the whole line.

    `quantity` is in steps of which 10 to the power of `decimals` make a unit. A line of a negative price is a discount.
    """

    id: str
    quantity: int
    unit_price: int
    discount: int = 0
    taxes: Taxes = ()
    sku: str = ""
    exemption: str = ""
    decimals: int = 0

    @property
    def before(self) -> int:
        """What the units cost before any discount."""
        if self.decimals:
            return units_amount(self.quantity, self.unit_price, self.decimals)
        return self.quantity * self.unit_price

    @property
    def amount(self) -> int:
        """What the line costs after its own discount, below zero only as a discount itself."""
        before = self.before
        return before if self.unit_price < 0 else max(0, before - self.discount)


class Cart(Struct, frozen=True):
    """Everything a price follows from; `adjustment` leads to a total told elsewhere and bears no tax.

    `paid` is what came in, `refunds` what went back and for what. `shipping_includes_tax` None: as the prices do.
    """

    currency: str
    prices_include_tax: bool
    lines: tuple[CartLine, ...]
    coupons: tuple[CouponTerms, ...] = ()
    discount: int = 0
    shipping_charge: int = 0
    shipping_taxes: Taxes = ()
    shipping_includes_tax: bool | None = None
    adjustment: int = 0
    paid: int = 0
    refunds: tuple[owed.RefundParts, ...] = ()
    cancelled: bool = False


class PricedLine(Struct, frozen=True):
    """A line with its part of every discount and tax; `total` is `net + tax`, what the customer owes for it.

    `tax_parts` is how much each of its taxes is. `spread` is its part in lines that are discounts, tax included, and
    `spread_parts` that of each tax; such a line takes all of itself back by it, so that `worth` is what goods cost.
    """

    id: str
    quantity: int
    gross_before: int
    discount: int
    net: int
    tax: int
    total: int
    taxes: Taxes = ()
    tax_parts: tuple[int, ...] = ()
    exemption: str = ""
    spread: int = 0
    spread_parts: tuple[int, ...] = ()

    @property
    def worth(self) -> int:
        """What the units are worth to the customer, and come to when they are given back."""
        return self.total + self.spread

    @property
    def worth_parts(self) -> tuple[int, ...]:
        """How much each tax is of that."""
        if not self.spread_parts:
            return self.tax_parts
        return tuple(part + more for part, more in zip(self.tax_parts, self.spread_parts, strict=True))


class Price(Struct, frozen=True):
    """Every figure of a cart, in minor units.

    `subtotal` is the sum of the lines after their own discounts, as priced (with or without tax); `discount` is what
    coupons and the order's discount take off it. `total` is `net + tax + adjustment`, which is also the lines' totals,
    `shipping_total` and `adjustment`. `kept` is what the customer keeps of it; a positive `balance` is still due, a
    negative one is money to give back (see `domain.owed`).
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
    shipping_taxes: Taxes = ()
    shipping_tax_parts: tuple[int, ...] = ()
    kept: int = 0
    paid: int = 0
    refunded: int = 0
    balance: int = 0


def units_amount(quantity: int, unit_price: int, decimals: int = 0) -> int:
    """What so many steps of a unit cost at a price per unit, halves rounded up."""
    return fraction(quantity * unit_price, 1, 10**decimals) if decimals else quantity * unit_price


def price(cart: Cart) -> Price:
    """The price of the cart; a discount never takes more than there is, so no line falls below zero but a discount."""
    own = [line.amount for line in cart.lines]
    amounts = spread_over_goods(cart.lines, own) if min(own, default=0) < 0 else own
    subtotal = sum(amounts)
    coupons: tuple[CouponDiscount, ...] = ()
    charged, discount, shipping_discount = amounts, 0, 0
    if cart.coupons or cart.discount:
        reduced = reductions(cart.coupons, cart.discount, cart.lines, amounts, cart.shipping_charge)
        coupons, charged, shipping_discount = reduced
        discount = subtotal - sum(charged)
    shipping = cart.shipping_charge - shipping_discount
    worth = taxed(_bases(cart, charged, shipping))
    shown = worth
    if amounts is not own:
        back = _discounts_within(cart.lines, own, amounts)
        bases = _bases(cart, [part + more for part, more in zip(charged, back, strict=True)], shipping)
        shown = dealt_anew(worth, bases, list(_alike(cart.lines).values()))
    tax = sum(tax_share.tax for tax_share in shown.shares)
    total = sum(shown.totals) + cart.adjustment
    whole = Price(
        lines=_priced_lines(cart, shown, worth),
        subtotal=subtotal,
        coupons=coupons,
        discount=discount,
        shipping_charge=cart.shipping_charge,
        shipping_discount=shipping_discount,
        shipping_tax=sum(shown.parts[-1]),
        shipping_total=shown.totals[-1],
        adjustment=cart.adjustment,
        taxes=shown.shares,
        net=total - tax - cart.adjustment,
        tax=tax,
        total=total,
        shipping_taxes=cart.shipping_taxes if shipping else (),
        shipping_tax_parts=shown.parts[-1],
    )
    return _settled(whole, cart)


def spread_over_goods(lines: Sequence[CartLine], own: Sequence[int]) -> list[int]:
    """The amounts with lines that are discounts taken off the goods that bear the same taxes, never more than those.

    Of equal remainders the dearest line is lowered first.
    """
    left = list(own)
    for bearing in _alike(lines).values():
        goods = [index for index in bearing if lines[index].unit_price >= 0]
        weights = [own[index] for index in goods]
        ranks = [line_rank(lines[index], own[index]) for index in goods]
        off = min(-sum(own[index] for index in bearing if lines[index].unit_price < 0), sum(weights))
        for index in bearing:
            left[index] = max(0, own[index])
        for index, part in zip(goods, share(off, weights, ranks), strict=True):
            left[index] -= part
    return left


def _alike(lines: Sequence[CartLine]) -> dict[tuple[Taxes, str], list[int]]:
    """The places of the lines by what taxes they bear, or why none."""
    alike: dict[tuple[Taxes, str], list[int]] = {}
    for index, line in enumerate(lines):
        alike.setdefault((line.taxes, line.exemption), []).append(index)
    return alike


def _discounts_within(lines: Sequence[CartLine], own: Sequence[int], amounts: Sequence[int]) -> list[int]:
    """What to add to each line for discounts to stand as lines of their own."""
    back = [max(0, before) - after for before, after in zip(own, amounts, strict=True)]
    for bearing in _alike(lines).values():
        discounts = [index for index in bearing if lines[index].unit_price < 0]
        taken = share(sum(back[index] for index in bearing), [-own[index] for index in discounts])
        for index, part in zip(discounts, taken, strict=True):
            back[index] = -part
    return back


def _bases(cart: Cart, charged: Sequence[int], shipping: int) -> list[Base]:
    """What taxes are taken on: every line, then shipping."""
    included, shipping_included = cart.prices_include_tax, cart.shipping_includes_tax
    lines = zip(cart.lines, charged, strict=True)
    return [
        *(Base(amount, line.taxes, line.exemption, included) for line, amount in lines),
        Base(
            shipping,
            cart.shipping_taxes if shipping else (),
            "",
            included if shipping_included is None else shipping_included,
        ),
    ]


def _settled(worth: Price, cart: Cart) -> Price:
    """The price with what is kept of it, what was paid and given back, and what is owed."""
    kept = 0 if cart.cancelled else owed.worth_kept(worth, cart.refunds)
    refunded = sum(refund.total for refund in cart.refunds)
    balance = owed.balance(kept, cart.paid, refunded)
    return replace(worth, kept=kept, paid=cart.paid, refunded=refunded, balance=balance)


_NO_PARTS: tuple[int, ...] = ()


def _priced_lines(cart: Cart, shown: Taxed, worth: Taxed) -> tuple[PricedLine, ...]:
    lines = []
    for index, line in enumerate(cart.lines):
        total, parts = shown.totals[index], shown.parts[index]
        gross, tax = line.before, sum(parts)
        discount = gross - (total if cart.prices_include_tax else total - tax)
        spread, spread_parts = 0, _NO_PARTS
        if worth is not shown:
            spread = worth.totals[index] - total
            spread_parts = tuple(part - own for part, own in zip(worth.parts[index], parts, strict=True))
        lines.append(
            PricedLine(
                line.id,
                line.quantity,
                gross,
                discount,
                total - tax,
                tax,
                total,
                line.taxes,
                parts,
                line.exemption,
                spread,
                spread_parts,
            )
        )
    return tuple(lines)


def unit_share(line: PricedLine, quantity_done: int, quantity_now: int) -> int:
    """What `quantity_now` units of a line are worth after `quantity_done`; all units in any steps give its worth.

    Units past the line's quantity are worth nothing.
    """
    if line.quantity <= 0:
        return 0
    before = min(quantity_done, line.quantity)
    after = min(quantity_done + quantity_now, line.quantity)
    return fraction(line.worth, after, line.quantity) - fraction(line.worth, before, line.quantity)

"""The money of an order: its total stays as told, whatever its lines, discounts, shipping and taxes come to.

Taxes stand within the prices or come on top of them, as the layout or the total says. Rates are those that the rows
tell, or that lead from the lines and the shipping to the taxes told; where nothing proves one, the tax stands in the
total without a rate. A discount that the lines were reduced by already is not taken off again.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from domain.money import DECIMALS, amount_text
from domain.pricing import WHOLE
from domain.taxes import single
from importers.drafts import DraftLine
from importers.faults import Fault
from importers.layouts.layout import Layout, TaxForm, charge
from importers.layouts.lines import Line
from importers.layouts.rates import rate_of_sum, roundest
from importers.layouts.told import Told
from importers.rates import rates_of
from importers.reading.cells import minor_units
from importers.remarks import TAX_WITHOUT_RATE

FINE = 100  # basis points to ten-thousandths of a percent
DISCOUNT_ON_LINES = "discount-on-lines"


class Money(Struct, frozen=True, kw_only=True):
    """What a draft says of prices, in minor units."""

    lines: tuple[DraftLine, ...]
    total: int | None
    tax: int
    prices_include_tax: bool
    discount: int
    shipping_charge: int
    shipping_rate: int
    remarks: tuple[str, ...]


class Sums(Struct, frozen=True, kw_only=True):
    """What the parts of an order come to; `lines` None where a price is not told."""

    lines: int | None
    discount: int
    shipping: int
    tax: int
    total: int | None

    def with_taxes(self, included: bool) -> int:
        """What the parts come to together."""
        return (self.lines or 0) - self.discount + self.shipping + (0 if included else self.tax)


class Rates(Struct, frozen=True):
    """The rates of the lines and of shipping, in ten-thousandths of a percent; None: nothing proves them."""

    lines: list[int]
    shipping: int


def money_of(told: Told, lines: Sequence[Line], layout: Layout, currency: str) -> Money:
    """The money that an order's rows tell."""
    charged = [*lines, *_charges(told, layout, currency)]
    after = [_after(line, currency) for line in charged]
    form = layout.taxes_of(told, currency) if layout.taxes_of else layout.taxes
    sums, on_lines = _placed(_sums(told, charged, after, currency, sold=bool(lines)), form)
    included = _included(sums, form)
    total = sums.total
    if total is not None and total < 0:
        fix = "Correct the sign; what came back belongs into a refund."
        raise Fault("amount-out-of-bounds", "An order costs nothing or more.", column=told.column("total"), fix=fix)
    if total is None and sums.lines is not None:
        total = sums.with_taxes(included)
    rates = _rates(told, charged, after, sums, currency, included=included)
    remarks = [DISCOUNT_ON_LINES] if on_lines else []
    if sums.tax and rates is None and included:
        remarks.append(f"{TAX_WITHOUT_RATE}: {amount_text(sums.tax, currency)}")
    known = rates or Rates([0] * len(charged), 0)
    return Money(
        lines=tuple(_drafted(line, rate) for line, rate in zip(charged, known.lines, strict=True)),
        total=total,
        tax=0 if included or rates else sums.tax,
        prices_include_tax=included,
        discount=sums.discount,
        shipping_charge=sums.shipping,
        shipping_rate=known.shipping,
        remarks=tuple(remarks),
    )


def _charges(told: Told, layout: Layout, currency: str) -> list[Line]:
    """The charges beside goods and shipping as lines of their own."""
    found = []
    for name, label in layout.charges.items():
        amount = told.minor(charge(name), currency)
        if amount and amount > 0:
            price = Decimal(amount).scaleb(-DECIMALS[currency])
            found.append(Line(line=told.line, sku="", name=label, quantity=1, unit_price=price))
    return found


def _after(line: Line, currency: str) -> int | None:
    return None if line.amount is None else minor_units(line.amount, currency, "")


def _sums(told: Told, lines: Sequence[Line], after: Sequence[int | None], currency: str, *, sold: bool) -> Sums:
    known = [amount for amount in after if amount is not None]
    tax = told.minor("tax", currency)
    if tax is None:
        of_lines = sum((line.tax for line in lines if line.tax is not None), Decimal(0))
        tax = minor_units(of_lines, currency, "") + (told.minor("shipping_tax", currency) or 0)
    shipping = (told.minor("shipping_charge", currency) or 0) - abs(told.minor("shipping_discount", currency) or 0)
    return Sums(
        lines=sum(known) if len(known) == len(lines) and lines else None,
        discount=abs(told.minor("discount", currency) or 0) if sold else 0,
        shipping=max(0, shipping),
        tax=tax,
        total=told.minor("total", currency),
    )


def _placed(sums: Sums, form: TaxForm) -> tuple[Sums, bool]:
    """The sums, and whether the total proves that the lines hold the order's discount already."""
    if not sums.discount or sums.lines is None or sums.total is None:
        return sums, False
    without = Sums(lines=sums.lines, discount=0, shipping=sums.shipping, tax=sums.tax, total=sums.total)
    ways = {"": (True, False), "included": (True,), "on top": (False,)}[form]
    if any(sums.with_taxes(way) == sums.total for way in ways):
        return sums, False
    return (without, True) if any(without.with_taxes(way) == sums.total for way in ways) else (sums, False)


def _included(sums: Sums, form: TaxForm) -> bool:
    """Whether the taxes are within the prices, or come on top of them to make the total."""
    if form:
        return form == "included"
    if sums.lines is None or sums.total is None:
        return True
    return abs(sums.with_taxes(True) - sums.total) <= abs(sums.with_taxes(False) - sums.total)


def _rates(
    told: Told, lines: Sequence[Line], after: Sequence[int | None], sums: Sums, currency: str, *, included: bool
) -> Rates | None:
    """The rates, where the rows tell them or the taxes prove them."""
    if not sums.tax or sums.lines is None:
        return Rates([0] * len(lines), 0) if not sums.tax else None
    amounts = [amount or 0 for amount in after]
    shipping_tax = told.minor("shipping_tax", currency)
    tried = [_told(lines), _by_taxes(lines, amounts, currency, included=included), _common(sums, lines, included)]
    for of_lines in tried:
        if of_lines is None:
            continue
        highest = max(of_lines, default=0)
        own = _own(sums.shipping, shipping_tax, included=included)
        for of_shipping in dict.fromkeys((own, highest, 0) if own is not None else (highest, 0)):
            if of_shipping is None or (of_shipping and not sums.shipping):
                continue
            if _fits(of_lines, of_shipping, amounts, sums, included=included):
                return Rates([rate * FINE for rate in of_lines], of_shipping * FINE)
    return None


def _told(lines: Sequence[Line]) -> list[int] | None:
    """The rates that the rows tell as percentages, in basis points."""
    rates = [line.rate for line in lines]
    known = [int(rate * 100) for rate in rates if rate is not None and rate * 100 == int(rate * 100)]
    return known if len(known) == len(lines) else None


def _by_taxes(lines: Sequence[Line], amounts: Sequence[int], currency: str, *, included: bool) -> list[int] | None:
    """The rates that lead to the taxes told of each line."""
    if not any(line.tax for line in lines):
        return None
    taxes = [minor_units(line.tax or Decimal(0), currency, "") for line in lines]
    return rates_of([(amount - tax if included else amount, tax) for amount, tax in zip(amounts, taxes, strict=True)])


def _common(sums: Sums, lines: Sequence[Line], included: bool) -> list[int] | None:
    """The one rate that leads from all lines, with or without the shipping, to the tax told."""
    goods = (sums.lines or 0) - sums.discount
    bases = {goods + sums.shipping, goods}
    count = len(lines) or 1
    rate = roundest(rate_of_sum(base - sums.tax if included else base, sums.tax, count) for base in bases)
    return None if rate is None else [rate] * len(lines)


def _own(shipping: int, tax: int | None, *, included: bool) -> int | None:
    """The rate that leads from the shipping to its tax, None where that is not told."""
    if tax is None:
        return None
    rates = rates_of([(shipping - tax if included else shipping, tax)])
    return rates[0] if rates else None


def _fits(rates: Sequence[int], of_shipping: int, amounts: Sequence[int], sums: Sums, *, included: bool) -> bool:
    """Whether these rates lead to the tax told, each line rounded by itself; the discount falls on all lines alike."""
    goods = sums.lines or 0
    left = Decimal(goods - sums.discount) / goods if goods else Decimal(1)
    parts = [(amount * left, rate) for amount, rate in zip(amounts, rates, strict=True)]
    parts.append((Decimal(sums.shipping), of_shipping))
    tax = sum((part * rate / ((WHOLE + rate) if included else WHOLE) for part, rate in parts), Decimal(0))
    return abs(tax - sums.tax) <= Decimal(len(parts)) / 2


def _drafted(line: Line, rate: int) -> DraftLine:
    return DraftLine(
        line=line.line,
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount=line.discount,
        taxes=single(rate),
        options=line.options,
    )

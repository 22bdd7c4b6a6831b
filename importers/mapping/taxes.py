"""The rates of an order of which a mapping's columns tell amounts of tax.

What lines and shipping tell of their own taxes leads to their rates, where pricing by these comes to the tax told of
the whole order, but for a minor unit per line. Else one rate of whole or half percents for all of the order does, or
for its lines alone. Else the tax stands in the total without a rate, with a remark.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from msgspec import Struct

from domain.money import amount_text
from domain.pricing import Cart, CartLine, price
from domain.taxes import single
from domain.units import UNITS, steps_of
from importers.mapping.lines import ReadLine
from importers.rates import rates_of
from importers.reading.cells import minor_units
from importers.remarks import TAX_BY_AMOUNT, TAX_WITHOUT_RATE

HALF_PERCENT = 50  # basis points
HIGHEST = 3_000  # no country takes more
FINER = 100  # of the domain's rates in a basis point
WHOLE = 10_000


class Taxed(Struct, frozen=True, kw_only=True):
    """What an order tells of taxes, in minor units (None: not told), and what they are on."""

    currency: str
    lines: Sequence[ReadLine]
    includes_tax: bool
    discount: int
    shipping: int
    tax: int | None
    shipping_tax: int | None


class Rates(Struct, frozen=True, kw_only=True):
    """The rate of each line and of shipping in ten-thousandths of a percent; `tax` is what has none, on top."""

    lines: Sequence[int]
    shipping: int = 0
    tax: int = 0
    remarks: tuple[str, ...] = ()


def rates_in(taxed: Taxed) -> Rates | None:
    """The rates; None where no amount of tax is told, or lines tell their rates themselves."""
    own = [_minor(line.tax, taxed.currency) for line in taxed.lines]
    told = [one for one in own if one is not None]
    if any(line.line.taxes for line in taxed.lines) or (not told and taxed.tax is None):
        return None
    whole = sum(told) + (taxed.shipping_tax or 0) if taxed.tax is None else taxed.tax
    nothing = [0] * len(own)
    if not whole or any(line.amount is None for line in taxed.lines):
        return _unrated(taxed, whole, nothing)
    if told and (found := _by_parts(taxed, [one or 0 for one in own], whole)):
        return found
    for rates in _alike(taxed, whole):
        if abs(_tax_of(taxed, rates) - whole) <= 1:
            return rates
    return _unrated(taxed, whole, nothing)


def _by_parts(taxed: Taxed, own: Sequence[int], whole: int) -> Rates | None:
    """The rates by the taxes of lines and shipping."""
    shipping_tax = taxed.shipping_tax
    if shipping_tax is None:
        shipping_tax = max(0, whole - sum(own)) if taxed.shipping else 0
    amounts = [_minor(line.charged, taxed.currency) or 0 for line in taxed.lines]
    parts = [*zip(amounts, own, strict=True), (taxed.shipping, shipping_tax)]
    nets = [(amount - tax if taxed.includes_tax else amount, tax) for amount, tax in parts]
    found = rates_of(nets)
    if found is None or max(found) > HIGHEST:
        return None
    *of_lines, of_shipping = (rate * FINER for rate in found)
    rates = Rates(lines=of_lines, shipping=of_shipping)
    return rates if abs(_tax_of(taxed, rates) - whole) <= len(own) else None


def _alike(taxed: Taxed, whole: int) -> Iterator[Rates]:
    """One rate of whole or half percents for all of the order, and for its lines alone."""
    goods = sum(_minor(line.charged, taxed.currency) or 0 for line in taxed.lines) - taxed.discount
    for shipping in (taxed.shipping, 0) if taxed.shipping else (0,):
        net = goods + shipping - (whole if taxed.includes_tax else 0)
        if net <= 0 or whole < 0:
            continue
        rate = round(Decimal(whole * WHOLE) / net / HALF_PERCENT) * HALF_PERCENT
        if 0 < rate <= HIGHEST:
            told = f"{TAX_BY_AMOUNT}: {Decimal(rate) / 100:f} %"
            finer = rate * FINER
            yield Rates(lines=[finer] * len(taxed.lines), shipping=finer if shipping else 0, remarks=(told,))


def _tax_of(taxed: Taxed, rates: Rates) -> int:
    """What pricing by these rates comes to."""
    lines = []
    for read, rate in zip(taxed.lines, rates.lines, strict=True):
        line, unit = read.line, UNITS[read.line.unit]
        unit_price = _minor(line.unit_price, taxed.currency) or 0
        off = _minor(line.discount, taxed.currency) or 0
        quantity = steps_of(line.quantity, unit, "")
        lines.append(CartLine("", quantity, unit_price, off, single(rate), decimals=unit.decimals))
    cart = Cart(
        currency=taxed.currency,
        prices_include_tax=taxed.includes_tax,
        lines=tuple(lines),
        discount=taxed.discount,
        shipping_charge=taxed.shipping,
        shipping_taxes=single(rates.shipping),
    )
    return sum(one.tax for one in price(cart).taxes)


def _unrated(taxed: Taxed, whole: int, lines: Sequence[int]) -> Rates:
    """The tax in the total without a rate; where it comes on top, building the order remarks it."""
    if not taxed.includes_tax:
        return Rates(lines=lines, tax=whole)
    remarks = (f"{TAX_WITHOUT_RATE}: {amount_text(whole, taxed.currency)}",) if whole else ()
    return Rates(lines=lines, remarks=remarks)


def _minor(amount: Decimal | None, currency: str) -> int | None:
    return None if amount is None else minor_units(amount, currency, "")

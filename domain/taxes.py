"""The taxes of a line or charge: their names and rates, one taken on another, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from msgspec import Struct

from domain.errors import Rejected
from domain.texts import CODE, LINE, check_text

WHOLE_RATE = 1_000_000  # tax rates are ten-thousandths of a percent: 20 % is 200_000
MAX_TAXES = 5


class TaxRateOutOfBounds(Rejected):
    """A tax rate lies between 0 and 100 percent, and so does what all taxes of a line come to."""

    code = "tax-rate-out-of-bounds"


class TooManyTaxes(Rejected):
    """A line bears at most {limit} taxes."""

    code = "too-many-taxes"


class CompoundWithoutBase(Rejected):
    """A compound tax is taken on the taxes before it: the first one has none before it."""

    code = "compound-without-base"


class TaxNameMissing(Rejected):
    """Of several taxes each has a name of its own."""

    code = "tax-name-missing"


class ExemptWithTax(Rejected):
    """A line that is exempt bears no tax: leave out its taxes, or the reason of its exemption."""

    code = "exempt-with-tax"


class Tax(Struct, frozen=True, omit_defaults=True):
    """A tax at a rate in ten-thousandths of a percent; without a name it is the one that the shop charges.

    `compound`: it is taken on the net amount and on the taxes before it.
    """

    rate: int
    name: str = ""
    compound: bool = False


Taxes = tuple[Tax, ...]


class TaxShare(Struct, frozen=True):
    """One tax of a whole cart, and the amount it was taken on; rate 0 without a name: what bears no tax, and why."""

    rate: int
    net: int
    tax: int
    name: str = ""
    compound: bool = False
    exemption: str = ""


def single(rate: int) -> Taxes:
    """One tax without a name, none at a rate of 0."""
    return (Tax(rate),) if rate else ()


@lru_cache(maxsize=1024)
def portions(taxes: Taxes) -> tuple[Fraction, ...]:
    """What each of the taxes is of the net amount."""
    found: list[Fraction] = []
    for tax in taxes:
        base = 1 + sum(found, Fraction(0)) if tax.compound else Fraction(1)
        found.append(base * Fraction(tax.rate, WHOLE_RATE))
    return tuple(found)


@lru_cache(maxsize=1024)
def combined(taxes: Taxes) -> Fraction:
    """What all the taxes together are of the net amount."""
    return sum(portions(taxes), Fraction(0))


@lru_cache(maxsize=1024)
def portions_of_gross(taxes: Taxes) -> tuple[Fraction, ...]:
    """What each of the taxes is of an amount that holds them all."""
    return tuple(portion / (1 + combined(taxes)) for portion in portions(taxes))


@lru_cache(maxsize=1024)
def rank(taxes: Taxes) -> tuple[Fraction, tuple[tuple[int, str, bool], ...]]:
    """By what lines are ordered where something must be: the most taxed last, no two sets of taxes alike."""
    return combined(taxes), tuple((tax.rate, tax.name, tax.compound) for tax in taxes)


def rate_text(rate: Fraction) -> str:
    """A rate in percent as text, exact, with two decimals at least: `8.875`, `20.00`.

    `rate` is a part of 1; tax rates and their products have finitely many decimals.
    """
    places = 2
    while (scaled := rate * 10 ** (places + 2)).denominator != 1:
        places += 1
    whole, part = divmod(int(scaled), 10**places)
    return f"{whole}.{part:0{places}d}"


@lru_cache(maxsize=1024)
def tax_rate_text(rate: int) -> str:
    """A tax's rate in percent as text, exact, with two to four decimals: `8.875`, `20.00`."""
    whole, part = divmod(rate, 10_000)
    decimals = f"{part:04d}".rstrip("0").ljust(2, "0")
    return f"{whole}.{decimals}"


@lru_cache(maxsize=1024)
def _is_plain(taxes: Taxes) -> bool:
    """Whether it is no tax, or one as most are: a rate within bounds and nothing else."""
    return not taxes or (len(taxes) == 1 and taxes == single(taxes[0].rate) and 0 <= taxes[0].rate <= WHOLE_RATE)


def check_taxes(taxes: Sequence[Tax], pointer: str, exemption: str = "") -> None:
    """Refuses taxes that make no sense; `pointer` leads up to `tax_rate` and `taxes`, as `/` or `/shipping_`."""
    if not exemption and _is_plain(tuple(taxes)):
        return
    check_text(exemption, LINE, f"{pointer}exemption")
    if exemption and any(tax.rate for tax in taxes):
        raise ExemptWithTax(f"{pointer}exemption")
    if len(taxes) > MAX_TAXES:
        raise TooManyTaxes(f"{pointer}taxes", limit=MAX_TAXES)
    names = set()
    for index, tax in enumerate(taxes):
        place = f"{pointer}taxes/{index}" if len(taxes) > 1 or tax.name or tax.compound else ""
        check_text(tax.name, CODE, f"{place}/name")
        if not 0 <= tax.rate <= WHOLE_RATE:
            raise TaxRateOutOfBounds(f"{place}/rate" if place else f"{pointer}tax_rate")
        if tax.compound and not index:
            raise CompoundWithoutBase(f"{place}/compound")
        if len(taxes) > 1 and (not tax.name or tax.name in names):
            raise TaxNameMissing(f"{place}/name")
        names.add(tax.name)
    if combined(tuple(taxes)) > 1:
        raise TaxRateOutOfBounds(f"{pointer}taxes")

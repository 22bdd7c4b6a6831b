"""Money: integers of minor units in one ISO 4217 currency; `Decimal` text only at the edges."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.errors import Rejected

# ISO 4217 (list one, 2024): the active currencies and, where it is not two, the number of decimals of their minor unit.
_TWO_DECIMALS = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR
KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN
PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD
TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG
"""
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"

DECIMALS: dict[str, int] = (
    dict.fromkeys(_TWO_DECIMALS.split(), 2)
    | dict.fromkeys(_NO_DECIMALS.split(), 0)
    | dict.fromkeys(_THREE_DECIMALS.split(), 3)
)
MAX_MINOR_UNITS = 10**15  # beyond any order; keeps every sum inside a 64-bit column


class UnknownCurrency(Rejected):
    """{currency} is not an active ISO 4217 currency."""

    code = "unknown-currency"


class WrongAmount(Rejected):
    """{amount} is not an amount in {currency}: write it with exactly {decimals} decimals."""

    code = "wrong-amount"


def decimals(currency: str) -> int:
    """How many decimals the currency's minor unit has."""
    try:
        return DECIMALS[currency]
    except KeyError:
        raise UnknownCurrency("/currency", currency=currency) from None


def minor_units(amount: str, currency: str, pointer: str = "") -> int:
    """The amount (`"129.90"`, exactly the currency's decimals) in minor units (`12990`)."""
    places = decimals(currency)
    digits = amount.removeprefix("-")
    whole, point, fraction = digits.partition(".")
    right = whole.isascii() and whole.isdigit() and bool(point) == bool(places) and len(fraction) == places
    if not right or (fraction and not (fraction.isascii() and fraction.isdigit())) or len(whole) > 13:
        raise WrongAmount(pointer, amount=amount[:40], currency=currency, decimals=places)
    value = int(whole + fraction)
    return -value if amount.startswith("-") else value


def rounded_minor_units(amount: str | Decimal, currency: str) -> int:
    """An amount told with any number of decimals, to the nearest minor unit (half to even); for imports only."""
    try:
        scaled = Decimal(amount).scaleb(decimals(currency))
    except InvalidOperation:
        raise WrongAmount(amount=str(amount)[:40], currency=currency, decimals=decimals(currency)) from None
    if not scaled.is_finite() or abs(scaled) > MAX_MINOR_UNITS:
        raise WrongAmount(amount=str(amount)[:40], currency=currency, decimals=decimals(currency))
    return int(scaled.to_integral_value())


def amount_text(minor: int, currency: str) -> str:
    """Minor units as text with exactly the currency's decimals: `12990` EUR is `129.90`."""
    places = DECIMALS[currency]
    if places == 2 and minor >= 0:  # as most are
        return f"{minor // 100}.{minor % 100:02d}"
    if not places:
        return str(minor)
    sign, digits = ("-", -minor) if minor < 0 else ("", minor)
    whole, fraction = divmod(digits, 10**places)
    return f"{sign}{whole}.{fraction:0{places}d}"


def fraction(amount: int, numerator: int, denominator: int) -> int:
    """That fraction of an amount, halves rounded up."""
    return (amount * numerator + denominator // 2) // denominator


def share(amount: int, weights: Sequence[int], ranks: Sequence[Any] = ()) -> tuple[int, ...]:
    """Parts of the amount in proportion to the weights that sum to it exactly (largest remainder).

    Of equal remainders those of the highest rank come first, where ranks are told, then the first. Weights are never
    negative. With no positive weight everything goes to the first part; no parts give an empty tuple.
    """
    if not amount or not weights:
        return (0,) * len(weights)
    if len(weights) == 1:
        return (amount,)
    total = sum(weights)
    if total <= 0:
        return (amount, *(0 for _ in weights[1:]))
    size = abs(amount)
    parts = [size * weight // total for weight in weights]
    left = size - sum(parts)
    if left:
        ranked = ranks or (0,) * len(weights)
        remainders = [(size * weight % total, rank) for weight, rank in zip(weights, ranked, strict=True)]
        for index in sorted(range(len(parts)), key=remainders.__getitem__, reverse=True)[:left]:
            parts[index] += 1
    return tuple(parts) if amount > 0 else tuple(-part for part in parts)


def shares_of_fractions(amount: int, numerators: Sequence[int], denominator: int) -> tuple[int, ...]:
    """The amount dealt out to exact fractions that sum to it but for its rounding, each as near as it can be.

    Fractions may be below zero. Those with the largest remainders are rounded up first, of equal ones the first.
    """
    parts = [numerator // denominator for numerator in numerators]
    by_remainder = sorted(range(len(parts)), key=lambda index: numerators[index] % denominator, reverse=True)
    for index in by_remainder[: amount - sum(parts)]:
        parts[index] += 1
    return tuple(parts)

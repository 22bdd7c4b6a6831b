"""Amounts as Stripe counts them, which is not always in the minor unit of ISO 4217.

The rule is that of https://docs.stripe.com/currencies ("Minor units in API amounts", "Zero-decimal currencies",
"Three-decimal currencies", "Special cases").
"""

from __future__ import annotations

from domain.money import decimals
from projections.payments.provider import ProviderRefused

# Whole units, although ISO 4217 knows a part of the ariary.
_WHOLE = frozenset(("MGA",))
# Counted in hundredths for the sake of older programs, although ISO 4217 has none; the hundredths are always 00.
_HUNDREDTHS = frozenset(("ISK", "UGX"))
# Counted in thousandths, the last of which is always 0.
_THOUSANDTHS = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))


def to_stripe(amount: int, currency: str) -> int:
    """Minor units as Stripe counts them; raises `ProviderRefused` for an amount that it cannot take."""
    if currency in _HUNDREDTHS:
        return amount * 100
    step = 100 if currency in _WHOLE else 10 if currency in _THOUSANDTHS else 1
    if amount % step or (decimals(currency) == 3 and currency not in _THOUSANDTHS):
        raise ProviderRefused("amount-not-taken")
    return amount // 100 if currency in _WHOLE else amount


def from_stripe(amount: int, currency: str) -> int:
    """What Stripe counts, in minor units."""
    if currency in _HUNDREDTHS:
        return amount // 100
    return amount * 100 if currency in _WHOLE else amount

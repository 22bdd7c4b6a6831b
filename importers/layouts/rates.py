"""The one tax rate that leads from what lines come to together to the tax told of all."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from math import ceil

from domain.pricing import WHOLE

PERCENT = 100  # basis points
HALF = 50  # basis points: rates that nothing tells line by line are halves of a percent at least
HIGHEST = 3_000  # basis points: no country's tax on sales is higher


def rate_of_sum(amount: int, tax: int, lines: int) -> int | None:
    """The only rate in halves of a percent that leads from an amount to its tax, in minor units; None where not one.

    Each of so many lines may have been rounded by itself.
    """
    if amount <= 0 or tax < 0:
        return None
    off = Decimal(lines) / 2
    low, high = (tax - off) * WHOLE / amount, (tax + off) * WHOLE / amount
    first = ceil(low / HALF) * HALF
    return first if 0 < first <= high < first + HALF and first <= HIGHEST else None


def roundest(rates: Iterable[int | None]) -> int | None:
    """The only rate among them, or the only one in whole percents."""
    known = {rate for rate in rates if rate is not None}
    whole = {rate for rate in known if not rate % PERCENT}
    for found in (known, whole):
        if len(found) == 1:
            return found.pop()
    return None

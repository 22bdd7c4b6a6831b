"""Rates of tax that amounts and their taxes lead to, where a file tells no rates."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from domain.pricing import WHOLE


def rates_of(parts: Sequence[tuple[int, int]]) -> list[int] | None:
    """The rates in basis points that lead from amounts to their taxes, both in minor units.

    One for all that bear tax where there is one, else each its own; the roundest within half a minor unit. None where
    an amount has no such rate.
    """
    bounds = [_bounds(amount, tax) for amount, tax in parts if tax]
    if any(bound is None for bound in bounds):
        return None
    known = [bound for bound in bounds if bound is not None]
    common = _roundest(max(low for low, _ in known), min(high for _, high in known)) if known else 0
    if common is not None:
        return [common if tax else 0 for _, tax in parts]
    each = [_roundest(*bound) for bound in known]
    rates = iter([rate for rate in each if rate is not None])
    return [next(rates) if tax else 0 for _, tax in parts] if None not in each else None


def _bounds(amount: int, tax: int) -> tuple[Decimal, Decimal] | None:
    """The least and the greatest rate that rounds to this tax, in basis points."""
    if amount <= 0 or tax < 0:
        return None
    half = Decimal("0.5")
    return (tax - half) * WHOLE / amount, (tax + half) * WHOLE / amount


def _roundest(low: Decimal, high: Decimal) -> int | None:
    """The rate with the fewest digits between two bounds: whole percents, halves, tenths, then finer ones."""
    for step in (100, 50, 10, 5, 1):
        nearest = round((low + high) / 2 / step) * step
        if low <= nearest <= high and 0 < nearest <= WHOLE:
            return nearest
    return None

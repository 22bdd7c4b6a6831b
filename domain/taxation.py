"""What the taxes of a cart come to: each on the sum of all that bears it, and how much of it is every line's.

A tax is one by its name, its rate and whether it is compound. It is taken on the sum of what is priced alike, with or
without tax, and rounded once, halves up; lines have it by largest remainder, of equal ones the most taxed line first.
A compound tax is taken on the exact net with the exact taxes before it. So the order of the lines changes neither a tax
nor what is shown as its base.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from domain.money import fraction, share, shares_of_fractions
from domain.taxes import WHOLE_RATE, Tax, Taxes, TaxShare, portions, portions_of_gross, rank


class Base(NamedTuple):
    """An amount and the taxes it bears, which it holds already where they are `included`."""

    amount: int
    taxes: Taxes
    exemption: str
    included: bool


class Taxed(NamedTuple):
    """Every tax of a cart; of each base its parts, one per tax, and its total with tax."""

    shares: tuple[TaxShare, ...]
    parts: list[tuple[int, ...]]
    totals: list[int]


class _Bearing(NamedTuple):
    """That a base bears a tax: which one, and which of its taxes it is."""

    base: int
    place: int


def taxed(bases: Sequence[Base]) -> Taxed:
    """The taxes of the bases, the last of which is shipping and counts only where there is some."""
    if all(len(base.taxes) <= 1 for base in bases):
        return _taxed_once(bases)
    parts = [[0] * len(base.taxes) for base in bases]
    for (_, included), bearing in _bearing(bases).items():
        for (base, place), part in zip(bearing, _parts(bases, bearing, included), strict=True):
            parts[base][place] = part
    totals = [base.amount if base.included else base.amount + sum(own) for base, own in zip(bases, parts, strict=True)]
    return Taxed(tax_shares(_counted(bases, parts, totals)), [tuple(own) for own in parts], totals)


def _taxed_once(bases: Sequence[Base]) -> Taxed:
    """The same where nothing bears more than one tax, as in most carts: without a fraction, in a third of the time."""
    alike: dict[tuple[int, str, str, bool], list[int]] = {}
    shipping = len(bases) - 1
    for index, (amount, taxes, exemption, included) in enumerate(bases):
        if index != shipping or amount:
            rate, name = (taxes[0].rate, taxes[0].name) if taxes else (0, "")
            alike.setdefault((rate, name, exemption, included), []).append(index)
    parts: list[tuple[int, ...]] = [(0,) if base.taxes else () for base in bases]
    totals = [base.amount for base in bases]
    sums: dict[tuple[int, str, str], tuple[int, int]] = {}
    for (rate, name, exemption, included), places in alike.items():
        weights = [totals[place] for place in places]
        amount = sum(weights)
        tax = fraction(amount, rate, WHOLE_RATE + rate if included else WHOLE_RATE)
        net, before = sums.get((rate, name, exemption), (0, 0))
        sums[rate, name, exemption] = (net + amount - tax * included, before + tax)
        for place, part in zip(places, share(tax, weights), strict=True) if tax else ():
            parts[place] = (part,)
            totals[place] += 0 if included else part
    shares = tuple(
        TaxShare(rate, net, tax, name, False, exemption) for (rate, name, exemption), (net, tax) in sorted(sums.items())
    )
    return Taxed(shares, parts, totals)


def _bearing(bases: Sequence[Base]) -> dict[tuple[Tax, bool], list[_Bearing]]:
    """Who bears each tax, those that hold it apart from those to which it is added."""
    found: dict[tuple[Tax, bool], list[_Bearing]] = {}
    for index, base in enumerate(bases):
        for place, tax in enumerate(base.taxes):
            found.setdefault((tax, base.included), []).append(_Bearing(index, place))
    return found


def _parts(bases: Sequence[Base], bearing: Sequence[_Bearing], included: bool) -> Sequence[int]:
    """One tax shared out among those that bear it."""
    amounts = [bases[one.base].amount for one in bearing]
    ranks = [rank(bases[one.base].taxes) for one in bearing]
    of_base = portions_of_gross if included else portions
    ratios = [of_base(bases[one.base].taxes)[one.place] for one in bearing]
    first = ratios[0]
    if all(ratio is first or ratio == first for ratio in ratios):
        return share(fraction(sum(amounts), first.numerator, first.denominator), amounts, ranks)
    denominator = lcm(*(ratio.denominator for ratio in ratios))
    weights = [_scaled(amount, ratio, denominator) for amount, ratio in zip(amounts, ratios, strict=True)]
    return share(fraction(sum(weights), 1, denominator), weights, ranks)


def _scaled(amount: int, ratio: Fraction, denominator: int) -> int:
    return amount * ratio.numerator * (denominator // ratio.denominator)


def dealt_anew(worth: Taxed, bases: Sequence[Base], alike: Sequence[Sequence[int]]) -> Taxed:
    """The same taxes where the amounts of bases that bear the same ones are dealt out otherwise among them.

    `bases` have the new amounts, of which some may be below zero; `alike` are the places of those that stay together.
    """
    parts, totals = list(worth.parts), list(worth.totals)
    for places in alike:
        amounts = [bases[place].amount for place in places]
        dealt = [
            _dealt(sum(worth.parts[place][tax] for place in places), amounts, bases[places[0]], tax)
            for tax in range(len(bases[places[0]].taxes))
        ]
        for index, place in enumerate(places):
            parts[place] = tuple(own[index] for own in dealt)
            totals[place] = amounts[index] + (0 if bases[place].included else sum(parts[place]))
    return Taxed(worth.shares, parts, totals)


def _dealt(tax: int, amounts: Sequence[int], base: Base, place: int) -> tuple[int, ...]:
    """One tax in proportion to amounts; by its rate where they come to nothing."""
    whole = sum(amounts)
    if whole > 0:
        return shares_of_fractions(tax, [tax * amount for amount in amounts], whole)
    ratio = (portions_of_gross if base.included else portions)(base.taxes)[place]
    return shares_of_fractions(tax, [amount * ratio.numerator for amount in amounts], ratio.denominator)


def _counted(
    bases: Sequence[Base], parts: Sequence[Sequence[int]], totals: Sequence[int]
) -> Iterator[tuple[Taxes, str, int, Sequence[int]]]:
    """The bases with their nets and taxes; shipping of nothing is left out."""
    shipping = len(bases) - 1
    for index, (base, own, total) in enumerate(zip(bases, parts, totals, strict=True)):
        if index != shipping or base.amount:
            yield base.taxes, base.exemption, total - sum(own), own


def tax_shares(bearing: Iterable[tuple[Taxes, str, int, Sequence[int]]]) -> tuple[TaxShare, ...]:
    """Each tax summed up: of everything that bears it its taxes, why it bears none, its net and its part of each."""
    sums: dict[tuple[int, str, bool, str], list[int]] = {}
    for taxes, exemption, net, parts in bearing:
        if not taxes:
            sums.setdefault((0, "", False, exemption), [0, 0])[0] += net
        before = 0
        for tax, part in zip(taxes, parts, strict=True):
            both = sums.setdefault((tax.rate, tax.name, tax.compound, ""), [0, 0])
            both[0] += net + before if tax.compound else net
            both[1] += part
            before += part
    return tuple(
        TaxShare(rate, net, tax, name, compound, exemption)
        for (rate, name, compound, exemption), (net, tax) in sorted(sums.items())
    )

"""What coupons and an order's own discount take off a cart: from which lines, in which order, how much."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, Literal, NamedTuple, Protocol

from msgspec import Struct

from domain.money import fraction, share
from domain.sku_patterns import matches
from domain.taxes import Taxes, rank

WHOLE = 10_000  # percentages are hundredths of a percent: 20 % is 2000

CouponKind = Literal["percent", "amount", "free_shipping"]


class CouponConditions(Struct, frozen=True, omit_defaults=True):
    """What a cart must keep to for a coupon to hold: a least subtotal in minor units of `currency`, and the dates."""

    currency: str = ""
    minimum: int = 0
    valid_from: datetime | None = None
    valid_until: datetime | None = None


class CouponTerms(Struct, frozen=True, omit_defaults=True):
    """What a coupon gives, as checked: `value` is hundredths of a percent or minor units, and 0 for free shipping.

    It is for the lines of its `products` and of SKUs of its `patterns`, for all where neither names any, and for the
    dearest `most_items` of their units. `multiplies`: its percentage is taken of what the others leave. `combines`:
    others may stand beside it. No `conditions`: it was applied when they were not kept with the order yet.
    """

    code: str
    kind: CouponKind
    value: int = 0
    multiplies: bool = False
    combines: bool = True
    products: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    most_items: int | None = None
    conditions: CouponConditions | None = None

    @property
    def is_scoped(self) -> bool:
        """Whether it takes from some of the lines or units alone."""
        return self.is_limited_to_products or self.most_items is not None

    @property
    def is_limited_to_products(self) -> bool:
        """Whether it is for some products alone."""
        return bool(self.products or self.patterns)

    def covers(self, sku: str) -> bool:
        """Whether it is for this SKU."""
        if not self.is_limited_to_products:
            return True
        return sku in self.products or any(matches(pattern, sku) for pattern in self.patterns)


class CouponDiscount(Struct, frozen=True):
    """What one coupon took off, from the lines or from shipping."""

    code: str
    amount: int


class ReducedLine(Protocol):
    """What of a line a coupon looks at."""

    @property
    def sku(self) -> str: ...
    @property
    def quantity(self) -> int: ...
    @property
    def decimals(self) -> int: ...
    @property
    def taxes(self) -> Taxes: ...
    @property
    def exemption(self) -> str: ...


def line_rank(line: ReducedLine, amount: int) -> tuple[Any, ...]:
    """By what lines of equal claims take turns, whatever their order: no two that differ for a coupon or a tax alike.

    The most taxed come last, of those taxed alike the dearest.
    """
    return rank(line.taxes), line.exemption, amount, line.sku, line.quantity, line.decimals


class Reductions(NamedTuple):
    """What each coupon took off in the order applied, what is left of each line, and what came off shipping."""

    coupons: tuple[CouponDiscount, ...]
    charged: list[int]
    shipping: int


class _Taking:
    """What is left of every line while coupons take from it; `amounts` are the lines' after their own discounts."""

    def __init__(self, lines: Sequence[ReducedLine], amounts: Sequence[int], shipping: int, scoped: bool) -> None:
        self.lines = lines
        self.scoped = scoped
        self.amounts = amounts
        self.left = list(amounts)
        self.shipping = shipping
        self.common = 0  # what was taken of all lines and is shared out among them at the end
        self.percent = 0

    def take(self, terms: CouponTerms) -> int:
        """What the coupon takes off now."""
        if terms.kind == "free_shipping":
            amount, self.shipping = self.shipping, 0
            return amount
        if not terms.is_scoped:
            amount = min(self._of_all(terms), self.rest)
            self.common += amount
            return amount
        self.settle()
        room = self._room(terms, self.left)
        base = sum(room if terms.multiplies else self._room(terms, self.amounts))
        amount = fraction(base, terms.value, WHOLE) if terms.kind == "percent" else terms.value
        amount = min(amount, sum(room))
        self._spread(amount, room)
        return amount

    def settle(self) -> None:
        """Shares out what was taken of all lines together."""
        if self.common:
            self._spread(self.common, list(self.left))
            self.common = 0

    @property
    def rest(self) -> int:
        """What is left of all lines."""
        return sum(self.left) - self.common

    def _of_all(self, terms: CouponTerms) -> int:
        if terms.kind != "percent":
            return terms.value
        if terms.multiplies:
            return fraction(self.rest, terms.value, WHOLE)
        # Percentages add up before rounding, or two halves rounded up would take more than the whole.
        subtotal, before = sum(self.amounts), self.percent
        self.percent += terms.value
        return fraction(subtotal, self.percent, WHOLE) - fraction(subtotal, before, WHOLE)

    def _room(self, terms: CouponTerms, amounts: Sequence[int]) -> list[int]:
        """What of each line's amount the coupon is for: the dearest units of its lines, as many as it covers."""
        covered = [number for number, line in enumerate(self.lines) if terms.covers(line.sku) and line.quantity > 0]
        room = [0] * len(self.lines)
        units = terms.most_items
        for number in sorted(
            covered, key=lambda covered: (self._unit_price(covered), self._rank(covered)), reverse=True
        ):
            quantity, steps = self.lines[number].quantity, 10 ** self.lines[number].decimals
            taken = quantity if units is None else min(units * steps, quantity)
            room[number] = max(0, fraction(amounts[number], taken, quantity))
            units = None if units is None else units + -taken // steps
        return room

    def _unit_price(self, number: int) -> Fraction:
        line = self.lines[number]
        return Fraction(self.amounts[number] * 10**line.decimals, line.quantity)

    def _rank(self, number: int) -> tuple[Any, ...]:
        """Who is first of equal remainders: the most taxed; where coupons look at single lines, all they see counts."""
        line = self.lines[number]
        if not self.scoped:
            return rank(line.taxes), line.exemption
        return *line_rank(line, self.amounts[number]), self.left[number]

    def _spread(self, amount: int, room: Sequence[int]) -> None:
        if amount:
            off = share(amount, room, [self._rank(number) for number in range(len(room))])
            self.left = [left - less for left, less in zip(self.left, off, strict=True)]


def reductions(
    coupons: Sequence[CouponTerms], discount: int, lines: Sequence[ReducedLine], amounts: Sequence[int], shipping: int
) -> Reductions:
    """What comes off the lines' amounts and off shipping; nothing falls below zero.

    Coupons take in the order applied, those that multiply after the others; the order's own discount comes last.
    """
    taking = _Taking(lines, amounts, shipping, any(terms.is_scoped for terms in coupons))
    taken: dict[int, int] = {}
    for number, terms in sorted(enumerate(coupons), key=lambda one: one[1].multiplies):
        taken[number] = taking.take(terms)
    taking.common += min(max(discount, 0), taking.rest)
    taking.settle()
    told = tuple(CouponDiscount(terms.code, taken[number]) for number, terms in enumerate(coupons))
    return Reductions(told, taking.left, shipping - taking.shipping)

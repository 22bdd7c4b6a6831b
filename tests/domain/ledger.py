"""An order's figures worked out a second time, with fractions and a largest remainder of its own.

It shares no code with the domain: what it is told are plain numbers, amounts in minor units.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Any


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def dealt(amount: int, weights: list[Any], ranks: list[Any]) -> list[int]:
    """Largest remainder, unit by unit: who lacks most comes first, then the higher rank, then the first."""
    total = sum(weights)
    if not amount or not total:
        return [0 for _ in weights]
    exact = [Fraction(amount * weight) / Fraction(total) for weight in weights]
    parts = [floor(share) for share in exact]
    waiting = list(range(len(weights)))
    for _ in range(amount - sum(parts)):
        best = waiting[0]
        for index in waiting[1:]:
            if (exact[index] - parts[index], ranks[index]) > (exact[best] - parts[best], ranks[best]):
                best = index
        parts[best] += 1
        waiting.remove(best)
    return parts


Rates = tuple[tuple[int, str, bool], ...]  # of each tax: ten-thousandths of a percent, its name, whether compound


def parts_of_net(rates: Rates) -> list[Fraction]:
    """What each tax is of the net, a compound one with those before it."""
    parts: list[Fraction] = []
    for rate, _, compound in rates:
        parts.append((1 + sum(parts) if compound else 1) * Fraction(rate, 1_000_000))
    return parts


def heaviness(rates: Rates) -> tuple[Fraction, Rates]:
    """By what taxed amounts are ranked: all their taxes as a part of the net, then the taxes themselves."""
    return sum(parts_of_net(rates), Fraction(0)), rates


def taxed(
    bases: list[tuple[str, int, Rates]], included: bool
) -> list[tuple[tuple[int, str, bool], int, list[tuple[str, int]]]]:
    """Each tax of amounts that are all priced alike, and of whom it is how much; what bears none is at rate 0.

    Of two who lack the same part of a cent, the cent goes to the one whose taxes come to more of its net; where those
    come to as much, to the one whose taxes come later when they are sorted; and to the first where they are the same.
    """
    found: list[tuple[tuple[int, str, bool], int, list[tuple[str, int]]]] = []
    if any(not rates for _, _, rates in bases):
        found.append(((0, "", False), 0, []))
    for key in sorted({each for _, _, rates in bases for each in rates}):
        there = []
        for name, amount, rates in bases:
            if key in rates:
                whole = 1 + sum(parts_of_net(rates)) if included else 1
                there.append((name, amount * parts_of_net(rates)[rates.index(key)] / whole))
        tax = half_up(sum((part for _, part in there), Fraction(0)))
        ranks = [heaviness(rates) for _, _, rates in bases if key in rates]
        dealt_out = dealt(tax, [part for _, part in there], ranks)
        found.append((key, tax, [(name, part) for (name, _), part in zip(there, dealt_out, strict=True)]))
    return found


@dataclass
class Line:
    """Units ordered, in steps of which `steps` make one; a line of a negative price takes off what others cost."""

    ordered: int
    price: int
    discount: int
    rates: Rates
    steps: int = 1
    sku: str = ""

    def amount(self) -> int:
        amount = half_up(Fraction(self.ordered * self.price, self.steps))
        return amount if self.price < 0 else max(0, amount - self.discount)


@dataclass
class Worth:
    """What a cart comes to: each line's total, shipping, and the tax at each rate."""

    lines: dict[str, int]
    units: dict[str, int]
    shipping: int
    taxes: dict[tuple[int, str, bool], int]
    total: int


@dataclass
class Back:
    """A refund: of each part `(line, units, worth, the line's total then, its units then)`."""

    amount: int
    units: list[tuple[str, int, int, int, int]] = field(default_factory=list)
    shipping: int = 0
    goodwill: int = 0
    credit: int = 0
    paid_again: bool = False
    state: str = "made"
    payment: str = ""
    of_cancelled: bool = False


@dataclass
class Books:
    """The order as a bookkeeper would write it down."""

    included: bool = True
    lines: dict[str, Line] = field(default_factory=dict)
    percents: list[tuple[str, int]] = field(default_factory=list)
    amounts_off: list[tuple[str, int]] = field(default_factory=list)
    coupons: list[tuple[str, str, int]] = field(default_factory=list)
    discount: int = 0
    charge: int = 0
    charge_rates: Rates = ()
    charge_included: bool | None = None
    payments: dict[str, tuple[int, str]] = field(default_factory=dict)
    refunds: dict[str, Back] = field(default_factory=dict)
    cancelled: bool = False

    def worth(self) -> Worth:
        names = list(self.lines)
        amounts = self._after_discount_lines()
        rates = [line.rates for line in self.lines.values()]
        ranks = [heaviness(each) for each in rates]
        off, shipping = self._off(sum(amounts))
        cut = [amount - part for amount, part in zip(amounts, dealt(off, amounts, ranks), strict=True)]
        with_shipping = [*zip(names, cut, rates, strict=True)]
        if shipping:
            with_shipping.append(("shipping", shipping, self.charge_rates))
        alike = self.charge_included in (None, self.included)
        both = [with_shipping] if alike else [with_shipping[: len(names)], with_shipping[len(names) :]]
        taxes: dict[tuple[int, str, bool], int] = {}
        own = dict.fromkeys([*names, "shipping"], 0)
        for index, bases in enumerate(both):
            included = self.included if not index else bool(self.charge_included)
            for key, tax, parts in taxed(bases, included):
                taxes[key] = taxes.get(key, 0) + tax
                for name, part in parts:
                    own[name] += part
        on_top = {name: 0 if self.included else tax for name, tax in own.items()}
        totals = {name: amount + on_top[name] for name, amount in zip(names, cut, strict=True)}
        shipping_included = self.included if self.charge_included is None else self.charge_included
        shipping += 0 if shipping_included else own["shipping"]
        units = {name: line.ordered for name, line in self.lines.items() if line.price >= 0}
        return Worth(totals, units, shipping, taxes, sum(totals.values()) + shipping)

    def _after_discount_lines(self) -> list[int]:
        """What each line costs once lines of negative prices have taken off their part, of those taxed alike.

        Of two who lack the same part of a cent the dearer line gives it; then the one whose SKU comes later, then the
        one of more units, and the first of two that are the same.
        """
        left = [max(0, line.amount()) for line in self.lines.values()]
        for rates in {line.rates for line in self.lines.values()}:
            alike = [index for index, line in enumerate(self.lines.values()) if line.rates == rates]
            off = -sum(line.amount() for line in self.lines.values() if line.rates == rates and line.price < 0)
            there = [list(self.lines.values())[index] for index in alike]
            ranks = [(line.amount(), line.sku, line.ordered, line.steps) for line in there]
            for index, part in zip(alike, dealt(off, [left[index] for index in alike], ranks), strict=True):
                left[index] -= part
        return left

    def holds(self) -> bool:
        """Whether lines of negative prices take off no more than the goods that are taxed alike."""
        lines = self.lines.values()
        sums = (sum(line.amount() for line in lines if line.rates == rates) for rates in {one.rates for one in lines})
        return all(one >= 0 for one in sums)

    def _off(self, subtotal: int) -> tuple[int, int]:
        """What comes off the lines, and what is left of the shipping charge."""
        left, shipping, percent = subtotal, self.charge, 0
        for _, kind, value in self.coupons:
            if kind == "free_shipping":
                shipping = 0
                continue
            take = value
            if kind == "percent":
                before, percent = percent, percent + value
                take = half_up(Fraction(subtotal * percent, 10_000)) - half_up(Fraction(subtotal * before, 10_000))
            left -= min(take, left)
        left -= min(self.discount, left)
        return subtotal - left, shipping

    def alive(self, *states: str) -> list[Back]:
        return [one for one in self.refunds.values() if one.state in states]

    def given(self, line: str) -> int:
        """Units given back or asked for."""
        backs = [one for one in self.alive("made", "asked") if not one.paid_again]
        return sum(units for one in backs for name, units, *_ in one.units if name == line)

    @property
    def paid(self) -> int:
        return sum(amount for amount, state in self.payments.values() if state == "in")

    @property
    def held(self) -> int:
        return self.paid - sum(one.amount for one in self.alive("made"))

    def free(self) -> int:
        """Money that may still go back."""
        return self.held - sum(one.amount for one in self.alive("asked"))

    def kept(self) -> int:
        return 0 if self.cancelled else kept_of(self.worth(), self.alive("made"))

    def overpaid(self) -> int:
        kept = 0 if self.cancelled else kept_of(self.worth(), self.alive("made", "asked"))
        return max(0, self.free() - kept)

    def status(self, placed: bool) -> str:
        """Where the money stands, in the words of the trade."""
        worth, kept, held = self.worth(), self.kept(), self.held
        if held == 0:
            if self.alive("made") and self.paid and worth.total and not kept:
                return "refunded"
            if any(state == "promised" for _, state in self.payments.values()):
                return "authorized"
            return "paid" if self.lines and placed and not worth.total else "unpaid"
        if held != kept:
            return "partially_paid" if held < kept else "overpaid"
        return "paid" if kept == worth.total else "partially_refunded"

    def asks(
        self, units: list[tuple[str, int]], shipping: int, goodwill: int, credit: int, amount: int | None
    ) -> Back | None:
        """What such a refund gives back; None where it must be refused."""
        worth, backs = self.worth(), self.alive("made", "asked")
        if min(shipping, goodwill, credit) < 0 or (amount is not None and amount <= 0):
            return None
        parts: list[tuple[str, int, int, int, int]] = []
        for name, quantity in units:
            told = sum(each for line, each, *_ in parts if line == name)
            left = worth.units.get(name, 0) - self.given(name) - told
            if name not in worth.units or not 1 <= quantity <= left:
                return None
            whole, out_of = worth.lines[name], worth.units[name]
            rest = line_kept(worth, name, [*backs, Back(0, parts)])
            done = out_of - left
            step = half_up(Fraction(whole * (done + quantity), out_of)) - half_up(Fraction(whole * done, out_of))
            parts.append((name, quantity, rest if quantity == left else min(step, rest), whole, out_of))
        total = sum(part[2] for part in parts) + shipping + goodwill + credit
        if amount is not None and not parts and not total:
            credit = min(amount, self.overpaid())
            goodwill = total = amount
            goodwill -= credit
        shipping_left = worth.shipping - sum(one.shipping for one in backs if not one.paid_again)
        wrong = (amount is not None and amount != total) or (not total and not parts)
        if wrong or shipping > max(0, shipping_left) or credit > self.overpaid() or total > self.free():
            return None
        return Back(total, parts, shipping, goodwill, credit)


def line_kept(worth: Worth, name: str, backs: list[Back]) -> int:
    """A unit counts as what it was worth when it went back; once its line's worth changed, as its share of that."""
    whole, out_of = worth.lines[name], worth.units[name]
    parts = [part for one in backs if not one.paid_again for part in one.units if part[0] == name]
    if sum(part[1] for part in parts) >= out_of:
        return 0
    same = [part for part in parts if part[3:] == (whole, out_of)]
    others = sum(part[1] for part in parts) - sum(part[1] for part in same)
    return max(0, whole - sum(part[2] for part in same) - half_up(Fraction(whole * others, out_of)))


def kept_of(worth: Worth, backs: list[Back]) -> int:
    """What is kept of a worth after refunds."""
    lowering = [one for one in backs if not one.paid_again]
    goods = sum(line_kept(worth, name, lowering) for name in worth.units)
    shipping = max(0, worth.shipping - sum(one.shipping for one in lowering))
    return max(0, goods + shipping - sum(one.goodwill for one in lowering))

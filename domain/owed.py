"""What is owed: the one definition of an order's balance, and of what its customer keeps.

    balance = what the customer keeps is worth - (what they paid - what they got back)

A refund of lines, shipping or goodwill lowers what they keep; a refund of credit gives back what was paid too much and
lowers nothing, and neither does a refund after which they pay another way. A cancelled order keeps nothing. A positive
balance is still due, a negative one is money to give back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

from domain.money import fraction

if TYPE_CHECKING:
    from domain.pricing import Price, PricedLine


class RefundedLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """So many units of a line given back, for `amount` in money; what they were `worth` is more in an exchange.

    `line_total` is what all `line_quantity` units of the line were worth at that time. `unsent` of them had not been
    sent and will not be; None: as the order stood when that was not written down yet.
    """

    item: str
    quantity: int
    amount: int
    worth: int
    line_total: int
    line_quantity: int
    unsent: int | None = None


class RefundParts(Struct, frozen=True, kw_only=True):
    """What a refund gives back: lines, shipping, goodwill, and credit (what was paid too much).

    `pay_again`: the customer keeps what it names and pays for it another way.
    """

    lines: tuple[RefundedLine, ...] = ()
    shipping: int = 0
    goodwill: int = 0
    credit: int = 0
    pay_again: bool = False

    @property
    def total(self) -> int:
        """The money that goes back, in minor units."""
        return sum(line.amount for line in self.lines) + self.shipping + self.goodwill + self.credit


def lowering(refunds: Iterable[RefundParts]) -> list[RefundParts]:
    """The refunds that lower what the customer keeps."""
    return [refund for refund in refunds if not refund.pay_again]


def units_of(refunds: Iterable[RefundParts]) -> Counter[str]:
    """The units of each line that refunds name, in the smallest steps of its unit."""
    units: Counter[str] = Counter()
    for refund in refunds:
        for line in refund.lines:
            units[line.item] += line.quantity
    return units


def line_worth_kept(line: PricedLine, refunds: Iterable[RefundParts]) -> int:
    """What the units of a line are worth that were not given back.

    A unit that was given back counts as what it was worth then while the line is worth the same; once that changed, it
    counts as its share of what the line is worth now.
    """
    given = [part for refund in lowering(refunds) for part in refund.lines if part.item == line.id]
    if sum(part.quantity for part in given) >= line.quantity:
        return 0
    worth_now = (line.worth, line.quantity)
    unchanged = [part for part in given if (part.line_total, part.line_quantity) == worth_now]
    others = sum(part.quantity for part in given) - sum(part.quantity for part in unchanged)
    taken = sum(part.worth for part in unchanged) + fraction(line.worth, others, line.quantity)
    return max(0, line.worth - taken) if line.worth > 0 else min(0, line.worth - taken)


def shipping_kept(price: Price, refunds: Iterable[RefundParts]) -> int:
    """What of the shipping, tax included, was not given back."""
    return max(0, price.shipping_total - sum(refund.shipping for refund in lowering(refunds)))


def worth_kept(price: Price, refunds: Iterable[RefundParts]) -> int:
    """What the customer keeps of an order that was not cancelled; never less than nothing by refunds."""
    given = lowering(refunds)
    if not given:
        return price.total
    touched = {part.item for refund in given for part in refund.lines}
    taken = sum(line.worth - line_worth_kept(line, given) for line in price.lines if line.id in touched)
    taken += price.shipping_total - shipping_kept(price, given) + sum(refund.goodwill for refund in given)
    return price.total - min(taken, max(0, price.total))


def balance(kept: int, paid: int, refunded: int) -> int:
    """What is still due; negative: what is to be given back."""
    return kept - (paid - refunded)

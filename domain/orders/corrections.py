"""The correction of an invoice: a credit note that needs no refund, of what the invoice tells and is no longer kept.

Line by line, tax by tax, it takes back what the invoice less its credit notes tells beyond what the customer keeps now;
from then on the invoice counts as telling the order as it is (see `domain.orders.papers.Basis`). It can only take back:
where the order grew, the invoice is made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from domain.errors import Rejected
from domain.orders.credits import (
    GOODWILL,
    LINE,
    SHIPPING,
    Credit,
    credit_of,
    credit_with,
    credited_of,
    goodwill_parts,
    tax_steps,
)
from domain.orders.documents import basis_of, left_of, notes_since
from domain.orders.order import Document, Item, Order
from domain.orders.papers import Basis, CreditPart
from domain.owed import RefundParts, line_worth_kept, lowering, shipping_kept, units_of, worth_kept
from domain.pricing import Cart, Price, PricedLine, price
from domain.taxes import Taxes


class NothingToCorrect(Rejected):
    """Invoice {document} less its credit notes tells what is kept of order {number}: there is nothing to take back."""

    code = "nothing-to-correct"


class OrderGrew(Rejected):
    """
    A credit note can only take back, and {place} is more than invoice {document} has left of it, or bears other taxes.
    Void the invoice and its credit notes, and issue it anew.
    """

    code = "order-grew"


class _State(NamedTuple):
    """A price and what was taken back of it."""

    price: Price
    given: list[RefundParts]

    def worth(self, line: PricedLine | None) -> int:
        return line_worth_kept(line, self.given) if line else 0

    def units(self, line: PricedLine | None) -> int:
        if line is None:
            return 0
        return max(0, line.quantity - units_of(self.given)[line.id])

    def taxes(self, line: PricedLine | None) -> tuple[int, ...]:
        """How much each tax is of what is kept of a line."""
        return _taxes_kept(line.worth_parts, line.worth, self.worth(line)) if line else ()

    @property
    def shipping(self) -> int:
        return shipping_kept(self.price, self.given)

    @property
    def shipping_taxes(self) -> tuple[int, ...]:
        return _taxes_kept(self.price.shipping_tax_parts, self.price.shipping_total, self.shipping)

    @property
    def goodwill(self) -> int:
        """What was given back beyond lines and shipping."""
        parts = sum(self.worth(line) for line in self.price.lines) + self.shipping + self.price.adjustment
        return max(0, parts - worth_kept(self.price, self.given))


def correction(order: Order, invoice: Document) -> Credit:
    """What a correction of an invoice takes back; refused where the order grew, or nothing is to be taken back."""
    basis = basis_of(order, invoice.number)
    if basis is None:
        raise NothingToCorrect(number=order.number, document=invoice.number)
    before = _State(basis.price, lowering(credited_of(order, invoice.number)))
    now = _present(order)
    _require_no_growth(before, now, invoice)
    parts = [
        *_lines(before, now),
        *_shipping(before, now),
        *_goodwill(order, invoice, basis, now),
    ]
    total = left_of(order, invoice) - order.price.kept
    if rest := total - sum(part.total for part in parts):  # of a total told elsewhere: nothing is told of its taxes
        parts.append(CreditPart(kind=GOODWILL, item="", quantity=1, net=rest))
    if total < 0:
        raise OrderGrew(place="the order", document=invoice.number)
    credit = credit_with(tuple(_merged(parts)))
    if not credit.total:
        raise NothingToCorrect(number=order.number, document=invoice.number)
    for taxes, exemption in {(part.taxes, part.exemption) for part in credit.parts if part.taxes is not None}:
        alike = [part.total for part in credit.parts if (part.taxes, part.exemption) == (taxes, exemption)]
        if sum(alike) < -_rounding(taxes or ()):
            raise OrderGrew(place="what bears the same taxes", document=invoice.number)
    return credit


def _present(order: Order) -> _State:
    """The order as it is; one that was cancelled keeps nothing."""
    if order.is_cancelled:
        return _State(price(Cart(order.currency, order.prices_include_tax, ())), [])
    return _State(order.price, lowering(order.refunds))


def _taxes_kept(taxes: tuple[int, ...], whole: int, kept: int) -> tuple[int, ...]:
    """How much each tax is of what is kept of an amount, the rest of which was given back in steps."""
    return tuple(tax - gone for tax, gone in zip(taxes, tax_steps(taxes, whole, 0, whole - kept), strict=True))


def _rounding(taxes: Taxes) -> int:
    """By how much an amount may grow though nothing was added: each tax is rounded on the sum of all that bears it."""
    return max(1, len(taxes))


def _require_no_growth(before: _State, now: _State, invoice: Document) -> None:
    lines = {line.id: line for line in before.price.lines}
    for line in now.price.lines:
        was, units = lines.get(line.id), now.units(line)
        if was and _is_discount(line) and was.taxes != line.taxes:
            raise OrderGrew(place=f"line {line.id}", document=invoice.number)
        if not units or _is_discount(line):
            continue
        alike = was is not None and (was.taxes, was.exemption) == (line.taxes, line.exemption)
        grew = now.worth(line) > before.worth(was) + _rounding(line.taxes)
        if not alike or grew or units > before.units(was):
            raise OrderGrew(place=f"line {line.id}", document=invoice.number)
    if now.shipping:
        alike = now.price.shipping_taxes == before.price.shipping_taxes
        if not alike or now.shipping > before.shipping + _rounding(now.price.shipping_taxes):
            raise OrderGrew(place="shipping", document=invoice.number)


def _is_discount(line: PricedLine) -> bool:
    return line.gross_before < 0


def _lines(before: _State, now: _State) -> Iterator[CreditPart]:
    present = {line.id: line for line in now.price.lines}
    for line in before.price.lines:
        kept = present.get(line.id)
        taxes = _less(before.taxes(line), now.taxes(kept) if kept and now.units(kept) else ())
        yield CreditPart(
            kind=LINE,
            item=line.id,
            quantity=0 if _is_discount(line) else before.units(line) - now.units(kept),
            net=before.worth(line) - now.worth(kept) - sum(taxes),
            taxes=line.taxes,
            tax_parts=taxes,
            exemption=line.exemption,
        )


def _less(taxes: tuple[int, ...], kept: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(tax - less for tax, less in zip(taxes, kept or (0,) * len(taxes), strict=True))


def _shipping(before: _State, now: _State) -> Iterator[CreditPart]:
    taxes = _less(before.shipping_taxes, now.shipping_taxes if now.shipping else ())
    yield CreditPart(
        kind=SHIPPING,
        item="",
        quantity=0 if now.shipping else 1,
        net=before.shipping - now.shipping - sum(taxes),
        taxes=before.price.shipping_taxes,
        tax_parts=taxes,
    )


def _goodwill(order: Order, invoice: Document, basis: Basis, now: _State) -> Iterator[CreditPart]:
    """What goodwill takes of what is kept now, less what it took of the invoice, of each set of taxes."""
    refunds = {refund.id: refund for refund in order.refunds}
    told = goodwill_parts(basis.price, _State(basis.price, lowering(basis.given)).goodwill)
    for note in notes_since(order, invoice.number):
        if note.refund in refunds:
            credit = credit_of(order, refunds[note.refund], note)
            told += [part for part in credit.parts if part.kind == GOODWILL]
    given: dict[tuple[Taxes | None, str], CreditPart] = {}
    for part, sign in [(one, 1) for one in goodwill_parts(now.price, now.goodwill)] + [(one, -1) for one in told]:
        key = (part.taxes, part.exemption)
        signed = replace(part, net=sign * part.net, tax_parts=tuple(sign * tax for tax in part.tax_parts))
        given[key] = _sum(given[key], signed) if key in given else signed
    yield from given.values()


def _sum(part: CreditPart, other: CreditPart) -> CreditPart:
    taxes = tuple(one + more for one, more in zip(part.tax_parts, other.tax_parts, strict=True))
    return replace(part, net=part.net + other.net, tax_parts=taxes)


def _merged(parts: Sequence[CreditPart]) -> Iterator[CreditPart]:
    """The parts without those that are nothing; one below nothing is taken off the largest of the same taxes.

    Such are cents that rounding moves from line to line, and goodwill that was credited of what is now taken back.
    """
    for alike in _alike(parts):
        largest = max(alike, key=lambda part: part.total)
        others = [part for part in alike if part is not largest and part.total <= 0]
        below = [part for part in others if part.net or any(part.tax_parts)]
        for part in alike:
            if part is largest:
                for other in below:
                    part = _sum(part, other)
            elif any(part is other for other in below):
                continue
            if part.net or any(part.tax_parts) or (part.kind == LINE and part.quantity):
                yield part


def _alike(parts: Iterable[CreditPart]) -> list[list[CreditPart]]:
    """The parts by their taxes, each kind in its place."""
    alike: dict[tuple[Taxes | None, str], list[CreditPart]] = {}
    for part in parts:
        alike.setdefault((part.taxes, part.exemption), []).append(part)
    return list(alike.values())


def printed_items(order: Order, document: Document) -> dict[str, Item]:
    """The lines that a credit note names, as its invoice does where it corrects it."""
    basis = basis_of(order, document.refers_to, document) if document.parts else None
    return {**order.items, **{item.id: item for item in (basis.items if basis else ())}}

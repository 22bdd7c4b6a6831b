"""What a refund takes back of an invoice: net and tax of each part, so that all refunds together give it all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from domain.money import fraction, share
from domain.orders.documents import basis_of, live_invoice, notes_since
from domain.orders.order import Document, Order, Refund, RefundedLine
from domain.orders.papers import CreditPart
from domain.owed import RefundParts, line_worth_kept, shipping_kept, worth_kept
from domain.pricing import Price, PricedLine, TaxShare
from domain.taxation import tax_shares
from domain.taxes import Taxes, portions_of_gross, rank

LINE, SHIPPING, GOODWILL = "line", "shipping", "goodwill"


class Credit(Struct, frozen=True, kw_only=True):
    """A refund as a credit note tells it."""

    parts: tuple[CreditPart, ...]
    taxes: tuple[TaxShare, ...]
    tax: int
    total: int


def credit_of(order: Order, refund: Refund, note: Document | None = None) -> Credit:
    """What a refund takes back of what the order's invoice tells, beyond what credit notes before took.

    So an invoice less its credit notes is what of it is kept; a refund that a correction of it counted takes back
    nothing more. `note` is the credit note, where it was issued already; one of before credit was told from goodwill
    tells the money that went back, as it did when it was issued.
    """
    credit = _of_invoice(order, refund, note)
    if note is not None and (note.tax, note.total) != (credit.tax, credit.total):
        return _of_money(order, refund)
    return credit


def _of_invoice(order: Order, refund: Refund, note: Document | None) -> Credit:
    invoice = note.refers_to if note else getattr(live_invoice(order), "number", "")
    basis = basis_of(order, invoice, note)
    if basis is not None and refund.id in basis.settled:
        return credit_with(())
    price = basis.price if basis else order.price
    credited = credited_of(order, invoice, note) if invoice else [_counted(one) for one in _before(order, refund)]
    counted = _counted(refund)
    parts = (
        *_lines(price, credited, counted),
        *_shipping(price, credited, counted),
    )
    taken = worth_kept(price, credited) - worth_kept(price, [*credited, counted])
    goodwill = taken - sum(part.total for part in parts)
    return credit_with((*parts, *goodwill_parts(price, max(0, goodwill))))


def credited_of(order: Order, invoice: str, before: Document | None = None) -> list[RefundParts]:
    """What was taken back of an invoice, by credit notes up to one of them; it stays so, though it be paid again."""
    basis = basis_of(order, invoice, before)
    refunds = {refund.id: refund for refund in (*order.refunds, *order.refund_requests.values())}
    noted = (refunds[note.refund] for note in notes_since(order, invoice, before) if note.refund in refunds)
    return [*(basis.given if basis else ()), *(_counted(replace(refund, pay_again=False)) for refund in noted)]


def _before(order: Order, refund: Refund) -> tuple[Refund, ...]:
    return order.refunds[: next(index for index, one in enumerate(order.refunds) if one.id == refund.id)]


def _counted(refund: Refund) -> RefundParts:
    """A refund as an invoice counts it: once the order is cancelled, credit is money for what was sold."""
    if refund.of_cancelled and not refund.pay_again:
        return replace(refund, goodwill=refund.goodwill + refund.credit, credit=0)
    return refund


def _of_money(order: Order, refund: Refund) -> Credit:
    """A refund by the money that went back, at the order's price: what credit notes told at first."""
    price, before = order.price, _before(order, refund)
    priced = {line.id: line for line in price.lines}
    given = Counter[str]()
    for earlier in before:
        for line in earlier.lines:
            given[line.item] += line.amount
    parts = []
    for line in refund.lines:
        whole = priced.get(line.item)
        parts.append(_line(line, whole, line.amount, given[line.item]))
        given[line.item] += line.amount
    if refund.shipping:
        done = sum(earlier.shipping for earlier in before)
        parts.append(_shipping_part(price, done, refund.shipping))
    return credit_with((*parts, *goodwill_parts(price, refund.goodwill + refund.credit)))


def credit_with(parts: tuple[CreditPart, ...]) -> Credit:
    """What parts of a credit add up to."""
    taxed = [part for part in parts if part.taxes is not None]
    return Credit(
        parts=parts,
        taxes=tax_shares((part.taxes or (), part.exemption, part.net, part.tax_parts) for part in taxed),
        tax=sum(part.tax for part in parts),
        total=sum(part.total for part in parts),
    )


def tax_steps(taxes: tuple[int, ...], total: int, before: int, amount: int) -> tuple[int, ...]:
    """The taxes in an amount that follows others of the same total."""
    if not total:
        return tuple(0 for _ in taxes)
    return tuple(fraction(tax, before + amount, total) - fraction(tax, before, total) for tax in taxes)


def _lines(price: Price, before: list[RefundParts], refund: RefundParts) -> Iterator[CreditPart]:
    """The taxes of a line given back in steps add up to exactly the line's taxes."""
    priced = {line.id: line for line in price.lines}
    given = list(before)
    for line in refund.lines:
        whole = priced.get(line.item)
        kept = line_worth_kept(whole, given) if whole else 0
        given.append(replace(refund, lines=(line,)))
        amount = kept - line_worth_kept(whole, given) if whole else 0
        if whole and amount:
            yield _line(line, whole, amount, whole.worth - kept)


def _line(line: RefundedLine, whole: PricedLine | None, amount: int, done: int) -> CreditPart:
    """So much of a line, of which so much was given back before; one that is no more bears no tax that is known."""
    if whole is None:
        return CreditPart(kind=LINE, item=line.item, quantity=line.quantity, net=amount)
    taxes = tax_steps(whole.worth_parts, whole.worth, done, amount)
    return CreditPart(
        kind=LINE,
        item=line.item,
        quantity=line.quantity,
        net=amount - sum(taxes),
        taxes=whole.taxes,
        tax_parts=taxes,
        exemption=whole.exemption,
    )


def _shipping(price: Price, before: list[RefundParts], refund: RefundParts) -> Iterator[CreditPart]:
    kept = shipping_kept(price, before)
    amount = kept - shipping_kept(price, [*before, refund])
    if amount:
        yield _shipping_part(price, price.shipping_total - kept, amount)


def _shipping_part(price: Price, done: int, amount: int) -> CreditPart:
    taxes = tax_steps(price.shipping_tax_parts, price.shipping_total, done, amount)
    net = amount - sum(taxes)
    return CreditPart(kind=SHIPPING, item="", quantity=1, net=net, taxes=price.shipping_taxes, tax_parts=taxes)


def goodwill_parts(price: Price, amount: int) -> list[CreditPart]:
    """What was given back beyond lines, with each of the price's sets of taxes in proportion."""
    if not amount:
        return []
    sums: dict[tuple[Taxes, str], int] = {}
    for line in price.lines:
        sums[line.taxes, line.exemption] = sums.get((line.taxes, line.exemption), 0) + line.worth
    if price.shipping_total:
        sums[price.shipping_taxes, ""] = sums.get((price.shipping_taxes, ""), 0) + price.shipping_total
    if not any(sums.values()):
        return [CreditPart(kind=GOODWILL, item="", quantity=1, net=amount)]
    alike = sorted(sums, key=lambda one: (rank(one[0]), one[1]))
    parts = []
    for (taxes, exemption), part in zip(alike, share(amount, [sums[one] for one in alike]), strict=True):
        if part:
            own = tuple(fraction(part, ratio.numerator, ratio.denominator) for ratio in portions_of_gross(taxes))
            parts.append(
                CreditPart(
                    kind=GOODWILL,
                    item="",
                    quantity=1,
                    net=part - sum(own),
                    taxes=taxes,
                    tax_parts=own,
                    exemption=exemption,
                )
            )
    return parts

"""The money of a Shopify order: its total stays as told, whatever its lines, discounts and taxes come to.

paid, partially_refunded and refunded orders have a payment of their total, partially_paid ones of the total less the
Outstanding Balance. Refunded Amount is written down whatever the status says; a refunded order without one gives back
everything. The export tells no tax rate per line: one `Tax 1 Name` that holds a percentage (`VAT 20%`) is taken for all
taxable lines where it leads to the Taxes told, else the tax stands in the total without a rate.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from domain.money import amount_text
from domain.taxes import WHOLE_RATE, single
from importers.drafts import DraftLine, DraftPayment
from importers.faults import Fault
from importers.profile import LONGEST_CODE
from importers.reading.cells import Cells, minor_units
from importers.remarks import AUTHORIZED, PAYMENT_UNKNOWN, REFUND_UNKNOWN, TAX_WITHOUT_RATE

PAID_IN_FULL = frozenset({"paid", "partially_refunded", "refunded"})
UNDER_WAY = PAID_IN_FULL | {"partially_paid", "authorized"}
KNOWN = UNDER_WAY | {"", "pending", "expired", "voided"}
TAX_NAMES = tuple(f"Tax {number} Name" for number in range(1, 6))

_RATE = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,6})?)\s*%")


class Money(Struct, frozen=True, kw_only=True):
    """What a draft says of money, and the financial status that it follows from."""

    status: str
    lines: tuple[DraftLine, ...]
    total: int | None
    tax: int
    prices_include_tax: bool
    discount: int
    coupon: str
    shipping_charge: int
    shipping_tax_rate: int
    payment: DraftPayment | None
    refunded: int
    fully_refunded: bool
    remarks: tuple[str, ...]


class _Sums(Struct, frozen=True, kw_only=True):
    """What the lines come to after their own discounts (None: not told), and what the order's first row adds."""

    lines: int | None
    subtotal: int | None
    discount: int
    shipping: int
    taxes: int
    total: int | None


class _Taxed(Struct, frozen=True):
    """Whether prices include tax, the rate of taxable lines, and that of shipping, in ten-thousandths of a percent."""

    included: bool
    rate: int = 0
    shipping_rate: int = 0


def money_of(heading: Cells, lines: tuple[DraftLine, ...], currency: str) -> Money:
    """The money that the order's first row and its lines tell."""
    status = heading.text("Financial Status").lower()
    if status not in KNOWN:
        fix = f"Write one of: {', '.join(sorted(KNOWN - {''}))}."
        raise Fault("unknown-status", "This status is not known.", column="Financial Status", fix=fix)
    sums = _sums(heading, lines, currency)
    taxed = _taxed(heading, lines, sums)
    unrated = sums.taxes if not taxed.rate else 0
    refunded = heading.minor("Refunded Amount", currency) or 0
    remarks = []
    if unrated and taxed.included:
        remarks.append(f"{TAX_WITHOUT_RATE}: {amount_text(unrated, currency)}")
    if status == "partially_refunded" and not refunded:
        remarks.append(REFUND_UNKNOWN)
    payment, remark = _payment(heading, status, sums.total, currency)
    return Money(
        status=status,
        lines=tuple(replace(line, taxes=single(taxed.rate if line.taxable else 0)) for line in lines),
        total=sums.total,
        tax=0 if taxed.included else unrated,
        prices_include_tax=taxed.included,
        discount=sums.discount,
        coupon=_coupon(heading),
        shipping_charge=sums.shipping,
        shipping_tax_rate=taxed.shipping_rate,
        payment=payment,
        refunded=refunded,
        fully_refunded=status == "refunded" and not refunded,
        remarks=(*remarks, *remark),
    )


def _sums(heading: Cells, lines: Sequence[DraftLine], currency: str) -> _Sums:
    amount = None
    if all(line.unit_price is not None for line in lines):
        exact = sum(((line.unit_price or Decimal(0)) * line.quantity for line in lines), Decimal(0))
        amount = minor_units(exact - sum((line.discount for line in lines), Decimal(0)), currency, "Lineitem price")
    subtotal = heading.minor("Subtotal", currency)
    discount = heading.minor("Discount Amount", currency) or 0
    if amount is not None and subtotal is not None and 0 <= amount - subtotal <= discount:
        discount = amount - subtotal  # the rest was given on the lines, or on shipping
    return _Sums(
        lines=amount,
        subtotal=subtotal,
        discount=discount,
        shipping=heading.minor("Shipping", currency) or 0,
        taxes=heading.minor("Taxes", currency) or 0,
        total=heading.minor("Total", currency),
    )


def _taxed(heading: Cells, lines: Sequence[DraftLine], sums: _Sums) -> _Taxed:
    """How the order is taxed, as far as its own figures prove it."""
    if not sums.taxes:
        return _Taxed(True)
    included = _included(sums)
    rate = _told_rate(heading)
    if not rate or sums.lines is None:
        return _Taxed(included)
    goods = _taxable(lines, sums)
    for shipping_rate in (rate, 0) if sums.shipping else (0,):
        base = goods + (sums.shipping if shipping_rate else 0)
        tax = round(base * rate / (WHOLE_RATE + rate if included else WHOLE_RATE))
        if abs(tax - sums.taxes) <= len(lines):  # platforms round line by line
            return _Taxed(included, rate, shipping_rate)
    return _Taxed(included)


def _included(sums: _Sums) -> bool:
    """Whether the taxes are within the lines and the shipping, or come on top of them to make the total."""
    base = sums.subtotal
    if base is None and sums.lines is not None:
        base = sums.lines - sums.discount
    if base is None or sums.total is None:
        return True
    return abs(base + sums.shipping - sums.total) <= abs(base + sums.shipping + sums.taxes - sums.total)


def _told_rate(heading: Cells) -> int:
    """The only tax's percentage in hundredths, 0 where there is none or more than one."""
    names = [name for column in TAX_NAMES if (name := heading.text(column))]
    found = _RATE.findall(names[0]) if len(names) == 1 else []
    if len(found) != 1:
        return 0
    rate = Decimal(found[0].replace(",", ".")) * 10_000
    return int(rate) if rate == int(rate) else 0


def _taxable(lines: Sequence[DraftLine], sums: _Sums) -> Decimal:
    """What the taxable lines come to; the order's discount falls on all lines alike."""
    charged = Decimal((sums.lines or 0) - sums.discount)
    if all(line.taxable for line in lines):
        return charged
    amounts = [(line.unit_price or Decimal(0)) * line.quantity - line.discount for line in lines]
    whole = sum(amounts, Decimal(0))
    taxable = sum((amount for amount, line in zip(amounts, lines, strict=True) if line.taxable), Decimal(0))
    return charged * taxable / whole if whole else Decimal(0)


def _payment(
    heading: Cells, status: str, total: int | None, currency: str
) -> tuple[DraftPayment | None, tuple[str, ...]]:
    """The payment that the status speaks of, or a remark where its amount is not told."""
    reference = heading.text("Payment ID") or heading.text("Payment Reference")
    reference = reference if len(reference) <= LONGEST_CODE else ""
    at = heading.instant("Paid at")
    if status in PAID_IN_FULL:
        return DraftPayment(reference=reference, at=at), ()
    if status == "partially_paid":
        left = heading.minor("Outstanding Balance", currency)
        if left is None or total is None:
            return None, (PAYMENT_UNKNOWN,)
        return DraftPayment(amount=total - left, reference=reference, at=at), ()
    return None, (AUTHORIZED,) if status == "authorized" else ()


def _coupon(heading: Cells) -> str:
    code = heading.text("Discount Code")
    if len(code) > LONGEST_CODE:
        fix = f"Shorten it to {LONGEST_CODE} characters."
        raise Fault("text-too-long", "This code is too long.", column="Discount Code", fix=fix)
    return code

"""The money of a WooCommerce order: lines without tax, taxes on top, and the total as told, to the cent.

- A line costs its subtotal; what its total is less was given by a coupon. Where the coupons' amounts make up all of
  that, they stand on the order, else the discounts stay on their lines and a note names the coupons.
- Fees are lines of their own, with `Fee` for one without a name; a negative fee is a discount.
- `tax_total` holds the tax of lines, fees and shipping. Where the order's total proves it,
  shipping's tax comes beside it.
- A single tax whose name or code holds a percentage (`VAT 20%`) is each line's rate where it leads to the tax told.
  Else the taxes told of lines, fees and shipping tell the rates, where they make up the order's: the roundest rate that
  all of them have, or each its own. Else the tax stands in the total without a rate.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from domain.money import decimals
from domain.taxes import WHOLE_RATE, single
from importers.drafts import DraftLine
from importers.platforms.woocommerce.cells import Reading
from importers.platforms.woocommerce.packed import COUPON_KEYS, FEE_KEYS, TAX_KEYS, read_items
from importers.rates import rates_of
from importers.reading.cells import Cells, minor_units

UNNAMED_FEE = "Fee"

_RATE = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,6})?)\s*%", re.ASCII)


class Item(Struct, frozen=True, kw_only=True):
    """A line item as told: what it cost before coupons and after, without tax; its tax, and what of it went back."""

    line: int
    sku: str
    name: str
    quantity: int
    subtotal: Decimal | None
    total: Decimal | None
    tax: Decimal | None = None
    refunded: Decimal | None = None


class Money(Struct, frozen=True, kw_only=True):
    """What a draft says of prices; `unplaced`: coupons are told that do not make up what the lines were reduced by."""

    lines: tuple[DraftLine, ...]
    total: int | None
    tax: int
    discount: int
    coupons: tuple[tuple[str, int], ...]
    shipping_charge: int
    shipping_tax_rate: int
    unplaced: bool


class Priced(Struct, frozen=True):
    """A line in minor units: before and after coupons (None: not told), and whether it bears tax."""

    item: Item
    before: int | None
    after: int
    taxed: bool


class Rates(Struct, frozen=True):
    """The rates of lines and of shipping, in ten-thousandths of a percent; all 0 where they are not `known`."""

    lines: list[int]
    shipping: int
    known: bool


class Pricing:
    """Reads one order's money from its first row."""

    def __init__(self, heading: Cells, reading: Reading, currency: str) -> None:
        self._heading = heading
        self._reading = reading
        self._currency = currency

    def minor(self, column: str) -> int:
        """The amount in a cell in minor units, 0 where it says nothing."""
        return self._minor(self._heading.text(column), column)

    def money(self, items: Sequence[Item]) -> Money:
        """The money of an order with these line items."""
        fees, reduced = self._fees()
        lines = [self._priced(item) for item in (*items, *fees)]
        shipping = self.minor("shipping_total")
        total = self._total()
        tax = self._tax(lines, shipping - reduced, total, fees_told=any(fee.tax for fee in fees))
        rates = self._rates(lines, shipping, reduced, tax)
        given = sum(max(0, (line.before or 0) - line.after) for line in lines if line.before is not None)
        coupons = self._coupons(given)
        return Money(
            lines=tuple(
                self._line(line, rate, on_line=not coupons) for line, rate in zip(lines, rates.lines, strict=True)
            ),
            total=total,
            tax=0 if rates.known else tax,
            discount=reduced + self._order_discount(lines, given),
            coupons=coupons,
            shipping_charge=shipping,
            shipping_tax_rate=rates.shipping,
            unplaced=not coupons and bool(self._heading.text("coupon_items")),
        )

    def _total(self) -> int | None:
        text = self._heading.text("order_total")
        return self._minor(text, "order_total") if text else None

    def _minor(self, text: str, column: str) -> int:
        amount = self._reading.amount(text, column)
        return 0 if amount is None else minor_units(amount, self._currency, column)

    def _fees(self) -> tuple[list[Item], int]:
        """The fees as lines, and what negative ones take off; a single fee bears the tax told of all fees."""
        found = read_items(self._heading.lines("fee_items"), "||", FEE_KEYS)
        parts = [self._fee(one.get("name", ""), one.get("total", ""), one.get("tax", ""), "fee_items") for one in found]
        if not found:
            parts = [self._fee("", self._heading.text("fee_total"), "", "fee_total")]
        fees = [fee for fee in parts if fee.total is not None and fee.total > 0]
        if len(fees) == 1 and fees[0].tax is None:
            tax = self._reading.amount(self._heading.text("fee_tax_total"), "fee_tax_total")
            fees = [replace(fees[0], tax=tax)]
        negative = sum((fee.total for fee in parts if fee.total is not None and fee.total < 0), Decimal(0))
        return fees, minor_units(-negative, self._currency, "fee_items")

    def _fee(self, name: str, total: str, tax: str, column: str) -> Item:
        amount = self._reading.amount(total, column)
        told_tax = self._reading.amount(tax, column)
        line = self._heading.line
        return Item(
            line=line, sku="", name=name or UNNAMED_FEE, quantity=1, subtotal=amount, total=amount, tax=told_tax
        )

    def _priced(self, item: Item) -> Priced:
        before = item.total if item.subtotal is None else item.subtotal
        after = before if item.total is None else item.total
        if before is None or after is None:
            return Priced(item, None, 0, item.tax != 0)
        known = minor_units(after, self._currency, "")
        return Priced(item, max(known, minor_units(before, self._currency, "")), known, item.tax != 0)

    def _line(self, line: Priced, rate: int, *, on_line: bool) -> DraftLine:
        item = line.item
        told = item.total if item.subtotal is None else max(item.subtotal, item.total or item.subtotal)
        discount = line.before - line.after if on_line and line.before is not None else 0
        return DraftLine(
            line=item.line,
            sku=item.sku,
            name=item.name,
            quantity=item.quantity,
            unit_price=None if told is None else told / item.quantity,
            discount=Decimal(discount).scaleb(-decimals(self._currency)),
            taxable=line.taxed,
            taxes=single(rate if line.taxed else 0),
        )

    def _coupons(self, given: int) -> tuple[tuple[str, int], ...]:
        """The coupons where they are what the lines were reduced by; one alone is all of it."""
        told = read_items(self._heading.lines("coupon_items"), ";", COUPON_KEYS)
        found: dict[str, int] = {}
        for one in told:
            if code := one.get("code", ""):
                found[code] = found.get(code, 0) + self._minor(one.get("amount", ""), "coupon_items")
        if len(found) == 1:
            return tuple((code, given) for code in found)
        return tuple(found.items()) if sum(found.values()) == given else ()

    def _order_discount(self, lines: Sequence[Priced], given: int) -> int:
        """The order's discount where its lines tell nothing of theirs."""
        told = any(line.item.total is not None for line in lines)
        return 0 if given or told else self.minor("discount_total") or self.minor("cart_discount")

    def _tax(self, lines: Sequence[Priced], beside: int, total: int | None, *, fees_told: bool) -> int:
        """All tax of the order: as told, or with what the total proves to come on top of it."""
        shipping, fees = self.minor("shipping_tax_total"), self.minor("fee_tax_total")
        if not self._heading.text("tax_total"):
            parts = sum(self._tax_of(line) for line in lines)
            return parts + shipping + (0 if fees_told else fees)
        told = self.minor("tax_total")
        if total is None:
            return told
        left = total - sum(line.after for line in lines) - beside
        return next((one for one in (told, told + shipping, told + shipping + fees) if one == left), told)

    def _rates(self, lines: Sequence[Priced], shipping: int, reduced: int, tax: int) -> Rates:
        """The rates of lines and of shipping, as far as they are proved."""
        if not tax or reduced or any(line.before is None for line in lines):
            return Rates([0] * len(lines), 0, known=False)
        rate = self._told_rate()
        goods = sum(line.after for line in lines if line.taxed)
        for shipping_rate in (rate, 0) if shipping else (0,):
            base = goods + (shipping if shipping_rate else 0)
            off = abs(round(Decimal(base * rate) / WHOLE_RATE) - tax)
            if rate and off <= len(lines):  # WooCommerce rounds each line
                return Rates([rate if line.taxed else 0 for line in lines], shipping_rate, known=True)
        return self._rates_by_taxes(lines, shipping, tax)

    def _rates_by_taxes(self, lines: Sequence[Priced], shipping: int, tax: int) -> Rates:
        """The rates that the taxes told of each line and of shipping lead to, where they are all of the order's tax."""
        parts = [(line.after, self._tax_of(line)) for line in lines]
        parts.append((shipping, self.minor("shipping_tax_total")))
        rates = rates_of(parts) if sum(part for _, part in parts) == tax else None
        if rates is None:
            return Rates([0] * len(lines), 0, known=False)
        *finer, of_shipping = (rate * 100 for rate in rates)
        return Rates(finer, of_shipping, known=True)

    def _tax_of(self, line: Priced) -> int:
        return minor_units(line.item.tax or Decimal(0), self._currency, "")

    def _told_rate(self) -> int:
        """The only tax's percentage in ten-thousandths, 0 where there is none or more than one."""
        taxes = read_items(self._heading.lines("tax_items"), ";", TAX_KEYS)
        if len(taxes) != 1:
            return 0
        told = taxes[0]
        percent = told.get("rate_percent", "").rstrip("% ")
        texts = [f"{percent}%"] if percent else [told.get(key, "") for key in ("label", "title", "code")]
        found = {match for text in texts for match in _RATE.findall(text)}
        if len(found) != 1:
            return 0
        rate = Decimal(found.pop().replace(",", ".")) * 10_000
        return int(rate) if rate == int(rate) else 0

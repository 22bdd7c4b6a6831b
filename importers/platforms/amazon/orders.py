"""Amazon's flat file of all orders: tab separated, a row per line, wherever in the file the rows of an order stand.

`amazon-order-id` is the order's number and identity. The file tells no total: it is what the columns come to. A row of
quantity 0 is a line that was cancelled; it is told in a note. Orders whose prices are not told yet (Amazon leaves them
out while an order is pending or once it is cancelled) come in with a total of nothing, remarked `price-not-told`.
What the statuses mean stands in `amazon_terms`. Times without an offset are UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC

from domain.addresses import Address
from importers.drafts import Draft, DraftLine
from importers.faults import Fault
from importers.platforms.amazon.terms import METHOD, Charges, currency_for, gift_wrap, line_price, standing_of
from importers.profile import Choices, ReadAs, content_hash, currency_of, same_in_all
from importers.reading.cells import CellFormat, Cells, Columns
from importers.reading.grouping import Group, Heads, Key, scattered
from importers.reading.rows import Row

NEEDED = ("amazon-order-id", "purchase-date", "order-status", "quantity", "item-price")
ALIKE = ("currency", "purchase-date", "order-status")
PRICE_NOT_TOLD = "price-not-told"
CANCELLED_LINE = "Cancelled line"
SAID_IN_A_NOTE = ("merchant-order-id", "purchase-order-number", "fulfillment-channel", "promotion-ids")

COLUMNS = {
    "number": "amazon-order-id",
    "source": "sales-channel",
    "shipping_method": "ship-service-level",
    "shipping_address/country": "ship-country",
    "items/sku": "sku",
    "items/name": "product-name",
    "items/quantity": "quantity",
    "items/unit_price": "item-price",
    "items/discount": "item-promotion-discount",
    "shipping_charge": "shipping-price",
    "amount": "item-price",
    "past/imported/total": "item-price",
}
READS: dict[str, ReadAs] = {
    **dict.fromkeys(
        (
            "amazon-order-id", "order-status", "item-status", "sales-channel", "ship-service-level", "product-name",
            "sku", "asin", "currency", "is-business-order", *SAID_IN_A_NOTE,
        ),
        "text",
    ),
    **dict.fromkeys(("purchase-date", "last-updated-date"), "date"),
    **dict.fromkeys(
        (
            "item-price", "item-tax", "shipping-price", "shipping-tax", "gift-wrap-price", "gift-wrap-tax",
            "item-promotion-discount", "ship-promotion-discount",
        ),
        "amount",
    ),
    **dict.fromkeys(("ship-city", "ship-state", "ship-postal-code"), "person"),
    "ship-country": "country",
    "quantity": "quantity",
}  # fmt: skip


class Amazon:
    """The profile of Amazon's flat file of all orders."""

    name = "amazon"
    source = "amazon"
    columns = COLUMNS
    reads = READS
    decimal = "."
    dates = ""
    follows: Key | None = None
    heads: Heads | None = None

    def __init__(self, headers: Sequence[tuple[str, ...]], choices: Choices) -> None:
        self._columns = Columns(headers[0])
        self._columns.require(*NEEDED)
        self._choices = choices
        self._cell_format = CellFormat(
            decimal=choices.decimal or self.decimal,
            date_format=choices.dates,
            years_from=choices.years_from,
            zone=choices.zone or UTC,
        )
        self._number_at = self._columns.index["amazon-order-id"]

    @classmethod
    def claims(cls, headers: Sequence[tuple[str, ...]]) -> bool:
        """Whether this is the header of such a file."""
        return len(headers) == 1 and set(NEEDED) <= set(headers[0])

    def groups(self, rows: Iterable[Row]) -> Iterator[Group]:
        """The rows of each order together."""
        return scattered(rows, self._number)

    def draft(self, group: Group) -> Draft:
        """The order that the rows tell."""
        rows = [Cells(row, self._columns, self._cell_format) for row in group.rows]
        same_in_all(rows, ALIKE, "currency")
        lines, left_out = _lines(rows)
        try:
            return self._draft(group, rows, lines, left_out=left_out)
        except Fault as fault:
            raise fault.at(rows[0].line) from None

    def _number(self, cells: Sequence[str]) -> str:
        return cells[self._number_at].strip() if self._number_at < len(cells) else ""

    def _draft(self, group: Group, rows: list[Cells], lines: tuple[DraftLine, ...], *, left_out: bool) -> Draft:
        heading = next((row for row in rows if row.text("currency")), rows[0])
        otherwise = currency_for(heading, "sales-channel", self._choices.currency)
        currency = currency_of(heading, "currency", otherwise)
        standing = standing_of(heading.required("order-status"), "order-status")
        charges, total = _money(rows, currency, left_out=left_out)
        told = any(row.text("item-price") for row in rows)
        updated_at = heading.instant("last-updated-date")
        sent = [
            (number, int(line.quantity))
            for number, line in enumerate(lines)
            if any(row.line == line.line and row.text("item-status").lower() == "shipped" for row in rows)
        ]
        return Draft(
            number=group.key,
            external_id=group.key,
            content_hash=content_hash(group, self._columns),
            line=heading.line,
            created_at=heading.required_instant("purchase-date"),
            currency=currency,
            lines=lines,
            stage=standing.stage,
            total=total,
            tax=charges.tax,
            prices_include_tax=charges.included,
            shipping_charge=charges.shipping,
            shipping_method=heading.text("ship-service-level"),
            payment_method=METHOD,
            payment=standing.payment(updated_at),
            parcel=standing.parcel(updated_at, sent),
            ended_at=updated_at,
            shipping=_address(heading),
            source=heading.text("sales-channel"),
            tags=("business",) if heading.text("is-business-order").lower() == "true" else (),
            notes=_notes(rows),
            remarks=charges.remarks + standing.remarks + (() if told else (PRICE_NOT_TOLD,)),
        )


def _lines(rows: Iterable[Cells]) -> tuple[tuple[DraftLine, ...], bool]:
    """The lines of an order, and whether an amount of one had to be left out."""
    lines: list[DraftLine] = []
    left_out = False
    for row in rows:
        try:
            quantity = row.whole("quantity")
            if not quantity:
                continue
            price = line_price(row.decimal("item-price"), row.decimal("item-promotion-discount"), quantity)
            sku = row.text("sku") or row.text("asin")
            name = row.text("product-name") or sku
            lines.append(
                DraftLine(
                    line=row.line, sku=sku, name=name, quantity=quantity, unit_price=price.unit, discount=price.discount
                )
            )
            if wrap := gift_wrap(row, row.decimal("gift-wrap-price")):
                lines.append(wrap)
            left_out = left_out or price.left_out
        except Fault as fault:
            raise fault.at(row.line) from None
    return tuple(lines), left_out


def _money(rows: Sequence[Cells], currency: str, *, left_out: bool) -> tuple[Charges, int]:
    """The charges beside the lines, and what all columns come to."""
    sums = {column: _sum(rows, column, currency) for column, what in READS.items() if what == "amount"}
    shipping = sums["shipping-price"] - sums["ship-promotion-discount"]
    tax = sums["item-tax"] + sums["shipping-tax"] + sums["gift-wrap-tax"]
    charges = Charges.of(shipping, tax, currency, left_out=left_out)
    goods = sums["item-price"] + sums["gift-wrap-price"] - sums["item-promotion-discount"]
    return charges, goods + shipping + (0 if charges.included else tax)


def _sum(rows: Sequence[Cells], column: str, currency: str) -> int:
    """What a column's rows come to; a promotion counts the same with either sign."""
    total = 0
    for row in rows:
        try:
            amount = row.minor(column, currency) or 0
        except Fault as fault:
            raise fault.at(row.line) from None
        total += abs(amount) if "promotion" in column else amount
    return total


def _address(heading: Cells) -> Address:
    return Address(
        postcode=heading.text("ship-postal-code"),
        city=heading.text("ship-city"),
        region=heading.text("ship-state"),
        country=heading.country("ship-country"),
    )


def _notes(rows: Sequence[Cells]) -> tuple[str, ...]:
    """What has no place of its own on an order, and the lines that were cancelled."""
    told = {f"{column}: {text}": None for row in rows for column in SAID_IN_A_NOTE if (text := row.text(column))}
    cancelled = [
        f"{CANCELLED_LINE}: {row.text('product-name') or row.text('sku')}"
        for row in rows
        if row.text("quantity").strip("0.") == ""
    ]
    text = "\n".join([*told, *cancelled])
    return (text,) if text else ()

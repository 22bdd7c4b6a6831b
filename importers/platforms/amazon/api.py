"""Amazon's orders as its API tells them, written as one file of orders and one of their items.

`amazon_order_id` joins them and is the order's number and identity; `item_price_amount` is that of the whole line. The
total is kept as told, below nothing too. What the statuses mean stands in `terms`. Times without an offset are
UTC, as the API tells them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC

from msgspec import Struct

from domain.addresses import Address
from importers.drafts import Draft, DraftLine
from importers.faults import Fault
from importers.platforms.amazon.terms import METHOD, AmazonState, Charges, currency_for, line_price, standing_of
from importers.profile import Choices, ReadAs, currency_of
from importers.reading.cells import CellFormat, Cells
from importers.reading.grouping import Group, Heads, Key
from importers.reading.pairs import Pair, PairShape
from importers.reading.rows import Row

SHAPE = PairShape(
    orders=("amazon_order_id", "purchase_date", "order_status", "order_total_amount"),
    lines=("amazon_order_id", "order_item_id", "quantity_ordered", "item_price_amount"),
    number="amazon_order_id",
    of_line="amazon_order_id",
)
TAXES = ("item_tax_amount", "shipping_tax_amount")
TAXES_OFF = ("promotion_discount_tax_amount", "shipping_discount_tax_amount")
CARRIER = "automated_shipping_setting_automated_carrier"
SAID_IN_A_NOTE = ("seller_order_id", "buyer_info_purchase_order_number", "replaced_order_id", "order_type")
_ADDRESS = {
    "name": "name", "line1": "address_line_1", "line2": "address_line_2", "postcode": "postal_code",
    "city": "city", "region": "state_or_region", "phone": "phone",
}  # fmt: skip

COLUMNS = {
    "number": "amazon_order_id",
    "source": "sales_channel",
    "payment_method": "payment_method",
    "shipping_method": "ship_service_level",
    "billing_address/email": "buyer_info_buyer_email",
    "shipping_address/country": "shipping_address_country_code",
    "items/sku": "seller_sku",
    "items/name": "title",
    "items/quantity": "quantity_ordered",
    "items/unit_price": "item_price_amount",
    "items/discount": "promotion_discount_amount",
    "shipping_charge": "shipping_price_amount",
    "amount": "order_total_amount",
    "past/imported/total": "order_total_amount",
}
READS: dict[str, ReadAs] = {
    **dict.fromkeys(
        (
            "amazon_order_id", "order_status", "sales_channel", "ship_service_level", "payment_method", "title",
            "seller_sku", "asin", "order_total_currency_code", "item_price_currency_code", "is_business_order", CARRIER,
            *SAID_IN_A_NOTE,
        ),
        "text",
    ),
    **dict.fromkeys(("purchase_date", "last_update_date"), "date"),
    **dict.fromkeys(
        (
            "order_total_amount", "item_price_amount", "promotion_discount_amount", "shipping_price_amount",
            "shipping_discount_amount", *TAXES, *TAXES_OFF,
        ),
        "amount",
    ),
    **dict.fromkeys(
        (
            "buyer_info_buyer_email", "buyer_info_buyer_name", "buyer_tax_info_buyer_legal_company_name",
            "buyer_tax_info_buyer_tax_registration_id", *(f"shipping_address_{part}" for part in _ADDRESS.values()),
        ),
        "person",
    ),
    "shipping_address_country_code": "country",
    "quantity_ordered": "quantity",
    "quantity_shipped": "quantity",
}  # fmt: skip


class _Lines(Struct, frozen=True):
    """The lines of an order, the units of each that left, and whether an amount of one had to be left out."""

    lines: tuple[DraftLine, ...]
    sent: tuple[tuple[int, int], ...]
    left_out: bool


class AmazonApi:
    """The profile of Amazon's API files."""

    name = "amazon-api"
    source = "amazon"
    columns = COLUMNS
    reads = READS
    decimal = "."
    dates = ""
    follows: Key | None = None
    heads: Heads | None = None

    def __init__(self, headers: Sequence[tuple[str, ...]], choices: Choices) -> None:
        self._choices = choices
        cell_format = CellFormat(
            decimal=choices.decimal or self.decimal,
            date_format=choices.dates,
            years_from=choices.years_from,
            zone=choices.zone or UTC,
        )
        self._pair = Pair(SHAPE, headers, cell_format)

    @classmethod
    def claims(cls, headers: Sequence[tuple[str, ...]]) -> bool:
        """Whether these are the headers of such files."""
        return SHAPE.fits(headers)

    def groups(self, rows: Iterable[Row]) -> Iterator[Group]:
        """Each order with its items."""
        return self._pair.groups(rows)

    def draft(self, group: Group) -> Draft:
        """The order that the rows tell."""
        heading, rows = self._pair.parted(group)
        try:
            otherwise = currency_for(heading, "sales_channel", self._choices.currency)
            currency = currency_of(heading, "order_total_currency_code", otherwise)
            standing = standing_of(heading.required("order_status"), "order_status")
        except Fault as fault:
            raise fault.at(heading.line) from None
        told = _lines(rows, currency)
        charges = _charges(rows, currency, left_out=told.left_out)
        try:
            return self._draft(group, heading, currency, standing, told, charges)
        except Fault as fault:
            raise fault.at(heading.line) from None

    def _draft(
        self, group: Group, heading: Cells, currency: str, standing: AmazonState, told: _Lines, charges: Charges
    ) -> Draft:
        updated_at = heading.instant("last_update_date")
        return Draft(
            number=group.key,
            external_id=group.key,
            content_hash=self._pair.content_hash(group),
            line=heading.line,
            created_at=heading.required_instant("purchase_date"),
            currency=currency,
            lines=told.lines,
            stage=standing.stage,
            total=_total(heading, currency),
            tax=charges.tax,
            prices_include_tax=charges.included,
            shipping_charge=charges.shipping,
            shipping_method=heading.text("ship_service_level"),
            payment_method=heading.text("payment_method") or METHOD,
            payment=standing.payment(updated_at),
            parcel=standing.parcel(updated_at, told.sent, heading.text(CARRIER)),
            ended_at=updated_at,
            billing=_billing(heading),
            shipping=_shipping(heading),
            source=heading.text("sales_channel"),
            tags=("business",) if heading.text("is_business_order").lower() == "true" else (),
            notes=_notes(heading),
            remarks=charges.remarks + standing.remarks,
        )


def _total(heading: Cells, currency: str) -> int:
    """The order's total; a pending order has none yet."""
    return heading.minor("order_total_amount", currency) or 0


def _lines(rows: Iterable[Cells], currency: str) -> _Lines:
    lines: list[DraftLine] = []
    sent: list[tuple[int, int]] = []
    left_out = False
    for row in rows:
        try:
            _same_currency(row, currency)
            quantity = row.whole("quantity_ordered")
            if not quantity:
                continue
            price = line_price(row.decimal("item_price_amount"), row.decimal("promotion_discount_amount"), quantity)
            units = row.whole("quantity_shipped") if row.text("quantity_shipped") else 0
        except Fault as fault:
            raise fault.at(row.line) from None
        if units > 0:
            sent.append((len(lines), min(units, quantity)))
        left_out = left_out or price.left_out
        sku = row.text("seller_sku") or row.text("asin")
        lines.append(
            DraftLine(
                line=row.line,
                sku=sku,
                name=row.text("title") or sku,
                quantity=quantity,
                unit_price=price.unit,
                discount=price.discount,
            )
        )
    return _Lines(tuple(lines), tuple(sent), left_out)


def _same_currency(row: Cells, currency: str) -> None:
    told = row.text("item_price_currency_code").upper()
    if told and told != currency:
        message = "This line is in another currency than its order."
        raise Fault("mixed-currencies", message, column="item_price_currency_code", fix="Make them alike.")


def _charges(rows: Iterable[Cells], currency: str, *, left_out: bool) -> Charges:
    shipping = tax = 0
    for row in rows:
        try:
            shipping += row.minor("shipping_price_amount", currency) or 0
            shipping -= abs(row.minor("shipping_discount_amount", currency) or 0)
            tax += sum(row.minor(column, currency) or 0 for column in TAXES)
            tax -= sum(abs(row.minor(column, currency) or 0) for column in TAXES_OFF)
        except Fault as fault:
            raise fault.at(row.line) from None
    return Charges.of(shipping, tax, currency, left_out=left_out)


def _billing(heading: Cells) -> Address:
    return Address(
        name=heading.text("buyer_info_buyer_name"),
        company=heading.text("buyer_tax_info_buyer_legal_company_name"),
        email=heading.text("buyer_info_buyer_email"),
        vat_number=heading.text("buyer_tax_info_buyer_tax_registration_id"),
    )


def _shipping(heading: Cells) -> Address:
    told = {field: heading.text(f"shipping_address_{part}") for field, part in _ADDRESS.items()}
    return Address(country=heading.country("shipping_address_country_code"), **told)


def _notes(heading: Cells) -> tuple[str, ...]:
    """What has no place of its own on an order."""
    text = "\n".join(f"{column}: {text}" for column in SAID_IN_A_NOTE if (text := heading.text(column)))
    return (text,) if text else ()

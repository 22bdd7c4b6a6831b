"""Shopify's orders as its API tells them, written as one file of orders and one of their line items.

`id` is the order's identity, `name` its number; a line names its order by `order_id`. Times without an offset are UTC,
as the API tells them. Where personal data was replaced by hashes, the hashes are kept as text, e-mail addresses and
countries that are none are left out, and the order is remarked `personal-data-hashed`. Stages follow from the table of
`shopify`. The files tell no shipping price and no refunds: what the total has beyond the subtotal is shipping, and what
went back of a partly refunded order is remarked as unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from domain.addresses import Address
from domain.money import amount_text
from importers.drafts import Draft, DraftLine, DraftParcel, DraftPayment
from importers.faults import Fault
from importers.platforms.shopify import money as shopify_money
from importers.platforms.shopify.orders import FULFILMENT, PARTIAL, stage_of
from importers.profile import Choices, ReadAs, currency_of
from importers.reading.cells import CellFormat, Cells, minor_units
from importers.reading.grouping import Group, Heads, Key
from importers.reading.pairs import Pair, PairShape
from importers.reading.rows import Row
from importers.remarks import AUTHORIZED, PARTLY_SHIPPED, PAYMENT_UNKNOWN, REFUND_UNKNOWN, TAX_WITHOUT_RATE

SHAPE = PairShape(
    orders=("id", "total_price", "created_at", "currency", "financial_status"),
    lines=("order_id", "id", "price", "quantity"),
    number="id",
    of_line="order_id",
)
HASHED = "personal-data-hashed"
TEST = "test-order"
TAX_ON_TOP = "taxes-on-top-though-told-included"
OF_NOTHING = "d41d8cd98f00b204e9800998ecf8427e"  # the MD5 of an empty cell

_HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}")
_ADDRESS = (
    "name", "first_name", "last_name", "company", "phone", "address_1", "address_2", "city", "province", "zip",
)  # fmt: skip

READS: dict[str, ReadAs] = {
    **dict.fromkeys(
        (
            "id", "order_id", "order_number", "currency", "taxes_included", "financial_status", "fulfillment_status",
            "source_name", "sku", "taxable", "title", "name", "test", "cancel_reason", "vendor",
        ),
        "text",
    ),
    **dict.fromkeys(("created_at", "processed_at", "cancelled_at", "closed_at"), "date"),
    **dict.fromkeys(("subtotal_price", "total_tax", "total_price", "price", "total_discount"), "amount"),
    **dict.fromkeys((f"{kind}_address_{part}" for kind in ("billing", "shipping") for part in _ADDRESS), "person"),
    **dict.fromkeys(("email", "note", "customer_id"), "person"),
    **dict.fromkeys((f"{kind}_address_country_code" for kind in ("billing", "shipping")), "country"),
    **dict.fromkeys((f"{kind}_address_country" for kind in ("billing", "shipping")), "country"),
    "quantity": "quantity",
}  # fmt: skip

COLUMNS = {
    "number": "name",
    "source": "source_name",
    "billing_address/email": "email",
    "items/sku": "sku",
    "items/name": "title",
    "items/quantity": "quantity",
    "items/unit_price": "price",
    "items/discount": "total_discount",
    "text": "note",
    "amount": "total_price",
    "past/imported/total": "total_price",
}


class _Sums(Struct, frozen=True, kw_only=True):
    """The order's money in minor units, and what must be said of it."""

    total: int
    tax: int
    included: bool
    discount: int
    shipping: int
    remarks: tuple[str, ...]


class ShopifyApi:
    """The profile of Shopify's API files."""

    name = "shopify-api"
    source = "shopify-api"
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
        """Each order with its lines."""
        return self._pair.groups(rows)

    def draft(self, group: Group) -> Draft:
        """The order that the rows tell."""
        heading, rows = self._pair.parted(group)
        lines = tuple(_line(row) for row in rows)
        try:
            return self._draft(group, heading, lines)
        except Fault as fault:
            raise fault.at(heading.line) from None

    def _draft(self, group: Group, heading: Cells, lines: tuple[DraftLine, ...]) -> Draft:
        currency = currency_of(heading, "currency", self._choices.currency)
        sums = _sums(heading, lines, currency)
        financial, fulfilment = _status(heading, "financial_status"), _status(heading, "fulfillment_status")
        cancelled_at, closed_at = heading.instant("cancelled_at"), heading.instant("closed_at")
        created_at = heading.required_instant("created_at")
        billing, shipping = _address(heading, "billing"), _address(heading, "shipping")
        email = heading.text("email")
        return Draft(
            number=_number(heading),
            external_id=group.key,
            content_hash=self._pair.content_hash(group),
            line=heading.line,
            created_at=created_at,
            currency=currency,
            lines=lines,
            stage=stage_of(fulfilment, financial, cancelled=cancelled_at is not None),
            total=sums.total,
            tax=0 if sums.included else sums.tax,
            prices_include_tax=sums.included,
            discount=sums.discount,
            shipping_charge=sums.shipping,
            payment=_payment(heading, financial),
            fully_refunded=financial == "refunded",
            parcel=DraftParcel(at=closed_at) if fulfilment == "fulfilled" else None,
            ended_at=cancelled_at or closed_at,
            customer_id=heading.text("customer_id"),
            customer_name=billing.name or shipping.name,
            billing=replace(billing, email="" if _is_hash(email) else email),
            shipping=shipping,
            source=heading.text("source_name"),
            notes=tuple(note for note in (heading.lines("note"),) if note and note != OF_NOTHING),
            remarks=sums.remarks + _remarks(heading, financial, fulfilment),
        )


def _line(row: Cells) -> DraftLine:
    try:
        name, sku = row.text("title") or row.text("name"), row.text("sku")
        return DraftLine(
            line=row.line,
            sku=sku,
            name=name or sku,
            quantity=row.whole("quantity"),
            unit_price=row.decimal("price"),
            discount=row.decimal("total_discount") or Decimal(0),
            taxable=row.text("taxable").lower() != "false",
        )
    except Fault as fault:
        raise fault.at(row.line) from None


def _number(heading: Cells) -> str:
    """The order's name, or its number where the name was hashed."""
    name = heading.text("name")
    return heading.text("order_number") or name if not name or _is_hash(name) else name


def _status(heading: Cells, column: str) -> str:
    known = shopify_money.KNOWN if column == "financial_status" else FULFILMENT
    status = heading.text(column).lower()
    if status not in known:
        fix = f"Write one of: {', '.join(sorted(known - {''}))}."
        raise Fault("unknown-status", "This status is not known.", column=column, fix=fix)
    return status


def _sums(heading: Cells, lines: Sequence[DraftLine], currency: str) -> _Sums:
    heading.required("total_price")
    total = heading.minor("total_price", currency) or 0
    told = heading.minor("subtotal_price", currency)
    subtotal = total if told is None else told
    tax = heading.minor("total_tax", currency) or 0
    included = heading.text("taxes_included").lower() != "false"
    remarks = []
    if tax and included and total - subtotal == tax:
        included = False
        remarks.append(TAX_ON_TOP)
    if tax and included:
        remarks.append(f"{TAX_WITHOUT_RATE}: {amount_text(tax, currency)}")
    shipping = total - subtotal - (0 if included else tax)
    amount = sum(((line.unit_price or Decimal(0)) * line.quantity - line.discount for line in lines), Decimal(0))
    discount = minor_units(amount, currency, "price") - subtotal if lines else 0
    return _Sums(
        total=total,
        tax=tax,
        included=included,
        discount=max(0, discount),
        shipping=max(0, shipping),
        remarks=tuple(remarks),
    )


def _payment(heading: Cells, financial: str) -> DraftPayment | None:
    return DraftPayment(at=heading.instant("processed_at")) if financial in shopify_money.PAID_IN_FULL else None


def _remarks(heading: Cells, financial: str, fulfilment: str) -> tuple[str, ...]:
    remarks = {
        HASHED: any(_is_hash(heading.text(column)) for column in ("email", "billing_address_name", "name")),
        TEST: heading.text("test").lower() == "true",
        PARTLY_SHIPPED: fulfilment in PARTIAL,
        AUTHORIZED: financial == "authorized",
        PAYMENT_UNKNOWN: financial == "partially_paid",
        REFUND_UNKNOWN: financial == "partially_refunded",
    }
    return tuple(remark for remark, holds in remarks.items() if holds)


def _address(heading: Cells, kind: str) -> Address:
    told = {part: _without_empty(heading.text(f"{kind}_address_{part}")) for part in _ADDRESS}
    return Address(
        name=told["name"] or f"{told['first_name']} {told['last_name']}".strip(),
        company=told["company"],
        line1=told["address_1"],
        line2=told["address_2"],
        postcode=told["zip"].removeprefix("'"),
        city=told["city"],
        region=told["province"],
        country=_country(heading, kind),
        phone=told["phone"].removeprefix("'"),
    )


def _country(heading: Cells, kind: str) -> str:
    for column in (f"{kind}_address_country_code", f"{kind}_address_country"):
        text = heading.text(column)
        if text and not _is_hash(text):
            return heading.country(column)
    return ""


def _without_empty(text: str) -> str:
    return "" if text == OF_NOTHING else text


def _is_hash(text: str) -> bool:
    return _HASH.fullmatch(text) is not None

"""Shopify's orders export, any subset of its columns that has Name, Lineitem name and Lineitem quantity.

Rows of one order follow each other; what concerns the whole order stands on its first row. `Name` (`#1001`) is the
order's number and, with the source, its identity. The stage follows from the first line of this table that fits:

| Cancelled at | Fulfillment Status | Financial Status                                      | stage      |
|--------------|--------------------|-------------------------------------------------------|------------|
| a date       | any                | any                                                   | cancelled  |
|              | fulfilled          | paid, partially_refunded, refunded, or no such column | completed  |
|              | fulfilled          | any other                                             | shipped    |
|              | any other          | refunded, voided                                      | cancelled  |
|              | on_hold            | any other                                             | on_hold    |
|              | partial            | any other                                             | processing |
|              | any other          | paid, partially_paid, partially_refunded, authorized  | processing |
|              | any other          | pending, expired, or no such column                   | pending    |

A fulfilled order has one parcel with everything in it, of an unknown carrier, for the export names none; a partial one
is remarked `partly-shipped`. What money came in and went back stands in `money`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from domain.addresses import Address
from domain.statuses import CANCELLED, COMPLETED, ON_HOLD, PENDING, PROCESSING, SHIPPED
from domain.taxes import single
from importers.drafts import Draft, DraftLine, DraftParcel
from importers.faults import Fault
from importers.platforms.shopify import money as shopify_money
from importers.profile import Choices, ReadAs, content_hash, currency_of, same_in_all
from importers.reading.cells import CellFormat, Cells, Columns
from importers.reading.grouping import Group, Heads, Key, in_sequence
from importers.reading.rows import Row
from importers.remarks import PARTLY_SHIPPED

NEEDED = ("Name", "Lineitem name", "Lineitem quantity")
ALIKE = ("Currency", "Created at", "Total", "Financial Status")
PARTIAL = frozenset({"partial", "partially_fulfilled"})
FULFILMENT = PARTIAL | {"", "fulfilled", "unfulfilled", "restocked", "on_hold", "scheduled", "pending"}
SAID_IN_A_NOTE = (
    "Payment Reference", "Receipt Number", "Location", "Vendor", "Duties", "Payment Terms Name", "Next Payment Due At",
)  # fmt: skip

ADDRESS = {
    "name": "Name", "company": "Company", "line1": "Address1", "line2": "Address2", "postcode": "Zip", "city": "City",
    "region": "Province", "country": "Country", "phone": "Phone",
}  # fmt: skip
COLUMNS = {
    "number": "Name",
    "operator": "Employee",
    "source": "Source",
    "payment_method": "Payment Method",
    "reference": "Payment ID",
    "shipping_method": "Shipping Method",
    "billing_address/email": "Email",
    **{
        f"{kind.lower()}_address/{part}": f"{kind} {column}"
        for kind in ("Billing", "Shipping")
        for part, column in ADDRESS.items()
    },
    "items/sku": "Lineitem sku",
    "items/name": "Lineitem name",
    "items/quantity": "Lineitem quantity",
    "items/unit_price": "Lineitem price",
    "items/discount": "Lineitem discount",
    "discount": "Discount Amount",
    "shipping_charge": "Shipping",
    "tags": "Tags",
    "text": "Notes",
    "amount": "Total",
    "past/imported/total": "Total",
    "refund-above-paid": "Refunded Amount",
    "created_at": "Created at",
    "paid_at": "Paid at",
    "shipped_at": "Fulfilled at",
}

HEADING = ("Financial Status", "Total", "Subtotal")  # told on an order's first row alone

READS: dict[str, ReadAs] = {
    **dict.fromkeys(
        (
            "Name", "Financial Status", "Fulfillment Status", "Currency", "Discount Code", "Shipping Method",
            "Lineitem name", "Lineitem sku", "Lineitem taxable", "Payment Method", "Payment ID", "Tags", "Source",
            "Employee", *SAID_IN_A_NOTE, *shopify_money.TAX_NAMES,
        ),
        "text",
    ),
    **dict.fromkeys(("Created at", "Paid at", "Fulfilled at", "Cancelled at"), "date"),
    **dict.fromkeys(
        (
            "Subtotal", "Shipping", "Taxes", "Total", "Discount Amount", "Refunded Amount", "Outstanding Balance",
            "Lineitem price", "Lineitem discount",
        ),
        "amount",
    ),
    **dict.fromkeys(
        (
            *(f"{kind} {part}" for kind in ("Billing", "Shipping") for part in (
                "Name", "Company", "Address1", "Address2", "Street", "Zip", "City", "Province", "Phone"
            )),
            "Email", "Phone", "Notes", "Note Attributes",
        ),
        "person",
    ),
    "Billing Country": "country",
    "Shipping Country": "country",
    "Lineitem quantity": "quantity",
}  # fmt: skip


class Shopify:
    """The profile of Shopify's orders export."""

    name = "shopify"
    source = "shopify"
    columns = COLUMNS
    reads = READS
    decimal = "."
    dates = ""

    def __init__(self, headers: Sequence[tuple[str, ...]], choices: Choices) -> None:
        self._columns = Columns(headers[0])
        self._columns.require(*NEEDED)
        self._choices = choices
        self._cell_format = CellFormat(
            decimal=choices.decimal or self.decimal,
            date_format=choices.dates,
            years_from=choices.years_from,
            zone=choices.zone,
        )
        self._number_at = self._columns.index["Name"]
        self._heading_at = [at for name in HEADING if (at := self._columns.index.get(name)) is not None]
        self.follows: Key | None = self._number
        self.heads: Heads | None = self._is_heading

    @classmethod
    def claims(cls, headers: Sequence[tuple[str, ...]]) -> bool:
        """Whether this is the header of such a file."""
        return len(headers) == 1 and set(NEEDED) <= set(headers[0])

    def groups(self, rows: Iterable[Row]) -> Iterator[Group]:
        """The rows of each order, which follow each other."""
        return in_sequence(rows, self._number)

    def draft(self, group: Group) -> Draft:
        """The order that the rows tell."""
        rows = [Cells(row, self._columns, self._cell_format) for row in group.rows]
        if len(rows) > 1:
            same_in_all(rows, ALIKE, "Currency")
            _require_once(group, self._is_heading)
        lines = _lines(rows)
        try:
            return self._draft(group, rows[0], lines)
        except Fault as fault:
            raise fault.at(rows[0].line) from None

    def _number(self, cells: Sequence[str]) -> str:
        return cells[self._number_at].strip() if self._number_at < len(cells) else ""

    def _is_heading(self, cells: Sequence[str]) -> bool:
        return any(at < len(cells) and cells[at].strip() for at in self._heading_at)

    def _draft(self, group: Group, heading: Cells, lines: tuple[DraftLine, ...]) -> Draft:
        currency = currency_of(heading, "Currency", self._choices.currency)
        created_at = heading.required_instant("Created at")
        money = shopify_money.money_of(heading, lines, currency)
        fulfilment = _fulfilment(heading)
        stage = stage_of(fulfilment, money.status, cancelled=bool(heading.text("Cancelled at")))
        fulfilled_at = heading.instant("Fulfilled at")
        billing, shipping = _address(heading, "Billing"), _address(heading, "Shipping")
        return Draft(
            number=heading.required("Name"),
            external_id=group.key,
            content_hash=content_hash(group, self._columns),
            line=heading.line,
            created_at=created_at,
            currency=currency,
            lines=money.lines,
            stage=stage,
            total=money.total,
            tax=money.tax,
            prices_include_tax=money.prices_include_tax,
            discount=money.discount,
            coupon=money.coupon,
            shipping_charge=money.shipping_charge,
            shipping_taxes=single(money.shipping_tax_rate),
            shipping_method=heading.text("Shipping Method"),
            payment_method=heading.text("Payment Method"),
            payment=money.payment,
            refunded=money.refunded,
            fully_refunded=money.fully_refunded,
            parcel=DraftParcel(at=fulfilled_at) if fulfilment == "fulfilled" else None,
            ended_at=heading.instant("Cancelled at") or fulfilled_at or heading.instant("Paid at"),
            billing=billing,
            shipping=shipping,
            source=heading.text("Source"),
            operator=heading.text("Employee"),
            tags=tuple(tag.strip() for tag in heading.text("Tags").split(",") if tag.strip()),
            notes=_notes(heading),
            remarks=money.remarks + ((PARTLY_SHIPPED,) if fulfilment in PARTIAL else ()),
        )


def _require_once(group: Group, heads: Heads) -> None:
    """Refuses an order that is told twice: a row that tells of the whole order stands there again, word for word."""
    seen: set[tuple[str, ...]] = set()
    for row in group.rows:
        cells = tuple(row.cells)
        if heads(cells) and cells in seen:
            fix = "Leave each row of the order once."
            raise Fault("duplicate-order", "This row repeats another.", column="Name", fix=fix, line=row.line)
        seen.add(cells)


def _lines(rows: Iterable[Cells]) -> tuple[DraftLine, ...]:
    lines = []
    for row in rows:
        try:
            if line := _line(row):
                lines.append(line)
        except Fault as fault:
            raise fault.at(row.line) from None
    return tuple(lines)


def _line(row: Cells) -> DraftLine | None:
    """The row's line item; a row that names none tells only of the order."""
    name, sku = row.text("Lineitem name"), row.text("Lineitem sku")
    if not name and not sku and not row.text("Lineitem quantity"):
        return None
    return DraftLine(
        line=row.line,
        sku=sku,
        name=name or sku,
        quantity=row.whole("Lineitem quantity"),
        unit_price=row.decimal("Lineitem price"),
        discount=row.decimal("Lineitem discount") or Decimal(0),
        taxable=row.text("Lineitem taxable").lower() != "false",
    )


def _fulfilment(heading: Cells) -> str:
    status = heading.text("Fulfillment Status").lower()
    if status not in FULFILMENT:
        fix = f"Write one of: {', '.join(sorted(FULFILMENT - {''}))}."
        raise Fault("unknown-status", "This status is not known.", column="Fulfillment Status", fix=fix)
    return status


def stage_of(fulfilment: str, financial: str, *, cancelled: bool) -> str:
    """Where the order stands, by the table above."""
    if cancelled:
        return CANCELLED
    if fulfilment == "fulfilled":
        return COMPLETED if financial in shopify_money.PAID_IN_FULL or not financial else SHIPPED
    if financial in ("refunded", "voided"):
        return CANCELLED
    if fulfilment == "on_hold":
        return ON_HOLD
    return PROCESSING if fulfilment in PARTIAL or financial in shopify_money.UNDER_WAY else PENDING


def _address(heading: Cells, kind: str) -> Address:
    """The billing or shipping address; postcodes that begin with zero are kept behind an apostrophe."""
    billing = kind == "Billing"
    return Address(
        name=heading.text(f"{kind} Name"),
        company=heading.text(f"{kind} Company"),
        line1=heading.text(f"{kind} Address1") or heading.text(f"{kind} Street"),
        line2=heading.text(f"{kind} Address2"),
        postcode=heading.text(f"{kind} Zip").removeprefix("'"),
        city=heading.text(f"{kind} City"),
        region=heading.text(f"{kind} Province"),
        country=heading.country(f"{kind} Country"),
        phone=(heading.text(f"{kind} Phone") or (heading.text("Phone") if billing else "")).removeprefix("'"),
        email=heading.text("Email") if billing else "",
    )


def _notes(heading: Cells) -> tuple[str, ...]:
    """The customer's and the shop's words, and what has no place of its own on an order."""
    other = "\n".join(f"{column}: {text}" for column in SAID_IN_A_NOTE if (text := heading.text(column)))
    return tuple(note for note in (heading.lines("Notes"), heading.lines("Note Attributes"), other) if note)

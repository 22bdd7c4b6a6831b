"""WooCommerce's orders as WebToffee's exporter writes them: any subset of the columns of either release, in any order.

Line items are packed into `line_item_1`, `line_item_2`, ... of one row per order, or stand in `item_name`,
`item_quantity`, ... of a row each; rows of one order follow each other, and what concerns the whole order stands on
its first. `order_id` is the order's identity, `order_number` its number; each serves for the other. Dates are day-first
(`16-05-2018`) or ISO and local to the shop, whose time zone is asked for.

- `statuses` has the table of statuses; a completed order left in one parcel at its `completed_date`, else
  when its notes say that it was completed.
- A paid order has one payment of its total at `paid_date`, with the `transaction_id`. Each of the `refund_items` is a
  refund; without them what the line items tell
  to have gone back is one, and a refunded order that tells nothing gave back everything.
- `order_notes` become one note that tells the history with its times; the customer's words are a note of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from domain.addresses import Address
from domain.errors import DomainError
from domain.taxes import single
from domain.texts import CODE, NAME, check_text
from importers.drafts import Draft
from importers.faults import Fault, UnusableFile
from importers.platforms.woocommerce.cells import Reading
from importers.platforms.woocommerce.history import history_of
from importers.platforms.woocommerce.money import Item, Pricing
from importers.platforms.woocommerce.packed import plain, read_line
from importers.profile import Choices, ReadAs, content_hash, currency_of, same_in_all
from importers.reading.amounts import read_whole
from importers.reading.cells import CellFormat, Cells, Columns
from importers.reading.dates import DAY_FIRST
from importers.reading.grouping import Group, Heads, Key, in_sequence
from importers.reading.rows import Row

IDENTITY = ("order_id", "order_number")
ALIKE = ("order_currency", "order_total", "status", "order_date")
PACKED_CELL: ReadAs = "packed"
PACKED = re.compile(r"line_item_\d{1,4}", re.ASCII)
VAT_COLUMNS = ("vat_number", "billing_vat", "billing_vat_number", "_billing_vat_number", "billing_eu_vat_number")
AMOUNTS = ("order_total", "order_subtotal", "tax_total", "shipping_total", "item_total", "item_subtotal")

# Columns that other shops' exports do not have.
TELLING = frozenset({
    "item_product_id", "item_subtotal_tax", "wt_import_key", "order_key", "shipping_tax_total", "fee_tax_total",
    "customer_user", "billing_first_name", "shipping_first_name", "payment_method_title", "tax_items", "shipping_items",
    "fee_items", "coupon_items", "refund_items", "order_notes", "download_permissions", "customer_user_agent",
})  # fmt: skip

ADDRESS = {
    "name": "first_name", "company": "company", "line1": "address_1", "line2": "address_2", "postcode": "postcode",
    "city": "city", "region": "state", "country": "country", "phone": "phone",
}  # fmt: skip
COLUMNS = {
    "source": "order_id",
    "payment_method": "payment_method",
    "reference": "transaction_id",
    "shipping_method": "shipping_method",
    "billing_address/email": "billing_email",
    **{
        f"{kind}_address/{part}": f"{kind}_{column}"
        for kind in ("billing", "shipping")
        for part, column in ADDRESS.items()
    },
    "code": "coupon_items",
    "discount": "discount_total",
    "shipping_charge": "shipping_total",
    "text": "customer_note",
    "amount": "order_total",
    "past/imported/total": "order_total",
    "refund-above-paid": "refund_items",
    "created_at": "order_date",
    "paid_at": "paid_date",
    "shipped_at": "completed_date",
}
ROW_COLUMNS = {
    "items/sku": "item_sku", "items/name": "item_name", "items/quantity": "item_quantity",
    "items/unit_price": "item_subtotal", "items/discount": "item_total",
}  # fmt: skip

READS: dict[str, ReadAs] = {
    **dict.fromkeys(
        (
            *IDENTITY, "status", "order_currency", "payment_method", "payment_method_title", "transaction_id",
            "shipping_method", "item_name", "item_sku",
        ),
        "text",
    ),
    **dict.fromkeys(("order_date", "paid_date", "completed_date"), "date"),
    **dict.fromkeys(
        (
            "shipping_total", "shipping_tax_total", "fee_total", "fee_tax_total", "tax_total", "cart_discount",
            "discount_total", "order_total", "item_subtotal", "item_total", "item_total_tax", "item_refunded",
        ),
        "amount",
    ),
    **dict.fromkeys(
        (
            *(f"{kind}_{part}" for kind in ("billing", "shipping") for part in (
                "first_name", "last_name", "company", "address_1", "address_2", "postcode", "city", "state", "phone"
            )),
            "customer_id", "customer_email", "billing_email", "customer_note", "order_notes", *VAT_COLUMNS,
        ),
        "person",
    ),
    "billing_country": "country",
    "shipping_country": "country",
    "item_quantity": "quantity",
    **dict.fromkeys(("tax_items", "fee_items", "coupon_items", "refund_items"), "packed"),
}  # fmt: skip


def spelling(name: str) -> str:
    """The exporter's own spelling of a column's name, whatever its capitals."""
    small = name.lower()
    return small if small in READS or small in TELLING or PACKED.fullmatch(small) else name


class WooCommerce:
    """The profile of WebToffee's export of WooCommerce orders, packed or with a row per line."""

    name = "woocommerce"
    source = "woocommerce"
    decimal = ""  # the shop's own sign
    dates = DAY_FIRST  # with hyphens; any other form must be proved
    heads: Heads | None = None

    def __init__(self, headers: Sequence[tuple[str, ...]], choices: Choices) -> None:
        header = headers[0]
        if choices.zone is None:
            raise UnusableFile("WooCommerce's times tell no zone: say the shop's, like --timezone Europe/Paris.")
        self._columns = Columns(header)
        self._packed = sorted((name for name in header if PACKED.fullmatch(name)), key=_place)
        self._identity = next(name for name in IDENTITY if name in header)
        self._columns.require(self._identity, "order_date", *self._packed)
        self._choices = choices
        self._reading = Reading(
            decimal=choices.decimal, dates=choices.dates, years_from=choices.years_from, zone=choices.zone
        )
        self._identity_at = self._columns.index[self._identity]
        self.follows: Key | None = self._key
        number = "order_number" if "order_number" in header else self._identity
        self.reads = READS | dict.fromkeys(self._packed, PACKED_CELL)
        self.columns = COLUMNS | {"number": number} | ({} if self._packed else ROW_COLUMNS)

    @classmethod
    def claims(cls, headers: Sequence[tuple[str, ...]]) -> bool:
        """Whether this is the header of such a file."""
        if len(headers) != 1 or "order_date" not in headers[0] or not any(name in headers[0] for name in IDENTITY):
            return False
        lines = any(PACKED.fullmatch(name) for name in headers[0]) or {"item_name", "item_quantity"} <= set(headers[0])
        return len(TELLING & set(headers[0])) >= (1 if lines else 3)

    def groups(self, rows: Iterable[Row]) -> Iterator[Group]:
        """The rows of each order, which follow each other."""
        return in_sequence(rows, self._key)

    def draft(self, group: Group) -> Draft:
        """The order that the rows tell."""
        rows = [Cells(row, self._columns, CellFormat()) for row in group.rows]
        if self._packed and len(rows) > 1:
            message = "Two rows that follow each other tell of one order, or this row names none."
            fix = "Leave one row of the order, with all of its lines."
            raise Fault("duplicate-order", message, column=self._identity, fix=fix, line=rows[1].line)
        if len(rows) > 1:
            same_in_all(rows, ALIKE, "order_currency")
        reading = self._reading.proved_by(row.text(column) for row in rows for column in AMOUNTS)
        items = _items(rows, self._packed, reading)
        try:
            return self._draft(group, rows, items, reading)
        except Fault as fault:
            raise fault.at(rows[0].line) from None

    def _key(self, cells: Sequence[str]) -> str:
        return cells[self._identity_at].strip() if self._identity_at < len(cells) else ""

    def _draft(self, group: Group, rows: Sequence[Cells], items: Sequence[Item], reading: Reading) -> Draft:
        heading = rows[0]
        currency = currency_of(heading, "order_currency", self._choices.currency)
        created_at = reading.required_instant(heading.required("order_date"), "order_date")
        money = Pricing(heading, reading, currency).money(items)
        told = history_of(heading, items, self._columns, reading, currency, unplaced_coupons=money.unplaced)
        shipping_method = plain(heading.text("shipping_method"))
        return Draft(
            number=heading.text("order_number") or group.key,
            external_id=group.key,
            content_hash=content_hash(group, self._columns),
            line=heading.line,
            created_at=created_at,
            currency=currency,
            lines=money.lines,
            stage=told.stage,
            total=money.total,
            tax=money.tax,
            prices_include_tax=False,
            discount=money.discount,
            coupons=money.coupons,
            shipping_charge=money.shipping_charge,
            shipping_taxes=single(money.shipping_tax_rate),
            shipping_method=shipping_method,
            payment_method=plain(heading.text("payment_method") or heading.text("payment_method_title")),
            payment=told.payment,
            fully_refunded=told.fully_refunded,
            refunded=told.refunded,
            refunds=told.refunds,
            parcel=told.parcel,
            ended_at=told.ended_at,
            customer_id=_customer(heading),
            customer_name=_name(heading, "billing"),
            billing=_address(heading, "billing"),
            shipping=_address(heading, "shipping"),
            notes=told.notes,
            remarks=told.remarks,
        )


def _place(column: str) -> int:
    return int(column.rpartition("_")[2])


def _items(rows: Iterable[Cells], packed: Sequence[str], reading: Reading) -> list[Item]:
    """The line items of the rows, each of them checked under its own column."""
    found = []
    for row in rows:
        try:
            if packed:
                found += [_packed(row, column, reading) for column in packed if row.text(column)]
            elif item := _of_row(row, reading):
                found.append(item)
        except Fault as fault:
            raise fault.at(row.line) from None
    return found


def _packed(row: Cells, column: str, reading: Reading) -> Item:
    told = read_line(row.lines(column))
    if not told.get("name") and not told.get("sku"):
        fix = "Write it like name:Cup|product_id:7|sku:C-1|quantity:1|total:5.00|sub_total:5.00."
        raise Fault("not-a-line-item", "This is no packed line item.", column=column, fix=fix)
    tax = told.get("tax") or told.get("total_tax") or ""
    item = Item(
        line=row.line,
        sku=told.get("sku", ""),
        name=told.get("name") or told.get("sku", ""),
        quantity=_quantity(told.get("quantity") or "1", column),
        subtotal=reading.amount(told.get("sub_total", ""), column),
        total=reading.amount(told.get("total", ""), column),
        tax=reading.amount(tax, column),
        refunded=reading.amount(told.get("refunded", ""), column),
    )
    return _checked(item, column, column)


def _of_row(row: Cells, reading: Reading) -> Item | None:
    """The row's line item; a row that names none tells only of the order."""
    name, sku = plain(row.text("item_name")), plain(row.text("item_sku"))
    if not name and not sku and not row.text("item_quantity"):
        return None
    item = Item(
        line=row.line,
        sku=sku,
        name=name or sku,
        quantity=_quantity(row.required("item_quantity"), "item_quantity"),
        subtotal=reading.amount(row.text("item_subtotal"), "item_subtotal"),
        total=reading.amount(row.text("item_total"), "item_total"),
        tax=reading.amount(row.text("item_total_tax"), "item_total_tax"),
        refunded=reading.amount(row.text("item_refunded"), "item_refunded"),
    )
    return _checked(item, "item_name", "item_sku")


def _quantity(text: str, column: str) -> int:
    quantity = read_whole(text, column)
    if quantity < 1:
        message, fix = "A line sells at least one unit.", "Write a whole number from 1."
        raise Fault("quantity-out-of-bounds", message, column=column, fix=fix)
    return quantity


def _checked(item: Item, named: str, coded: str) -> Item:
    """The item, unless its texts or amounts cannot be; told under the columns that hold them."""
    for text, limit, column, required in ((item.name, NAME, named, True), (item.sku, CODE, coded, False)):
        try:
            check_text(text, limit, "", required=required)
        except DomainError as error:
            raise Fault(error.code, str(error), column=column) from None
    for amount in (item.subtotal, item.total):
        if amount is not None and amount < Decimal(0):
            message, fix = "A line costs nothing or more.", "Refunds belong into refund_items or item_refunded."
            raise Fault("amount-out-of-bounds", message, column=named, fix=fix)
    return item


def _customer(heading: Cells) -> str:
    """The customer's number in the shop; 0 is a guest."""
    number = heading.text("customer_id")
    return "" if number == "0" else number


def _name(heading: Cells, kind: str) -> str:
    parts = (heading.text(f"{kind}_first_name"), heading.text(f"{kind}_last_name"))
    return plain(" ".join(part for part in parts if part))


def _address(heading: Cells, kind: str) -> Address:
    """The billing or shipping address, with its state's code as the region."""
    billing = kind == "billing"
    vat = next((text for column in VAT_COLUMNS if (text := heading.text(column))), "")
    return Address(
        name=_name(heading, kind),
        company=plain(heading.text(f"{kind}_company")),
        line1=plain(heading.text(f"{kind}_address_1")),
        line2=plain(heading.text(f"{kind}_address_2")),
        postcode=heading.text(f"{kind}_postcode").removeprefix("'"),
        city=plain(heading.text(f"{kind}_city")),
        region=heading.text(f"{kind}_state"),
        country=heading.country(f"{kind}_country"),
        phone=heading.text(f"{kind}_phone").removeprefix("'"),
        email=heading.text("billing_email") or heading.text("customer_email") if billing else "",
        vat_number=vat if billing else "",
    )

"""Big Cartel's CSV of orders: a row per order, its items packed into one cell.

`Number` is the order's number and identity; `Date` and `Time` are the shop's own. `Items` holds a product after the
other, with `;` between, each as `product_name:Cup|product_option_name:Blue|quantity:2|price:5.0|total:10.0`. Taxes
come on top.

| payment status       | money         |   | shipping status | goods |
|----------------------|---------------|---|-----------------|-------|
| completed, paid      | paid          |   | shipped         | sent  |
| pending, incomplete  | none          |   | unshipped       | none  |
| refunded             | paid and back |   |                 |       |
"""

from __future__ import annotations

from collections.abc import Sequence

from importers.faults import Fault
from importers.layouts.layout import Layout, Standing, address
from importers.layouts.lines import Line
from importers.layouts.told import Told
from importers.reading.amounts import read_amount, read_whole

STATUSES = {
    "completed": Standing(paid="paid"),
    "paid": Standing(paid="paid"),
    "pending": Standing(paid="unpaid"),
    "incomplete": Standing(paid="unpaid"),
    "refunded": Standing(paid="refunded"),
    "shipped": Standing(sent="all"),
    "unshipped": Standing(sent="none"),
}


def _lines(told: Told) -> Sequence[Line]:
    """The products of the packed cell."""
    column = told.column("items")
    return [_line(told.line, item, column) for item in told.paragraph("items").split(";") if item.strip()]


def _line(row: int, item: str, column: str) -> Line:
    values = {key.strip(): value.strip() for part in item.split("|") for key, _, value in (part.partition(":"),)}
    name = values.get("product_name", "")
    if not name:
        fix = "Write it like product_name:Cup|quantity:2|price:5.0|total:10.0."
        raise Fault("not-a-line-item", "This is no packed item.", column=column, fix=fix, line=row)
    option = values.get("product_option_name", "")
    return Line(
        line=row,
        sku=values.get("product_sku", ""),
        name=f"{name} ({option})" if option else name,
        quantity=read_whole(values.get("quantity") or "1", column),
        unit_price=read_amount(values["price"], ".", column) if values.get("price") else None,
    )


ORDERS = Layout(
    name="bigcartel-orders",
    source="bigcartel",
    fields={
        "number": ("number",),
        "created_at": ("date",),
        "time": ("time",),
        "customer_first_name": ("buyer first name",),
        "customer_last_name": ("buyer last name",),
        "customer_email": ("buyer email",),
        "customer_phone": ("buyer phone number",),
        "payment_status": ("payment status", "status"),
        "fulfilment_status": ("shipping status",),
        "items": ("items",),
        "subtotal": ("item total",),
        "total": ("total price",),
        "shipping_charge": ("total shipping",),
        "tax": ("total tax",),
        "discount": ("total discount",),
        "coupon": ("discount code",),
        "currency": ("currency",),
        "note": ("note",),
        "private_note": ("private notes",),
        "payment_method": ("payment method",),
        "payment_reference": ("transaction id",),
        **address("shipping", {
            "name": "shipping name", "line1": "shipping address 1", "line2": "shipping address 2",
            "city": "shipping city", "region": "shipping state", "postcode": "shipping zip",
            "country": "shipping country",
        }),
    },
    needed=("number", "created_at", "items", "total", "customer_email"),
    ignored=("item count", "buyer opted in to marketing", "status", "checkout", "shipping country code"),
    statuses=STATUSES,
    taxes="on top",
    lines=_lines,
)  # fmt: skip

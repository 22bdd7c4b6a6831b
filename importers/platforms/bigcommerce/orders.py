"""BigCommerce's default export of orders: a row per order, its products packed into one cell.

`Order ID` is the order's number and identity. `Product Details` holds a product after the other, with `|` between, each
as `Product ID: 1, Product Qty: 2, Product SKU: C-1, Product Name: Cup, ... Product Unit Price: 5.00`. Totals are those
with tax. Dates are month-first, and the shop's own.

| status                                                             | stage      | money             |
|--------------------------------------------------------------------|------------|-------------------|
| Pending, Incomplete, Awaiting Payment                              | pending    | none              |
| Manual Verification Required, Disputed                             | on_hold    | none              |
| Awaiting Fulfillment, Awaiting Shipment, Awaiting Pickup           | processing | paid              |
| Partially Shipped                                                  | processing | paid              |
| Shipped                                                            | shipped    | paid              |
| Completed                                                          | completed  | paid              |
| Partially Refunded                                                 | completed  | paid, part back   |
| Refunded                                                           | cancelled  | paid and back     |
| Cancelled, Declined                                                | cancelled  | none              |
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from domain.statuses import CANCELLED, COMPLETED, ON_HOLD, PENDING, PROCESSING, SHIPPED
from importers.faults import Fault
from importers.layouts.layout import Layout, Standing, address
from importers.layouts.lines import Line
from importers.layouts.told import Told
from importers.reading.amounts import read_amount, read_whole
from importers.reading.dates import MONTH_FIRST

_KEY = re.compile(
    r"(?:^|, )Product (ID|Qty|SKU|Name|Weight|Variation Details|Unit Price|Total Price|Total Tax|Discount|Options): ?"
)
_PRODUCT = re.compile(r"\s*\|\s*(?=Product ID:)")

STATUSES = {
    "pending": Standing(PENDING, "unpaid"),
    "incomplete": Standing(PENDING, "unpaid"),
    "awaiting payment": Standing(PENDING, "unpaid"),
    "manual verification required": Standing(ON_HOLD),
    "disputed": Standing(ON_HOLD),
    "awaiting fulfillment": Standing(PROCESSING, "paid"),
    "awaiting shipment": Standing(PROCESSING, "paid"),
    "awaiting pickup": Standing(PROCESSING, "paid"),
    "partially shipped": Standing(PROCESSING, "paid", "partly"),
    "shipped": Standing(SHIPPED, "paid", "all"),
    "completed": Standing(COMPLETED, "paid", "all"),
    "partially refunded": Standing(COMPLETED, "partly-refunded", "all"),
    "refunded": Standing(CANCELLED, "refunded"),
    "cancelled": Standing(CANCELLED, "unpaid"),
    "declined": Standing(CANCELLED, "unpaid"),
}


def _lines(told: Told) -> Sequence[Line]:
    """The products of the packed cell."""
    column = told.column("details")
    packed = told.paragraph("details").strip("| \n")
    return [_line(told.line, product, column) for product in _PRODUCT.split(packed) if product.strip()]


def _line(row: int, product: str, column: str) -> Line:
    parts = _KEY.split(product.strip())
    values = dict(zip(parts[1::2], (value.strip(" ,") for value in parts[2::2]), strict=True))
    sku, name = values.get("SKU", ""), values.get("Name", "")
    if not (name or sku):
        fix = "Write it like Product ID: 1, Product Qty: 2, Product Name: Cup, Product Unit Price: 5.00."
        raise Fault("not-a-line-item", "This is no packed product.", column=column, fix=fix, line=row)
    price = values.get("Unit Price", "")
    return Line(
        line=row,
        sku=sku,
        name=name or sku,
        quantity=read_whole(values.get("Qty") or "1", column),
        unit_price=read_amount(price, ".", column) if price else None,
    )


def _address(kind: str) -> dict[str, tuple[str, ...]]:
    return address(kind, {
        "name": f"{kind} name", "first_name": f"{kind} first name", "last_name": f"{kind} last name",
        "company": f"{kind} company", "line1": f"{kind} street 1", "line2": f"{kind} street 2",
        "city": f"{kind} suburb", "region": f"{kind} state", "postcode": f"{kind} zip", "country": f"{kind} country",
        "phone": f"{kind} phone", "email": f"{kind} email",
    })  # fmt: skip


ORDERS = Layout(
    name="bigcommerce-orders",
    source="bigcommerce",
    fields={
        "number": ("order id",),
        "created_at": ("order date",),
        "time": ("order time",),
        "customer_id": ("customer id",),
        "customer_name": ("customer name",),
        "customer_email": ("customer email",),
        "customer_phone": ("customer phone",),
        "status": ("order status",),
        "subtotal": ("subtotal (inc tax)",),
        "tax": ("tax total",),
        "shipping_charge": ("shipping cost (inc tax)",),
        "discount": ("coupon value", "coupon discount"),
        "total": ("order total (inc tax)",),
        "refunded": ("refund amount",),
        "shipping_method": ("ship method",),
        "payment_method": ("payment method",),
        "currency": ("order currency code",),
        "shipped_at": ("date shipped",),
        "note": ("customer message",),
        "private_note": ("order notes",),
        "channel": ("channel name",),
        "details": ("product details",),
        **_address("billing"),
        **_address("shipping"),
    },
    needed=("number", "created_at", "status", "total", "details"),
    charges={"handling cost (inc tax)": "Handling"},
    noted=("coupon details", "gift certificate code", "store credit redeemed", "gift certificate amount redeemed"),
    ignored=(
        "subtotal (ex tax)", "shipping cost (ex tax)", "handling cost (ex tax)", "order total (ex tax)",
        "gift certificate expiration date", "total quantity", "total shipped", "exchange rate", "channel id",
        "combined product weight", "customer group name", "customer group id", "order source", "todays date",
        "billing state abbreviation", "shipping state abbreviation", "peachtree tax total", "peachtree line discount",
        "unique shipping options",
    ),
    statuses=STATUSES,
    taxes="included",
    dates=MONTH_FIRST,
    lines=_lines,
)  # fmt: skip

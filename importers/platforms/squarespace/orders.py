"""Squarespace's CSV of orders: a row per line, what concerns the order on its first.

`Order ID` is the order's number and identity. Times tell their offset. `Amount Refunded` went back.

| Financial Status     | money           |   | Fulfillment Status | goods     |
|----------------------|-----------------|---|--------------------|-----------|
| PAID                 | paid            |   | FULFILLED          | sent      |
| PENDING, UNPAID      | none            |   | PENDING            | none      |
| PARTIALLY_REFUNDED   | paid, part back |   | CANCELED           | cancelled |
| REFUNDED             | paid and back   |   |                    |           |
"""

from __future__ import annotations

from datetime import UTC

from domain.statuses import CANCELLED
from importers.layouts.layout import Layout, Standing, address

STATUSES = {
    "paid": Standing(paid="paid"),
    "unpaid": Standing(paid="unpaid"),
    "authorized": Standing(paid="authorized"),
    "partially refunded": Standing(paid="partly-refunded"),
    "refunded": Standing(paid="refunded"),
    "fulfilled": Standing(sent="all"),
    "unfulfilled": Standing(sent="none"),
    "partially fulfilled": Standing(sent="partly"),
    "pending": Standing(),
    "canceled": Standing(CANCELLED),
    "cancelled": Standing(CANCELLED),
}


def _address(kind: str) -> dict[str, tuple[str, ...]]:
    return address(kind, {
        "name": f"{kind} name", "line1": f"{kind} address1", "line2": f"{kind} address2", "postcode": f"{kind} zip",
        "city": f"{kind} city", "region": f"{kind} province", "country": f"{kind} country", "phone": f"{kind} phone",
    })  # fmt: skip


ORDERS = Layout(
    name="squarespace-orders",
    source="squarespace",
    fields={
        "number": ("order id",),
        "created_at": ("created at",),
        "customer_email": ("email",),
        "payment_status": ("financial status",),
        "paid_at": ("paid at",),
        "fulfilment_status": ("fulfillment status",),
        "shipped_at": ("fulfilled at",),
        "cancelled_at": ("cancelled at",),
        "currency": ("currency",),
        "subtotal": ("subtotal",),
        "shipping_charge": ("shipping",),
        "tax": ("taxes",),
        "refunded": ("amount refunded",),
        "total": ("total",),
        "coupon": ("discount code",),
        "discount": ("discount amount",),
        "shipping_method": ("shipping method",),
        "quantity": ("lineitem quantity",),
        "name": ("lineitem name",),
        "option": ("lineitem variant",),
        "unit_price": ("lineitem price",),
        "sku": ("lineitem sku",),
        "private_note": ("private notes",),
        "channel": ("channel name", "channel type"),
        "payment_method": ("payment method",),
        "payment_reference": ("payment reference",),
        **_address("billing"),
        **_address("shipping"),
    },
    needed=("number", "created_at", "payment_status", "quantity", "name", "total"),
    noted=("channel order number", "lineitem variant"),
    ignored=("lineitem requires shipping", "lineitem taxable", "lineitem fulfillment status", "channel type"),
    statuses=STATUSES,
    zone=UTC,
)  # fmt: skip

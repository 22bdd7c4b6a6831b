"""Wix's CSV of orders: a row per line, on which everything of the order is repeated.

`Order number` is the order's number and identity; `Date created` (`Dec 8, 2024`) and `Time` (`9:15:51 AM`) are the
site's own, whose zone is asked for. `Shipping rate` and the amounts beside it are those of the order; whether prices
hold the tax, its total proves. `Refunded amount` went back.

| payment status        | money             |   | fulfilment status   | goods        |
|-----------------------|-------------------|---|---------------------|--------------|
| Paid                  | paid              |   | Fulfilled           | sent         |
| Unpaid, Pending       | none              |   | Partially fulfilled | sent in part |
| Authorized            | authorised        |   | Unfulfilled         | none         |
| Partially paid        | amount unknown    |   | Canceled            | cancelled    |
| Partially refunded    | paid, part back   |   |                     |              |
| Refunded, fully refunded | paid and back  |   |                     |              |
"""

from __future__ import annotations

from domain.statuses import CANCELLED
from importers.layouts.layout import Layout, Standing, address

STATUSES = {
    "paid": Standing(paid="paid"),
    "unpaid": Standing(paid="unpaid"),
    "not paid": Standing(paid="unpaid"),
    "pending": Standing(paid="unpaid"),
    "authorized": Standing(paid="authorized"),
    "partially paid": Standing(paid="partly"),
    "partially refunded": Standing(paid="partly-refunded"),
    "fully refunded": Standing(paid="refunded"),
    "refunded": Standing(paid="refunded"),
    "fulfilled": Standing(sent="all"),
    "partially fulfilled": Standing(sent="partly"),
    "unfulfilled": Standing(sent="none"),
    "not fulfilled": Standing(sent="none"),
    "canceled": Standing(CANCELLED),
    "cancelled": Standing(CANCELLED),
}


def _address(kind: str, name: str) -> dict[str, tuple[str, ...]]:
    return address("shipping" if kind == "delivery" else "billing", {
        "name": f"{name} name", "phone": f"{name} phone", "company": f"{name} company name",
        "line1": f"{kind} address", "postcode": (f"{kind} zip/postal code", f"{kind} zip code"),
        "city": f"{kind} city", "region": (f"{kind} state name", f"{kind} state"), "country": f"{kind} country",
    })  # fmt: skip


ORDERS = Layout(
    name="wix-orders",
    source="wix",
    fields={
        "number": ("order number", "order #"),
        "created_at": ("date created", "date"),
        "time": ("time",),
        "customer_email": ("contact email", "billing email"),
        "note": ("note from customer",),
        "name": ("item", "item name"),
        "option": ("variant", "item variant"),
        "sku": ("sku",),
        "quantity": ("qty", "quantity"),
        "unit_price": ("price", "item price"),
        "shipping_method": ("delivery method", "shipping label"),
        "payment_status": ("payment status",),
        "payment_method": ("payment method",),
        "coupon": ("coupon code",),
        "discount": ("discount", "discount amount", "total discount"),
        "shipping_charge": ("shipping rate", "shipping"),
        "tax": ("total tax", "tax"),
        "total": ("total",),
        "currency": ("currency",),
        "refunded": ("refunded amount",),
        "fulfilment_status": ("fulfillment status",),
        "tracking_code": ("tracking number",),
        "carrier": ("fulfillment service",),
        **_address("delivery", "recipient"),
        **_address("billing", "billing"),
    },
    needed=("number", "created_at", "name", "quantity", "total", "payment_status", "fulfilment_status"),
    charges={"additional fees": "Additional fees"},
    noted=("additional checkout info", "custom text", "gift card amount", "delivery time", "fulfill by"),
    ignored=(
        "total order quantity", "quantity refunded", "weight", "deposit amount", "delivery state", "billing state",
        "net amount", "shipping label",
    ),
    statuses=STATUSES,
    scattered=True,
)  # fmt: skip

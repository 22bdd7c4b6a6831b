"""Etsy's sold orders (a row per order, without lines) and sold order items (a row per line); dates are month-first.

`Order ID` is the order's number and identity in both. The total of the sold orders is `Order Total`: the value less
discounts, with shipping and sales tax. The items tell no total: it is their prices less discounts, `Order Shipping` and
`Order Sales Tax`, which stand on the first item of an order. Etsy takes the money at the sale: orders of the sold
orders are paid, those of the items where `Date Paid` says so. `Date Shipped` is a parcel.

| status             | stage                    | money             |
|--------------------|--------------------------|-------------------|
| none, paid         | by what was shipped      | paid              |
| completed, shipped | completed                | paid              |
| canceled           | cancelled                | none              |
| refunded           | by what was shipped      | paid and back     |
| partially refunded | by what was shipped      | paid, part back   |
"""

from __future__ import annotations

from msgspec.structs import replace

from domain.statuses import CANCELLED, COMPLETED
from importers.drafts import Draft, DraftRefund
from importers.layouts.layout import Layout, Standing, address
from importers.layouts.told import Told
from importers.reading.dates import MONTH_FIRST

STATUSES = {
    "paid": Standing(paid="paid"),
    "completed": Standing(COMPLETED, "paid"),
    "shipped": Standing(COMPLETED, "paid"),
    "canceled": Standing(CANCELLED, "unpaid"),
    "cancelled": Standing(CANCELLED, "unpaid"),
    "refunded": Standing(paid="refunded"),
    "partially refunded": Standing(paid="partly-refunded"),
}


def _adjusted(draft: Draft, told: Told) -> Draft:
    """A total that Etsy adjusted says what went back of the one that was paid."""
    adjusted = told.minor("adjusted", draft.currency) or 0
    if draft.total is None or draft.refunds or draft.fully_refunded or not 0 < adjusted < draft.total:
        return draft
    return replace(draft, refunds=(DraftRefund(amount=draft.total - adjusted),))


ORDERS = Layout(
    name="etsy-orders",
    source="etsy",
    fields={
        "number": ("order id",),
        "created_at": ("sale date",),
        "customer_id": ("buyer user id", "buyer"),
        "customer_name": ("full name",),
        "payment_method": ("payment method",),
        "shipped_at": ("date shipped",),
        "currency": ("currency",),
        "subtotal": ("order value",),
        "coupon": ("coupon code",),
        "discount": ("discount amount",),
        "shipping_discount": ("shipping discount",),
        "shipping_charge": ("shipping",),
        "tax": ("sales tax",),
        "total": ("order total",),
        "adjusted": ("adjusted order total",),
        "status": ("status",),
        **address("shipping", {
            "name": "full name", "line1": "street 1", "line2": "street 2", "city": "ship city", "region": "ship state",
            "postcode": "ship zipcode", "country": "ship country",
        }),
    },
    needed=("number", "created_at", "total", "subtotal"),
    noted=("sku", "coupon details", "order type", "payment type", "inperson location"),
    ignored=(
        "buyer", "first name", "last name", "number of items", "card processing fees", "order net",
        "adjusted card processing fees", "adjusted net order amount", "inperson discount",
    ),
    statuses=STATUSES,
    otherwise=Standing(paid="paid"),
    taxes="on top",
    dates=MONTH_FIRST,
    amend=_adjusted,
)  # fmt: skip

ITEMS = Layout(
    name="etsy-order-items",
    source="etsy",
    fields={
        "number": ("order id",),
        "created_at": ("sale date",),
        "name": ("item name",),
        "customer_id": ("buyer",),
        "customer_name": ("ship name",),
        "quantity": ("quantity",),
        "unit_price": ("price",),
        "line_discount": ("discount amount",),
        "shipping_discount": ("shipping discount",),
        "shipping_charge": ("order shipping", "shipping"),
        "tax": ("order sales tax",),
        "currency": ("currency",),
        "paid_at": ("date paid",),
        "shipped_at": ("date shipped",),
        "option": ("variations",),
        "sku": ("sku",),
        "payment_method": ("payment type",),
        **address("shipping", {
            "name": "ship name", "line1": "ship address1", "line2": "ship address2", "city": "ship city",
            "region": "ship state", "postcode": "ship zipcode", "country": "ship country",
        }),
    },
    needed=("number", "created_at", "name", "quantity", "unit_price", "shipping_charge"),
    noted=("coupon code", "coupon details", "inperson location"),
    ignored=(
        "item total", "transaction id", "listing id", "order type", "listings type", "inperson discount",
        "vat paid by buyer",
    ),
    sums=frozenset({"shipping_charge", "shipping_discount", "tax"}),
    taxes="on top",
    dates=MONTH_FIRST,
    scattered=True,
)  # fmt: skip

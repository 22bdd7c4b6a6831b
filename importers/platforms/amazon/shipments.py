"""Amazon's fulfilled shipments: tab separated, a row per line that left, wherever in the file an order's rows stand.

`amazon-order-id` is the order's number and identity. `item-price` is that of the whole line, promotions are told below
nothing; sales taxes come on top in the shops of the Americas, in all others prices hold them. The total is what the
columns come to. What is listed was paid at `payments-date` and left at `shipment-date`.
"""

from __future__ import annotations

from datetime import UTC

from domain.statuses import SHIPPED
from importers.layouts.layout import Layout, Standing, TaxForm, address
from importers.layouts.told import Told
from importers.platforms.amazon.terms import METHOD, ON_TOP


def taxes_of(told: Told, currency: str) -> TaxForm:
    """Whether the shop's prices hold the tax."""
    return "on top" if currency in ON_TOP else "included"


SHIPMENTS = Layout(
    name="amazon-shipments",
    source="amazon",
    fields={
        "number": ("amazon-order-id",),
        "created_at": ("purchase-date",),
        "paid_at": ("payments-date",),
        "shipped_at": ("shipment-date",),
        "customer_name": ("buyer-name",),
        "customer_email": ("buyer-email",),
        "customer_phone": ("buyer-phone-number",),
        "sku": ("sku",),
        "name": ("product-name",),
        "quantity": ("quantity-shipped",),
        "currency": ("currency",),
        "line_gross": ("item-price",),
        "line_discount": ("item-promotion-discount",),
        "line_tax": ("item-tax",),
        "shipping_charge": ("shipping-price",),
        "shipping_tax": ("shipping-tax",),
        "shipping_discount": ("ship-promotion-discount",),
        "shipping_method": ("ship-service-level",),
        "carrier": ("carrier",),
        "tracking_code": ("tracking-number",),
        "channel": ("sales-channel",),
        **address("billing", {
            "line1": "bill-address-1", "line2": "bill-address-2", "city": "bill-city", "region": "bill-state",
            "postcode": "bill-postal-code", "country": "bill-country",
        }),
        **address("shipping", {
            "name": "recipient-name", "line1": "ship-address-1", "line2": "ship-address-2", "city": "ship-city",
            "region": "ship-state", "postcode": "ship-postal-code", "country": "ship-country",
            "phone": "ship-phone-number",
        }),
    },
    needed=("number", "created_at", "quantity", "line_gross", "shipped_at"),
    charges={"gift-wrap-price": "Gift wrap"},
    noted=("merchant-order-id", "ship-address-3", "bill-address-3"),
    ignored=(
        "shipment-id", "shipment-item-id", "amazon-order-item-id", "merchant-order-item-id", "reporting-date",
        "gift-wrap-tax", "estimated-arrival-date", "fulfillment-center-id", "fulfillment-channel",
    ),
    sums=frozenset({"shipping_charge", "shipping_tax", "shipping_discount", "charge/gift-wrap-price"}),
    otherwise=Standing(SHIPPED, "paid", "all"),
    taxes_of=taxes_of,
    payment_method=METHOD,
    zone=UTC,
    scattered=True,
)  # fmt: skip

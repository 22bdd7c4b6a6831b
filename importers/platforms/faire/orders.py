"""Faire's CSV of orders: a row per product, on which the order is repeated; what a retailer pays is the wholesale
price.

`Order Number` is the order's number and identity. The file tells no total and no shipping: it is what the lines come
to. Faire pays the brand after it has shipped, so nothing here is paid. Dates are days alone, of the zone that is asked
for.

| status                           | stage      | goods |
|----------------------------------|------------|-------|
| New                              | pending    | none  |
| Processing, Pre transit          | processing | none  |
| In transit, Shipped              | shipped    | sent  |
| Delivered                        | completed  | sent  |
| Backordered                      | on_hold    | none  |
| Canceled, Cancelled              | cancelled  | none  |
"""

from __future__ import annotations

from domain.statuses import CANCELLED, COMPLETED, ON_HOLD, PENDING, PROCESSING, SHIPPED
from importers.layouts.layout import Layout, Standing, address

STATUSES = {
    "new": Standing(PENDING, sent="none"),
    "processing": Standing(PROCESSING, sent="none"),
    "pre transit": Standing(PROCESSING, sent="none"),
    "in transit": Standing(SHIPPED, sent="all"),
    "shipped": Standing(SHIPPED, sent="all"),
    "delivered": Standing(COMPLETED, sent="all"),
    "backordered": Standing(ON_HOLD, sent="none"),
    "canceled": Standing(CANCELLED, sent="none"),
    "cancelled": Standing(CANCELLED, sent="none"),
}

ORDERS = Layout(
    name="faire-orders",
    source="faire",
    fields={
        "number": ("order number",),
        "created_at": ("order date",),
        "customer_name": ("retailer name",),
        "name": ("product name",),
        "sku": ("sku",),
        "status": ("status",),
        "quantity": ("quantity",),
        "unit_price": ("wholesale price",),
        "shipped_at": ("ship date",),
        "note": ("notes",),
        "currency": ("currency",),
        **address("shipping", {
            "name": "retailer name", "line1": "address 1", "line2": "address 2", "city": "city", "region": "state",
            "postcode": "zip code", "country": "country",
        }),
    },
    needed=("number", "created_at", "customer_name", "name", "quantity", "unit_price", "status"),
    noted=("purchase order number", "option name", "gtin"),
    ignored=("retail price", "scheduled order date"),
    statuses=STATUSES,
    scattered=True,
)  # fmt: skip

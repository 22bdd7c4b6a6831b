"""ERPNext's Sales Order, as its data export or a report writes it: a row per item, the order told on the first.

`ID` is the order's number and identity; `Company` is the seller, `Customer Name` the buyer. Prices are in the order's
currency and without tax, as is `Total`; columns in company currency are left aside. `Order Type` and `Series` are no
numbers. `Advance Paid` is what was paid; a bill is no payment.

| status                          | stage      | goods     |
|---------------------------------|------------|-----------|
| Draft                           | draft      | none      |
| On Hold                         | on_hold    | none      |
| To Deliver and Bill, To Pay     | processing | none      |
| To Deliver                      | processing | none      |
| To Bill                         | shipped    | sent      |
| Completed, Closed               | completed  | sent      |
| Cancelled                       | cancelled  | none      |
"""

from __future__ import annotations

from domain.statuses import CANCELLED, COMPLETED, DRAFT, ON_HOLD, PROCESSING, SHIPPED
from importers.layouts.layout import Layout, Standing, address

STATUSES = {
    "draft": Standing(DRAFT),
    "on hold": Standing(ON_HOLD),
    "to deliver and bill": Standing(PROCESSING),
    "to deliver": Standing(PROCESSING),
    "to pay": Standing(PROCESSING),
    "to bill": Standing(SHIPPED, sent="all"),
    "completed": Standing(COMPLETED, sent="all"),
    "closed": Standing(COMPLETED, sent="all"),
    "cancelled": Standing(CANCELLED),
}

ORDERS = Layout(
    name="erpnext-orders",
    source="erpnext",
    fields={
        "number": ("id", "name"),
        "created_at": ("date", "transaction date"),
        "customer_id": ("customer",),
        "customer_name": ("customer name", "customer"),
        "currency": ("currency",),
        "tax": ("total taxes and charges",),
        "discount": ("additional discount amount", "discount amount"),
        "total": ("grand total", "rounded total"),
        "paid": ("advance paid",),
        "status": ("status",),
        "sku": ("item code (items)", "items/item code"),
        "name": ("item name (items)", "items/item name", "item code (items)"),
        "quantity": ("quantity (items)", "qty (items)"),
        "unit_price": ("rate (items)",),
        "line_amount": ("amount (items)",),
        "customer_email": ("contact email",),
        "customer_phone": ("contact mobile no", "mobile no"),
        **address("billing", {"vat_number": "tax id"}),
    },
    needed=("number", "created_at", "customer_id", "total", "status", "sku", "quantity", "unit_price"),
    noted=("customer's purchase order", "uom (items)"),
    ignored=(
        "series", "order type", "delivery date", "company", "exchange rate", "price list", "total quantity",
        "total (company currency)", "total", "rounded total", "% delivered", "% amount billed",
        "grand total (company currency)", "delivery status", "billing status", "title",
    ),
    statuses=STATUSES,
    taxes="on top",
)  # fmt: skip

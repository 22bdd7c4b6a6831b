"""Square's items detail (a row per line) and transactions (a row per payment, without lines).

`Transaction ID` is the order's number and identity in both. A row whose `Event Type` is Refund gives back what it
tells, wherever it stands in the file; a refund of a sale of another file is refused, for nobody knows what was sold.
The goods of a till are gone when they are paid. Taxes come on top; the items tell no total, and no tip. Square names
its zones as `Eastern Time (US & Canada)`. `$` is that of several countries: `--currency` says which.
"""

from __future__ import annotations

from domain.statuses import COMPLETED
from importers.layouts.layout import Layout, Standing
from importers.layouts.told import Told

TILL = Standing(COMPLETED, "paid", "all")
ZONES = {
    "Eastern Time (US & Canada)": "America/New_York",
    "Central Time (US & Canada)": "America/Chicago",
    "Mountain Time (US & Canada)": "America/Denver",
    "Pacific Time (US & Canada)": "America/Los_Angeles",
    "Atlantic Time (Canada)": "America/Halifax",
    "Newfoundland": "America/St_Johns",
    "Arizona": "America/Phoenix",
    "Alaska": "America/Juneau",
    "Hawaii": "Pacific/Honolulu",
    "London": "Europe/London",
    "Dublin": "Europe/Dublin",
    "Paris": "Europe/Paris",
    "Madrid": "Europe/Madrid",
    "Sydney": "Australia/Sydney",
    "Melbourne": "Australia/Melbourne",
    "Brisbane": "Australia/Brisbane",
    "Adelaide": "Australia/Adelaide",
    "Perth": "Australia/Perth",
    "Tokyo": "Asia/Tokyo",
}


def _gives_back(row: Told) -> bool:
    return row.text("event").casefold() == "refund"


_SALE = {
    "number": ("transaction id",),
    "created_at": ("date",),
    "time": ("time",),
    "time_zone": ("time zone",),
    "event": ("event type",),
    "payment_reference": ("payment id",),
    "channel": ("location",),
    "customer_id": ("customer id",),
    "customer_name": ("customer name",),
}
_UNREAD = (
    "device name", "details", "dining option", "customer reference id", "category", "net sales", "commission",
    "channel", "token", "card brand", "pan suffix", "unit", "count", "gtin", "itemization type",
)  # fmt: skip

ITEMS = Layout(
    name="square-items",
    source="square",
    fields={
        **_SALE,
        "name": ("item",),
        "quantity": ("qty",),
        "sku": ("sku",),
        "line_gross": ("gross sales",),
        "line_discount": ("discounts",),
        "line_tax": ("tax",),
        "note": ("notes",),
        "operator": ("employee",),
    },
    needed=("number", "created_at", "time", "name", "quantity", "line_gross", "event"),
    noted=("price point name", "modifiers applied", "fulfillment note"),
    ignored=_UNREAD,
    otherwise=TILL,
    taxes="on top",
    zones=ZONES,
    scattered=True,
    repeats=True,
    returns=_gives_back,
)

TRANSACTIONS = Layout(
    name="square-transactions",
    source="square",
    fields={
        **_SALE,
        "subtotal": ("gross sales",),
        "tax": ("tax",),
        "total": ("total collected",),
        "discount": ("discounts",),
        "operator": ("staff name",),
        "payment_method": ("card brand",),
        "status": ("transaction status",),
    },
    needed=("number", "created_at", "time", "total", "subtotal", "event"),
    charges={"tip": "Tip", "service charges": "Service charge", "gift card sales": "Gift card"},
    sums=frozenset({"total", "tax", "discount", "charge/tip", "charge/service charges", "charge/gift card sales"}),
    noted=("description", "refund reason", "discount name", "other tender note", "tender note", "order reference id"),
    ignored=(
        *_UNREAD, "partial refunds", "source", "card", "card entry methods", "cash", "square gift card", "other tender",
        "other tender type", "fees", "net total", "staff id", "device nickname", "third party fees", "deposit id",
        "deposit date", "deposit details", "fee percentage rate", "fee fixed rate", "cash app", "fulfillment note",
        "free processing applied", "unattributed tips", "table info", "international fee",
    ),
    statuses={"complete": Standing(), "completed": Standing(), "pending": Standing(paid="authorized")},
    otherwise=TILL,
    taxes="on top",
    zones=ZONES,
    scattered=True,
    repeats=True,
    returns=_gives_back,
)  # fmt: skip

"""The grid of orders of Magento 2 and Adobe Commerce, as it is exported: a row per order, without lines.

`ID` is the order's number and identity. `Grand Total (Purchased)` is the total in the order's own currency, which the
file does not tell: `--currency` says it. `Grand Total (Base)`, `Subtotal` and `Shipping and Handling` are in the shop's
base currency, so that shipping counts only where both totals are the same. Times are the shop's: `--timezone`.

| status                                          | stage      | money             |
|-------------------------------------------------|------------|-------------------|
| pending, pending_payment, pending_paypal        | pending    | none              |
| payment_review, fraud, holded                   | on_hold    | none              |
| processing                                      | processing | paid              |
| complete                                        | completed  | paid              |
| closed                                          | cancelled  | paid and all back |
| canceled, paypal_canceled_reversal              | cancelled  | none              |
"""

from __future__ import annotations

from msgspec.structs import replace

from domain.statuses import CANCELLED, COMPLETED, ON_HOLD, PENDING, PROCESSING
from importers.drafts import Draft
from importers.layouts.layout import Layout, Standing, address
from importers.layouts.told import Told

CLOSED = Standing(CANCELLED, "refunded")
STATUSES = {
    "pending": Standing(PENDING, "unpaid"),
    "pending payment": Standing(PENDING, "unpaid"),
    "pending paypal": Standing(PENDING, "unpaid"),
    "payment review": Standing(ON_HOLD, "unpaid"),
    "suspected fraud": Standing(ON_HOLD, "unpaid"),
    "fraud": Standing(ON_HOLD, "unpaid"),
    "on hold": Standing(ON_HOLD, "unpaid"),
    "holded": Standing(ON_HOLD, "unpaid"),
    "processing": Standing(PROCESSING, "paid"),
    "complete": Standing(COMPLETED, "paid", "all"),
    "closed": CLOSED,
    "canceled": Standing(CANCELLED, "unpaid"),
    "paypal canceled reversal": Standing(CANCELLED, "unpaid"),
    "paypal reversed": Standing(ON_HOLD, "unpaid"),
}


def _in_own_currency(draft: Draft, told: Told) -> Draft:
    """A closed order gave back all that was paid; amounts in another currency than the order's are left out."""
    status = told.text("status").casefold()
    base = told.minor("base_total", draft.currency)
    same = base is None or base == draft.total
    closed = status == "closed"
    return replace(
        draft,
        shipping_charge=draft.shipping_charge if same else 0,
        fully_refunded=closed,
        refunds=() if closed or not same else draft.refunds,
    )


ORDERS_ADDRESSES = {
    **address("billing", {"name": "bill-to name", "line1": "billing address", "email": "customer email"}),
    **address("shipping", {"name": "ship-to name", "line1": "shipping address"}),
}

GRID = Layout(
    name="magento-grid",
    source="magento",
    fields={
        "number": ("id", "order #"),
        "created_at": ("purchase date", "purchased on"),
        "channel": ("purchase point", "purchased from (store)"),
        "base_total": ("grand total (base)", "g.t. (base)"),
        "total": ("grand total (purchased)", "g.t. (purchased)"),
        "status": ("status",),
        "shipping_method": ("shipping information",),
        "shipping_charge": ("shipping and handling",),
        "subtotal": ("subtotal",),
        "customer_name": ("customer name", "bill-to name", "bill to name"),
        "customer_email": ("customer email",),
        "payment_method": ("payment method",),
        "refunded": ("total refunded",),
        **ORDERS_ADDRESSES,
    },
    needed=("number", "created_at", "base_total", "total", "status"),
    noted=("pickup location code", "dispute state", "signifyd guarantee decision"),
    ignored=(
        "customer group", "allocated sources", "braintree transaction source", "company name", "action", "order type",
    ),
    statuses=STATUSES,
    amend=_in_own_currency,
)  # fmt: skip

"""Gumroad's CSV of sales: a row per purchase, in US dollars and UTC.

`Purchase ID` is the identity, `Order Number` the number where it stands there. Everything listed was paid. `Sale Price`
is what the buyer paid, with a tip; the tax is within it where `Tax Included in Price?` says so. A row whose first cell
is `Totals` is refused: it is no purchase.
"""

from __future__ import annotations

from datetime import UTC

from msgspec.structs import replace

from domain.statuses import COMPLETED
from importers.drafts import Draft
from importers.faults import Fault
from importers.layouts.layout import Layout, Standing, TaxForm, address
from importers.layouts.told import Told

YES = frozenset({"1", "true", "yes"})


def _taxes(told: Told, currency: str) -> TaxForm:
    return "included" if told.text("tax_included").casefold() in YES else "on top"


def _refunded(draft: Draft, told: Told) -> Draft:
    """A sale that was given back, wholly or in part."""
    if told.plain("number").casefold() == "totals" or draft.external_id.casefold() == "totals":
        message = "This row sums up the file and is no purchase."
        raise Fault("not-an-order", message, column=told.column("external_id"), fix="Leave it out.")
    return replace(draft, fully_refunded=told.text("fully_refunded").casefold() in YES and not draft.refunds)


SALES = Layout(
    name="gumroad-sales",
    source="gumroad",
    fields={
        "external_id": ("purchase id",),
        "number": ("order number", "purchase id"),
        "created_at": ("purchase time (utc timezone)", "purchase date"),
        "name": ("item name",),
        "option": ("variants",),
        "sku": ("sku id", "product id"),
        "quantity": ("quantity",),
        "line_gross": ("subtotal ($)",),
        "tax": ("taxes ($)",),
        "tax_included": ("tax included in price?",),
        "shipping_charge": ("shipping ($)",),
        "total": ("sale price ($)",),
        "refunded": ("partial refund ($)",),
        "fully_refunded": ("fully refunded?",),
        "customer_name": ("buyer name",),
        "customer_email": ("purchase email", "buyer email"),
        "coupon": ("discount code",),
        "payment_method": ("payment type",),
        "payment_reference": ("paypal transaction id", "stripe transaction id"),
        **address("shipping", {
            "name": "buyer name", "line1": "street address", "city": "city", "postcode": "zip code", "region": "state",
            "country": "country",
        }),
    },
    needed=("external_id", "created_at", "name", "total", "line_gross"),
    charges={"tip ($)": "Tip"},
    noted=("referrer", "disputed?", "license key", "custom fields", "giftee email", "recurrence", "discount code"),
    ignored=(
        "buyer email", "do not contact?", "purchase date", "fees ($)", "net total ($)", "refunded?", "dispute won?",
        "recurring charge?", "free trial purchase?", "pre-order authorization?", "product id",
        "pre-order authorization time (utc timezone)", "item price ($)", "variants price ($)", "affiliate",
        "affiliate commission ($)", "discover?", "subscription end date", "rating", "review", "paypal fee amount",
        "paypal fee currency", "stripe transaction id", "stripe fee amount", "stripe fee currency",
        "purchasing power parity discounted?", "upsold?", "sent abandoned cart email?", "utm source", "utm medium",
        "utm campaign", "utm term", "utm content", "tax type", "access revoked?",
    ),
    otherwise=Standing(COMPLETED, "paid", "all"),
    taxes_of=_taxes,
    zone=UTC,
    amend=_refunded,
)  # fmt: skip

"""What Amazon's words mean for an order, in its flat file as in its API files.

| status                                                         | stage      | money               | remark          |
|----------------------------------------------------------------|------------|---------------------|-----------------|
| Pending, Pending - ..., PendingAvailability                    | pending    | none                | if not Pending  |
| Unshipped                                                      | processing | authorised (remark) |                 |
| PartiallyShipped, Partially Shipped                            | processing | paid, amount unknown| partly-shipped  |
| Shipped                                                        | shipped    | paid                |                 |
| Shipping, InvoiceUnconfirmed, Shipped - any other              | shipped    | paid                | the status      |
| Complete, Shipped - Delivered to Buyer, Shipped - Picked Up    | completed  | paid                |                 |
| Unfulfillable                                                  | on_hold    | none                | the status      |
| Canceled, Cancelled                                            | cancelled  | none                |                 |

Amazon takes the money when it ships. Sales taxes come on top in the shops of the Americas; in all others prices hold
the tax. An amount that no order here can have (a negative price, a discount above its line) is left out of its line,
remarked, and shows in the difference between the parts and the total, which is kept as told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from domain.money import amount_text
from domain.statuses import CANCELLED, COMPLETED, ON_HOLD, PENDING, PROCESSING, SHIPPED
from importers.drafts import DraftLine, DraftParcel, DraftPayment
from importers.faults import Fault
from importers.reading.cells import Cells
from importers.remarks import AUTHORIZED, PARTLY_SHIPPED, PAYMENT_UNKNOWN, PLATFORM_STATUS, TAX_WITHOUT_RATE

UNFIT_AMOUNT = "amount-left-out"
METHOD = "amazon"
ON_TOP = frozenset({"USD", "CAD", "MXN", "BRL"})
SHOPS = {
    "amazon.com": "USD", "amazon.ca": "CAD", "amazon.com.mx": "MXN", "amazon.com.br": "BRL", "amazon.co.uk": "GBP",
    "amazon.de": "EUR", "amazon.fr": "EUR", "amazon.it": "EUR", "amazon.es": "EUR", "amazon.nl": "EUR",
    "amazon.com.be": "EUR", "amazon.ie": "EUR", "amazon.se": "SEK", "amazon.pl": "PLN", "amazon.com.tr": "TRY",
    "amazon.co.jp": "JPY", "amazon.com.au": "AUD", "amazon.in": "INR", "amazon.sg": "SGD", "amazon.ae": "AED",
    "amazon.sa": "SAR", "amazon.eg": "EGP",
}  # fmt: skip

_EXACT = {
    "pending": PENDING,
    "unshipped": PROCESSING,
    "partiallyshipped": PROCESSING,
    "shipped": SHIPPED,
    "complete": COMPLETED,
    "shipped-deliveredtobuyer": COMPLETED,
    "shipped-pickedup": COMPLETED,
    "canceled": CANCELLED,
    "cancelled": CANCELLED,
}
_NEAR = {
    "pendingavailability": PENDING,
    "shipping": SHIPPED,
    "invoiceunconfirmed": SHIPPED,
    "unfulfillable": ON_HOLD,
}


class AmazonState(Struct, frozen=True, kw_only=True):
    """Where an order stands: its stage, whether its money came and its goods left, and what must be said of it."""

    stage: str
    paid: bool
    shipped: bool
    partly: bool
    remarks: tuple[str, ...]

    def payment(self, at: datetime | None) -> DraftPayment | None:
        """The payment that the status speaks of."""
        return DraftPayment(at=at) if self.paid else None

    def parcel(self, at: datetime | None, sent: Sequence[tuple[int, int]], carrier: str = "") -> DraftParcel | None:
        """The parcel that the status speaks of; of an order shipped in part, the units told as sent."""
        if self.partly:
            return DraftParcel(at=at, carrier=carrier, lines=tuple(sent)) if sent else None
        return DraftParcel(at=at, carrier=carrier) if self.shipped else None


def standing_of(text: str, column: str) -> AmazonState:
    """What the status means; raises `Fault` for one that Amazon does not have."""
    status = "".join(text.lower().replace("\u2013", "-").split())
    stage = _EXACT.get(status) or _NEAR.get(status) or _by_beginning(status)
    if not stage:
        fix = "Write one of Amazon's statuses, like Shipped, Unshipped, Pending or Cancelled."
        raise Fault("unknown-status", "This status is not known.", column=column, fix=fix)
    partly, shipped = status == "partiallyshipped", stage in (SHIPPED, COMPLETED)
    remarks = {
        f"{PLATFORM_STATUS}: {text}": status not in _EXACT,
        PARTLY_SHIPPED: partly,
        PAYMENT_UNKNOWN: partly,
        AUTHORIZED: status == "unshipped",
    }
    return AmazonState(
        stage=stage,
        paid=shipped,
        shipped=shipped,
        partly=partly,
        remarks=tuple(remark for remark, holds in remarks.items() if holds),
    )


def _by_beginning(status: str) -> str:
    if status.startswith("pending-"):
        return PENDING
    return SHIPPED if status.startswith("shipped-") else ""


class LinePrice(Struct, frozen=True):
    """A line's price per unit and its discount, and whether something told had to be left out."""

    unit: Decimal | None
    discount: Decimal
    left_out: bool


def line_price(amount: Decimal | None, discount: Decimal | None, quantity: int) -> LinePrice:
    """What a line's whole price and its promotion come to per unit; a promotion counts the same with either sign."""
    off = abs(discount or Decimal(0))
    if amount is None or quantity < 1:
        return LinePrice(None, Decimal(0), False)
    if amount < 0:
        return LinePrice(None, Decimal(0), True)
    if off > amount:
        return LinePrice(amount / quantity, Decimal(0), True)
    return LinePrice(amount / quantity, off, False)


class Charges(Struct, frozen=True, kw_only=True):
    """The shipping and the taxes of an order in minor units, and what must be said of them."""

    shipping: int
    tax: int
    included: bool
    remarks: tuple[str, ...]

    @classmethod
    def of(cls, shipping: int, tax: int, currency: str, *, left_out: bool) -> Charges:
        """The charges told; a shipping price below nothing is left out."""
        included = currency not in ON_TOP
        remarks = {
            UNFIT_AMOUNT: left_out or shipping < 0,
            f"{TAX_WITHOUT_RATE}: {amount_text(tax, currency)}": bool(tax and included),
        }
        return cls(
            shipping=max(0, shipping),
            tax=0 if included else tax,
            included=included,
            remarks=tuple(remark for remark, holds in remarks.items() if holds),
        )


def currency_for(heading: Cells, channel: str, otherwise: str) -> str:
    """The currency of the shop that sold it, for orders that tell none; `otherwise` where the shop is not known."""
    return SHOPS.get(heading.text(channel).lower(), otherwise)


def gift_wrap(row: Cells, price: Decimal | None) -> DraftLine | None:
    """A line for the wrapping, which has a price of its own."""
    if not price or price < 0:
        return None
    return DraftLine(line=row.line, sku="", name="Gift wrap", quantity=1, unit_price=price)

"""An order as a file tells it, before any decision: the one shape that every profile reads into."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from domain.addresses import Address
from domain.orders.items import Option
from domain.reductions import CouponTerms
from domain.taxes import Taxes
from domain.units import PIECE, Quantity


class DraftLine(Struct, frozen=True, kw_only=True):
    """A line as told; amounts may have more decimals than the currency, and the price may not be told at all."""

    line: int
    sku: str
    name: str
    quantity: Quantity
    unit_price: Decimal | None
    discount: Decimal = Decimal(0)
    taxable: bool = True
    taxes: Taxes = ()
    exemption: str = ""
    unit: str = PIECE.code
    options: tuple[Option, ...] = ()


class DraftPayment(Struct, frozen=True, kw_only=True):
    """Money told to have come in; `amount` None is the whole total, no `method` that of the order."""

    amount: int | None = None
    reference: str = ""
    at: datetime | None = None
    method: str = ""


class DraftRefund(Struct, frozen=True, kw_only=True):
    """Money told to have gone back; no `method` is that of the order. For its parts see `PastRefund`."""

    amount: int
    reference: str = ""
    at: datetime | None = None
    method: str = ""
    reason: str = ""
    lines: tuple[tuple[int, Quantity, Quantity], ...] = ()
    shipping: int = 0
    goodwill: int = 0
    credit: int = 0
    pay_again: bool = False


class DraftParcel(Struct, frozen=True, kw_only=True):
    """A parcel told to have left; `lines` pairs the number of a line, from 0, with units (none: all that was left)."""

    carrier: str = ""
    tracking_code: str = ""
    at: datetime | None = None
    lines: tuple[tuple[int, Quantity], ...] = ()
    delivered: bool = False


class DraftNote(Struct, frozen=True, kw_only=True):
    """A note with the time it was written."""

    text: str
    at: datetime


class Draft(Struct, frozen=True, kw_only=True):
    """An order as told; amounts in minor units, `total` None where the file tells none.

    `tax` is the tax that comes on top of the lines and bears no known rate. `fully_refunded` gives back all that was
    paid; `payments`, `refunds` and `parcels` are those beyond the one told in its own field. `coupon` gives the whole
    `discount`, each of `coupons` its own amount, each of `terms` what it says. `line` is the row that holds what
    concerns the whole order. `status` is the shop's own, where it has one of that name. `placed_at` is `created_at`
    unless told, `shipping_includes_tax` what holds of the prices, `locale` that of the shop.
    """

    number: str
    external_id: str
    content_hash: str
    line: int
    created_at: datetime
    currency: str
    lines: tuple[DraftLine, ...]
    stage: str
    total: int | None = None
    tax: int = 0
    prices_include_tax: bool = True
    discount: int = 0
    coupon: str = ""
    coupons: tuple[tuple[str, int], ...] = ()
    terms: tuple[CouponTerms, ...] = ()
    shipping_charge: int = 0
    shipping_taxes: Taxes = ()
    shipping_includes_tax: bool | None = None
    shipping_method: str = ""
    payment_method: str = ""
    payment: DraftPayment | None = None
    payments: tuple[DraftPayment, ...] = ()
    refunded: int = 0
    fully_refunded: bool = False
    refunded_at: datetime | None = None
    refunds: tuple[DraftRefund, ...] = ()
    parcel: DraftParcel | None = None
    parcels: tuple[DraftParcel, ...] = ()
    ended_at: datetime | None = None
    customer_id: str = ""
    customer_name: str = ""
    billing: Address = Address()
    shipping: Address = Address()
    source: str = ""
    operator: str = ""
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    dated_notes: tuple[DraftNote, ...] = ()
    remarks: tuple[str, ...] = ()
    status: str = ""
    locale: str = ""
    placed_at: datetime | None = None
    archived: bool = False

"""What happened to an imported order before it came here, and how it is written down, each thing at its own time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from domain.events import Context
from domain.orders import payments, refunded, shipments
from domain.orders.order import Imported, Order
from domain.orders.refund_parts import RefundLine
from domain.settings import Shop
from domain.units import Quantity


class PastPayment(Struct, frozen=True, kw_only=True):
    """A payment of the past, in minor units."""

    amount: int
    method: str = ""
    reference: str = ""
    at: datetime | None = None


class PastShipment(Struct, frozen=True, kw_only=True):
    """A parcel of the past; `lines` pairs the number of a line, from 0, with units (none: all that was left)."""

    carrier: str
    tracking_code: str = ""
    delivered: bool = False
    at: datetime | None = None
    lines: tuple[tuple[int, Quantity], ...] = ()


class PastRefund(Struct, frozen=True, kw_only=True):
    """Money of the past that went back, in minor units; by the order's own method and without a reason unless told.

    `lines` are what it was given back for, each by its number from 0, its units, and how many of these were not sent;
    with `shipping`, `goodwill` and `credit` they make the amount. An amount alone is split as any other.
    """

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


class PastNote(Struct, frozen=True, kw_only=True):
    """A word of the past between operators, and when it was written."""

    text: str
    at: datetime


class Past(Struct, frozen=True, kw_only=True):
    """What happened to an imported order before it came here."""

    imported: Imported
    placed_at: datetime
    payments: tuple[PastPayment, ...] = ()
    refunds: tuple[PastRefund, ...] = ()
    shipments: tuple[PastShipment, ...] = ()
    notes: tuple[PastNote, ...] = ()
    ended_at: datetime | None = None
    archived: bool = False

    @property
    def refunded(self) -> int:
        """All that went back."""
        return sum(refund.amount for refund in self.refunds)


def retell_payment(order: Order, context: Context, payment: PastPayment, past: Past, shop: Shop) -> None:
    """Writes down a payment at its own time."""
    recorded = payments.RecordPayment(
        order_id=order.id,
        context=told_at(context, payment.at or past.placed_at),
        method=payment.method,
        amount=payment.amount,
        reference=payment.reference,
    )
    payments.record_payment(order, recorded, shop)


def retell_refund(order: Order, context: Context, refund: PastRefund, past: Past, shop: Shop) -> None:
    """Writes down money that went back, at its own time."""
    at = replace(told_at(context, refund.at or past.ended_at or past.placed_at), reason=refund.reason or context.reason)
    items = list(order.items)
    given = refunded.RefundOrder(
        order_id=order.id,
        context=at,
        amount=refund.amount,
        method=refund.method,
        reference=refund.reference,
        lines=tuple(
            RefundLine(item=items[number] if number < len(items) else "", quantity=units, unsent=unsent)
            for number, units, unsent in refund.lines
        ),
        shipping=refund.shipping,
        goodwill=refund.goodwill,
        credit=refund.credit,
        pay_again=refund.pay_again,
    )
    refunded.refund_order(order, given, shop)


def retell_shipment(order: Order, context: Context, parcel: PastShipment, past: Past, shop: Shop) -> None:
    """Writes down a parcel at its own time, and that it arrived where that is told."""
    told: dict[str, Any] = {
        "order_id": order.id,
        "context": told_at(context, parcel.at or past.ended_at or past.placed_at),
    }
    items = list(order.items)
    lines = tuple(
        shipments.ShipLine(item=items[number] if number < len(items) else "", quantity=units)
        for number, units in parcel.lines
    )
    sent = shipments.Parcel(carrier=parcel.carrier, tracking_code=parcel.tracking_code, lines=lines)
    shipments.send_parcel(order, sent, told["context"])
    if parcel.delivered:
        delivered = shipments.DeliverShipment(shipment=len(order.shipments), **told)
        shipments.deliver_shipment(order, delivered, shop)


def told_at(context: Context, at: datetime) -> Context:
    """The context of something that happened at another time."""
    return replace(context, at=at)

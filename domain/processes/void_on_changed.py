"""Has charges called off that customers began by a link, once the link no longer asks for what is due."""

from __future__ import annotations

from domain.events import Event
from domain.orders.begun_charges import link_counts
from domain.orders.cart import ItemAdded, ItemRemoved
from domain.orders.charges import CouponApplied, CouponLapsed, CouponRemoved, DiscountSet, ShippingChargeSet
from domain.orders.exchanges import ExchangeBegun
from domain.orders.imports import OrderImportUndone, OrderImportUpdated
from domain.orders.line_changes import ItemCorrected, ItemPriceChanged, ItemQuantityChanged
from domain.orders.moves import OrderStatusChanged, OrderStatusForced
from domain.orders.pay_again import OrderKeptAgain
from domain.orders.payment_links import PaymentLinkIssued
from domain.orders.payments import PaymentAuthorized, PaymentCaptured, PaymentRecorded, PaymentVoided
from domain.orders.provider_payments import PaymentRequested
from domain.orders.refunded import OrderRefunded
from domain.orders.withdrawals import RefundWithdrawn
from domain.processes.process import NOTHING, Effect, Process, Reaction, Trigger

NAME = "void_on_changed"
KIND = "payment.void-charges"
MOVES: tuple[type[Event], ...] = (OrderStatusChanged, OrderStatusForced)
PRICING: tuple[type[Event], ...] = (
    ItemAdded, ItemRemoved, ItemQuantityChanged, ItemPriceChanged, ItemCorrected, CouponApplied, CouponRemoved,
    CouponLapsed, DiscountSet, ShippingChargeSet, PaymentRecorded, PaymentAuthorized, PaymentCaptured, PaymentVoided,
    PaymentRequested, OrderRefunded, RefundWithdrawn, OrderKeptAgain, ExchangeBegun, OrderImportUpdated,
    OrderImportUndone,
)  # fmt: skip


def react(trigger: Trigger) -> Reaction:
    """One look at what was begun: where a link was replaced, its order cancelled, or another amount is due."""
    order = trigger.order()
    if isinstance(trigger.event, PaymentLinkIssued):
        ends = bool(order.former_payment_link)
    elif isinstance(trigger.event, MOVES):
        ends = bool(order.payment_link) and order.is_cancelled
    else:
        ends = bool(order.payment_link) and not link_counts(order, order.payment_link, order.payment_link_amount)
    if not ends:
        return NOTHING
    return Reaction(effects=(Effect(kind=KIND, payload={"order_id": str(order.id)}, order_id=order.id),))


VOID_ON_CHANGED = Process(NAME, (PaymentLinkIssued, *MOVES, *PRICING), react)

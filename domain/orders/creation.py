"""How an order begins: by hand, by a program, or brought in from another platform."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.addresses import Address, check_address
from domain.events import Context, Event
from domain.money import MAX_MINOR_UNITS, amount_text, decimals
from domain.orders import cart, charges, details, notes, payments, refunded, shipments
from domain.orders.archive import OrderArchived
from domain.orders.charges import DiscountSet
from domain.orders.details import BillingAddressChanged, ShippingAddressChanged
from domain.orders.line_changes import TotalOutOfBounds
from domain.orders.lines import NewItem, check_charge, check_discounts
from domain.orders.moves import (
    BalanceChoice,
    ChangeStatus,
    NothingOrdered,
    OrderStatusChanged,
    StockChoice,
    change_status,
    place,
)
from domain.orders.order import Imported, Order, OrderCommand, OrderExists
from domain.orders.refund_parts import RefundLine
from domain.pricing import CouponTerms
from domain.settings import LOCALES, Shop, UnknownLocale
from domain.statuses import CANCELLED, DRAFT, PENDING, MerchantStatus, may_move
from domain.taxes import Taxes
from domain.texts import CODE, check_text
from domain.units import Quantity


class Buyer(Struct, frozen=True, kw_only=True):
    """The customer as known when the order is stored."""

    id: UUID
    name: str
    email: str


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


class CreateOrder(OrderCommand, frozen=True, kw_only=True):
    """Store an order: a draft, placed with `place` or under a `status` of its own, or one of the `past`.

    The desk fills in what only it can know: the `number` where none is told, the `buyer` behind `customer_id` or the
    billing address, and the terms of the `coupon_codes`. `quoted_total` is what the quote told, for it to be held to.
    The addresses of a customer named are filled from the card where none are told, unless `fill_addresses` is False.
    """

    number: str = ""
    currency: str = ""
    prices_include_tax: bool | None = None
    locale: str = ""
    place: bool = False
    status: str | None = None
    stock: StockChoice | None = None
    balance: BalanceChoice | None = None
    notify: tuple[str, ...] | None = None
    customer_id: UUID | None = None
    fill_addresses: bool = True
    buyer: Buyer | None = None
    operator: str = ""
    source: str = ""
    payment_method: str = ""
    shipping_method: str = ""
    billing_address: Address = Address()
    shipping_address: Address = Address()
    items: tuple[NewItem, ...] = ()
    coupon_codes: tuple[str, ...] = ()
    coupons: tuple[CouponTerms, ...] = ()
    discount: int = 0
    shipping_charge: int = 0
    shipping_taxes: Taxes | None = None
    shipping_includes_tax: bool | None = None
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    quoted_total: int | None = None
    past: Past | None = None


class OrderCreated(Event, frozen=True, kw_only=True):
    """An order began, as a draft. One whose import was taken back begins anew, also where that is not shown."""

    TOPIC = "order.created"
    BEGINS = True

    number: str
    currency: str
    prices_include_tax: bool
    locale: str
    operator: str = ""
    source: str = ""
    payment_method: str = ""
    shipping_method: str = ""

    def apply(self, order: Order) -> None:
        order.clear()
        order.number = self.number
        order.currency = self.currency
        order.prices_include_tax = self.prices_include_tax
        order.locale = self.locale
        order.operator = self.operator
        order.source = self.source
        order.chosen_payment_method = self.payment_method
        order.shipping_method = self.shipping_method
        order.created_at = self.timestamp


class OrderImported(Event, frozen=True, kw_only=True):
    """The order came from another platform; its total is the one told there."""

    TOPIC = "order.imported"

    source: str
    external_id: str
    content_hash: str
    total: int
    adjustment: int
    remarks: tuple[str, ...] = ()

    def apply(self, order: Order) -> None:
        order.adjustment = self.adjustment
        order.imported = Imported(
            source=self.source,
            external_id=self.external_id,
            content_hash=self.content_hash,
            total=self.total,
            remarks=self.remarks,
        )


def create_order(order: Order, command: CreateOrder, shop: Shop) -> None:
    """Stores an order with all that is told of it, each part as its own event."""
    if order.exists:
        raise OrderExists()
    command = _with_defaults(command, shop)
    past = command.past
    _check_heading(command, shop)
    order.record(
        OrderCreated,
        command.context,
        number=command.number,
        currency=command.currency,
        prices_include_tax=command.prices_include_tax,
        locale=command.locale,
        operator=command.operator,
        source=command.source,
        payment_method=command.payment_method,
        shipping_method=command.shipping_method,
    )
    _name_customer(order, command, shop)
    _fill_cart(order, command, shop)
    if command.tags:
        notes.set_tags(order, notes.SetTags(order_id=order.id, context=command.context, tags=command.tags), shop)
    for text in command.notes:
        notes.put_note(order, notes.AddNote(order_id=order.id, context=command.context, text=text))
    for note in past.notes if past else ():
        told = notes.AddNote(order_id=order.id, context=command.context, text=note.text, written_at=note.at)
        notes.put_note(order, told)
    status = _first_status(command, shop)
    if past:
        _retell(order, command, past, status, shop)
    else:
        _move(order, command, status, shop)


def _with_defaults(command: CreateOrder, shop: Shop) -> CreateOrder:
    """What the order leaves open, as the shop has it."""
    told = command.prices_include_tax
    return replace(
        command,
        currency=command.currency or shop.defaults.currency,
        prices_include_tax=shop.defaults.prices_include_tax if told is None else told,
        locale=command.locale or shop.defaults.locale,
    )


def _check_heading(command: CreateOrder, shop: Shop) -> None:
    decimals(command.currency)
    check_text(command.number, CODE, "/number", required=True)
    check_text(command.operator, CODE, "/operator")
    check_text(command.source, CODE, "/source")
    check_text(command.payment_method, CODE, "/payment_method")
    check_text(command.shipping_method, CODE, "/shipping_method")
    if command.locale not in LOCALES:
        raise UnknownLocale("/locale", locale=command.locale[:CODE])
    if command.past is None:
        if command.payment_method:
            shop.require_payment_method(command.payment_method)
        if command.shipping_method:
            shop.require_shipping_method(command.shipping_method)


def _name_customer(order: Order, command: CreateOrder, shop: Shop) -> None:
    if buyer := command.buyer:
        assignment = details.AssignCustomer(
            order_id=order.id, context=command.context, customer_id=buyer.id, name=buyer.name, email=buyer.email
        )
        details.assign_customer(order, assignment, shop)
    check_address(command.billing_address, "/billing_address")
    check_address(command.shipping_address, "/shipping_address")
    if command.billing_address:
        order.record(BillingAddressChanged, command.context, address=command.billing_address)
    if command.shipping_address:
        order.record(ShippingAddressChanged, command.context, address=command.shipping_address)


def _fill_cart(order: Order, command: CreateOrder, shop: Shop) -> None:
    for index, item in enumerate(command.items):
        addition = cart.AddItem(order_id=order.id, context=command.context, item=item)
        cart.put_item(order, addition, f"/items/{index}", shop)
    check_discounts(order.items.values(), order.currency, "/items")
    for terms in command.coupons:
        coupon = charges.ApplyCoupon(order_id=order.id, context=command.context, coupon_code=terms.code, terms=terms)
        try:
            charges.apply_coupon(order, coupon, shop)
        except charges.CouponNotCombinable as error:
            error.pointer = "/coupons"
            raise
    if command.discount:
        check_charge(command.discount, "/discount")
        order.record(DiscountSet, command.context, amount=command.discount, was=0)
    if command.shipping_charge or command.shipping_taxes:
        charge = charges.SetShippingCharge(
            order_id=order.id,
            context=command.context,
            amount=command.shipping_charge,
            taxes=command.shipping_taxes,
            includes_tax=command.shipping_includes_tax,
        )
        charges.put_shipping_charge(order, charge, "/shipping_", shop)


def _first_status(command: CreateOrder, shop: Shop) -> MerchantStatus:
    """The status asked for; else the first to be placed under; else that of a draft."""
    if command.status:
        return shop.status(command.status)
    if command.place or command.past:
        return shop.first_status(PENDING)
    return shop.statuses.get(DRAFT) or shop.first_status(DRAFT)


def _move(order: Order, command: CreateOrder, status: MerchantStatus, shop: Shop) -> None:
    """Moves the new draft to its status along the table; what a draft cannot become, it becomes once it is pending."""
    if status.stage not in (DRAFT, CANCELLED) and not order.items:
        raise NothingOrdered("/items")
    if not may_move(DRAFT, status.stage):
        place(order, shop.first_status(PENDING), command.context, command.stock, notify=())
    move = ChangeStatus(
        order_id=order.id,
        context=command.context,
        status=status.code,
        stock=command.stock,
        balance=command.balance,
        notify=command.notify,
    )
    change_status(order, move, shop)


def _retell(order: Order, command: CreateOrder, past: Past, status: MerchantStatus, shop: Shop) -> None:
    """Writes down what happened to an order of the past, each event at the time it happened."""
    told = past.imported
    if abs(told.total) > MAX_MINOR_UNITS:
        raise TotalOutOfBounds("/past/imported/total", limit=amount_text(MAX_MINOR_UNITS, order.currency))
    order.record(
        OrderImported,
        command.context,
        source=told.source,
        external_id=told.external_id,
        content_hash=told.content_hash,
        total=told.total,
        adjustment=told.total - order.price.total,
        remarks=told.remarks,
    )
    if status.stage != DRAFT:
        place(order, shop.first_status(PENDING), _at(command.context, past.placed_at))
    for payment in past.payments:
        retell_payment(order, command.context, payment, past, shop)
    for parcel in past.shipments:
        retell_shipment(order, command.context, parcel, past, shop)
    for refund in past.refunds:
        retell_refund(order, command.context, refund, past, shop)
    retell_status(order, status, _at(command.context, past.ended_at or past.placed_at))
    if past.archived:
        order.record(OrderArchived, _at(command.context, past.ended_at or past.placed_at))


def retell_payment(order: Order, context: Context, payment: PastPayment, past: Past, shop: Shop) -> None:
    """Writes down a payment at its own time."""
    recorded = payments.RecordPayment(
        order_id=order.id,
        context=_at(context, payment.at or past.placed_at),
        method=payment.method,
        amount=payment.amount,
        reference=payment.reference,
    )
    payments.record_payment(order, recorded, shop)


def retell_refund(order: Order, context: Context, refund: PastRefund, past: Past, shop: Shop) -> None:
    """Writes down money that went back, at its own time."""
    at = replace(_at(context, refund.at or past.ended_at or past.placed_at), reason=refund.reason or context.reason)
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
        "context": _at(context, parcel.at or past.ended_at or past.placed_at),
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


def retell_status(order: Order, status: MerchantStatus, context: Context) -> None:
    """Moves a past order to where it stood, whatever table of moves holds here."""
    if status.code != order.status:
        order.record(
            OrderStatusChanged,
            context,
            status=status.code,
            stage=status.stage,
            was=order.status,
            stage_was=order.stage,
        )


def _at(context: Context, at: datetime) -> Context:
    return replace(context, at=at)


EVENTS: tuple[type[Event], ...] = (OrderCreated, OrderImported)

HANDLERS = {CreateOrder: create_order}

"""How an order begins: by hand, by a program, or brought in from another platform."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.addresses import Address, check_address
from domain.events import Context, Event
from domain.money import MAX_MINOR_UNITS, amount_text, decimals
from domain.orders import cart, charges, details, notes
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
from domain.orders.past import Past, retell_payment, retell_refund, retell_shipment, told_at
from domain.pricing import CouponTerms
from domain.settings import LOCALES, Shop, UnknownLocale
from domain.statuses import CANCELLED, DRAFT, PENDING, MerchantStatus, may_move
from domain.taxes import Taxes
from domain.texts import CODE, check_text


class Buyer(Struct, frozen=True, kw_only=True):
    """The customer as known when the order is stored."""

    id: UUID
    name: str
    email: str


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
        place(order, shop.first_status(PENDING), told_at(command.context, past.placed_at))
    for payment in past.payments:
        retell_payment(order, command.context, payment, past, shop)
    for parcel in past.shipments:
        retell_shipment(order, command.context, parcel, past, shop)
    for refund in past.refunds:
        retell_refund(order, command.context, refund, past, shop)
    retell_status(order, status, told_at(command.context, past.ended_at or past.placed_at))
    if past.archived:
        order.record(OrderArchived, told_at(command.context, past.ended_at or past.placed_at))


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


EVENTS: tuple[type[Event], ...] = (OrderCreated, OrderImported)

HANDLERS = {CreateOrder: create_order}

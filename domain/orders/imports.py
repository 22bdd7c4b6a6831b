"""Imported orders over time: told anew by their platform and brought up to date, or taken back with their import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import cast

from msgspec.structs import replace

from domain.addresses import check_address
from domain.errors import Rejected
from domain.events import Context, Event
from domain.money import MAX_MINOR_UNITS, amount_text
from domain.orders import cart, charges, line_changes, notes, shipments
from domain.orders.creation import CreateOrder, retell_status
from domain.orders.details import (
    BillingAddressChanged,
    PaymentMethodChosen,
    ShippingAddressChanged,
    ShippingMethodChosen,
)
from domain.orders.line_changes import TotalOutOfBounds
from domain.orders.lines import NewItem, check_quantity
from domain.orders.moves import place
from domain.orders.order import ForeignCurrency, Imported, Item, Order, OrderCommand, require_open
from domain.orders.past import Past, PastRefund, retell_payment, retell_refund, retell_shipment
from domain.settings import Shop
from domain.statuses import DRAFT, PENDING
from domain.texts import CODE, check_text
from domain.units import units_of


class NotImported(Rejected):
    """Order {number} was not imported."""

    code = "not-imported"


class WorkedOnSince(Rejected):
    """Order {number} was worked on since it was imported ({what}); it stays."""

    code = "worked-on-since"


class CannotRetell(Rejected):
    """The file tells {what} otherwise than the order has it, and no event leads there."""

    code = "cannot-be-updated"


class RetellOrder(OrderCommand, frozen=True, kw_only=True):
    """Bring an imported order up to what its platform tells of it now."""

    told: CreateOrder


class UndoOrderImport(OrderCommand, frozen=True, kw_only=True):
    """Take an imported order back; `since` names what others recorded of it after it came, which nobody takes back."""

    since: tuple[str, ...] = ()


class OrderImportUpdated(Event, frozen=True, kw_only=True):
    """The platform told the order anew: what changed stands before this, the total is the one told now."""

    TOPIC = "order.import-updated"

    content_hash: str
    content_hash_was: str
    total: int
    adjustment: int
    remarks: tuple[str, ...] = ()

    def has_effect_on(self, order: Order) -> bool:
        return order.imported is not None

    def apply(self, order: Order) -> None:
        was = cast("Imported", order.imported)
        order.adjustment = self.adjustment
        order.imported = Imported(
            source=was.source,
            external_id=was.external_id,
            content_hash=self.content_hash,
            total=self.total,
            remarks=self.remarks,
        )


class OrderImportUndone(Event, frozen=True, kw_only=True):
    """The order was taken back with its import: it is there no more, unless it is imported again."""

    TOPIC = "order.import-undone"

    number: str
    source: str
    external_id: str

    def apply(self, order: Order) -> None:
        order.clear()
        order.undone = True


def undo_order_import(order: Order, command: UndoOrderImport, shop: Shop) -> None:
    """Takes an imported order back that nobody worked on since."""
    if order.imported is None:
        raise NotImported(number=order.number)
    if command.since:
        raise WorkedOnSince(number=order.number, what=", ".join(command.since))
    told = order.imported
    order.record(
        OrderImportUndone,
        command.context,
        number=order.number,
        source=told.source,
        external_id=told.external_id,
    )


def retell_order(order: Order, command: RetellOrder, shop: Shop) -> None:
    """Leads the order to what is told of it now, by events; what no event can express refuses the whole."""
    told, past, was = command.told, command.told.past, order.imported
    if was is None or past is None:
        raise NotImported(number=order.number)
    if was.content_hash == past.imported.content_hash:
        return
    if told.currency != order.currency:
        raise ForeignCurrency("/currency", currency=told.currency, expected=order.currency)
    if abs(past.imported.total) > MAX_MINOR_UNITS:
        raise TotalOutOfBounds("/past/imported/total", limit=amount_text(MAX_MINOR_UNITS, order.currency))
    for part in _PARTS:
        part(order, command.context, told, past, shop)
    order.record(
        OrderImportUpdated,
        command.context,
        content_hash=past.imported.content_hash,
        content_hash_was=was.content_hash,
        total=past.imported.total,
        adjustment=past.imported.total - (order.price.total - order.adjustment),
        remarks=past.imported.remarks,
    )


def _lines(order: Order, context: Context, told: CreateOrder, past: Past, shop: Shop) -> None:
    """Lines are the same by SKU, name, unit and taxes, in their order."""
    known = list(order.items.values())
    new: list[tuple[int, NewItem]] = []
    for index, item in enumerate(told.items):
        same = next((one for one in known if _same(one, item)), None)
        if same is None:
            new.append((index, item))
        else:
            known.remove(same)
            _line(order, context, same, item, shop, f"/items/{index}")
    if new:
        require_open(order)
    for index, item in new:
        cart.put_item(order, cart.AddItem(order_id=order.id, context=context, item=item), f"/items/{index}", shop)
    for gone in known:
        cart.remove_item(order, cart.RemoveItem(order_id=order.id, context=context, item=gone.id), shop)


def _same(known: Item, told: NewItem) -> bool:
    return (known.sku, known.name, known.unit.code, known.taxes) == (told.sku, told.name, told.unit, told.taxes or ())


def _line(order: Order, context: Context, known: Item, told: NewItem, shop: Shop, pointer: str) -> None:
    quantity = check_quantity(told.quantity, known.unit, f"{pointer}/quantity")
    figures = (quantity, told.unit_price, told.discount)
    if figures == (known.quantity, known.unit_price, known.discount):
        return
    if told.unit_price is None:
        raise CannotRetell(f"{pointer}/unit_price", what="no price of a line")
    change = line_changes.ChangeItem(
        order_id=order.id,
        context=context,
        item=known.id,
        quantity=units_of(quantity - order.refunded_quantities().get(known.id, 0), known.unit),
        unit_price=told.unit_price,
        discount=told.discount,
    )
    line_changes.change_item(order, change, shop)


def _charges(order: Order, context: Context, told: CreateOrder, past: Past, shop: Shop) -> None:
    for gone in [terms for terms in order.coupons if terms not in told.coupons]:
        charges.remove_coupon(order, charges.RemoveCoupon(order_id=order.id, context=context, coupon=gone.code), shop)
    for terms in [terms for terms in told.coupons if terms not in order.coupons]:
        applied = charges.ApplyCoupon(order_id=order.id, context=context, coupon_code=terms.code, terms=terms)
        charges.apply_coupon(order, applied, shop)
    if told.discount != order.discount:
        charges.set_discount(order, charges.SetDiscount(order_id=order.id, context=context, amount=told.discount), shop)
    if (told.shipping_charge, told.shipping_taxes or ()) != (order.shipping_charge, order.shipping_taxes):
        charge = charges.SetShippingCharge(
            order_id=order.id, context=context, amount=told.shipping_charge, taxes=told.shipping_taxes or ()
        )
        charges.set_shipping_charge(order, charge, shop)


def _addresses(order: Order, context: Context, told: CreateOrder, past: Past, shop: Shop) -> None:
    """Addresses as told, of an order in any state: they are what the platform has."""
    if told.billing_address and told.billing_address != order.billing_address:
        check_address(told.billing_address, "/billing_address")
        order.record(BillingAddressChanged, context, address=told.billing_address)
    if told.shipping_address and told.shipping_address != order.shipping_address:
        check_address(told.shipping_address, "/shipping_address")
        order.record(ShippingAddressChanged, context, address=told.shipping_address)


def _details(order: Order, context: Context, told: CreateOrder, past: Past, shop: Shop) -> None:
    check_text(told.payment_method, CODE, "/payment_method")
    check_text(told.shipping_method, CODE, "/shipping_method")
    if told.number != order.number:
        raise CannotRetell("/number", what="the number")
    if told.payment_method and told.payment_method != order.chosen_payment_method:
        order.record(PaymentMethodChosen, context, method=told.payment_method, was=order.payment_method)
    if told.shipping_method and told.shipping_method != order.shipping_method:
        order.record(ShippingMethodChosen, context, method=told.shipping_method, was=order.shipping_method)


def _words(order: Order, context: Context, told: CreateOrder, past: Past, shop: Shop) -> None:
    """Tags and notes come in addition: those of the shop stay."""
    tags = (*order.tags, *(tag for tag in told.tags if tag not in order.tags))
    notes.set_tags(order, notes.SetTags(order_id=order.id, context=context, tags=tags), shop)
    known = {note.text for note in order.notes.values()}
    for text in [text for text in told.notes if text not in known]:
        notes.put_note(order, notes.AddNote(order_id=order.id, context=context, text=text))


def _begun(order: Order, context: Context, told: CreateOrder, past: Past, shop: Shop) -> None:
    if order.stage == DRAFT and shop.status(told.status or order.status).stage != DRAFT:
        place(order, shop.first_status(PENDING), _at(context, past.placed_at))


def _payments(order: Order, context: Context, told: CreateOrder, past: Past, shop: Shop) -> None:
    """New payments are written down; where one became another, what the sum has more."""
    captured = [(one.amount, one.reference) for one in order.payments.values() if one.state == "captured"]
    recorded = Counter(captured)
    new = []
    for payment in past.payments:
        if recorded[payment.amount, payment.reference]:
            recorded[payment.amount, payment.reference] -= 1
        else:
            new.append(payment)
    if any(recorded.values()):
        more = sum(payment.amount for payment in past.payments) - order.paid
        if more < 0:
            raise CannotRetell("/past/payments", what="less money received")
        new = [replace(past.payments[-1], amount=more)] if more else []
    for payment in new:
        retell_payment(order, context, payment, past, shop)


def _refunds(order: Order, context: Context, told: CreateOrder, past: Past, shop: Shop) -> None:
    more = past.refunded - order.refunded
    if more < 0:
        raise CannotRetell("/past/refunds", what="less money given back")
    if more:
        last = past.refunds[-1]
        retell_refund(order, context, PastRefund(amount=more, reference=last.reference, at=last.at), past, shop)


def _shipments(order: Order, context: Context, told: CreateOrder, past: Past, shop: Shop) -> None:
    """Parcels in their order: a known one is put right, a new one sent."""
    known = [parcel for parcel in order.shipments.values() if parcel.state != "cancelled"]
    for index, parcel in enumerate(past.shipments):
        if index >= len(known):
            retell_shipment(order, context, parcel, past, shop)
            continue
        number = known[index].number
        correction = shipments.CorrectTracking(
            order_id=order.id,
            context=_at(context, parcel.at or context.at),
            shipment=number,
            carrier=parcel.carrier or None,
            tracking_code=parcel.tracking_code or None,
        )
        shipments.correct_tracking(order, correction, shop)
        if parcel.delivered:
            arrived = shipments.DeliverShipment(order_id=order.id, context=correction.context, shipment=number)
            shipments.deliver_shipment(order, arrived, shop)


def _status(order: Order, context: Context, told: CreateOrder, past: Past, shop: Shop) -> None:
    if told.status:
        retell_status(order, shop.status(told.status), _at(context, past.ended_at or context.at))


_PARTS: tuple[Callable[[Order, Context, CreateOrder, Past, Shop], None], ...] = (
    _lines,
    _charges,
    _addresses,
    _details,
    _words,
    _begun,
    _payments,
    _shipments,
    _refunds,
    _status,
)


def _at(context: Context, at: datetime) -> Context:
    return replace(context, at=at)


EVENTS: tuple[type[Event], ...] = (OrderImportUpdated, OrderImportUndone)

HANDLERS = {RetellOrder: retell_order, UndoOrderImport: undo_order_import}

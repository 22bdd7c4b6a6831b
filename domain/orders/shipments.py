"""Parcels: what left the house, with whom, under which tracking code."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from domain.errors import NotFound, Rejected
from domain.events import Context, Event
from domain.orders.order import Order, OrderCommand, Shipment, ShippedItem, StockChoice
from domain.orders.quantities import asked_steps, quantity_shown
from domain.orders.unsent import unsent_quantities
from domain.settings import Shop
from domain.statuses import CANCELLED, DRAFT, ON_HOLD
from domain.texts import CODE, NAME, check_text
from domain.units import Quantity, as_answered

MAX_SHIPMENTS = 200
NOT_SHIPPABLE = (DRAFT, ON_HOLD, CANCELLED)
TOLD = "tracking"  # what a parcel is told by that its customer had a mail of


class ShipmentNotFound(NotFound):
    """Order {number} has no shipment {shipment}."""

    code = "shipment-not-found"


class NothingToShip(Rejected):
    """Nothing of order {number} is left to ship: every unit was sent, or refunded before it was."""

    code = "nothing-to-ship"


class NotShippable(Rejected):
    """Order {number} is {stage}: nothing can be shipped of it."""

    code = "not-shippable"


class ShippedAboveLine(Rejected):
    """{left} of line {item} are left to ship; {asked} was asked."""

    code = "shipped-above-line"


class ShipmentSettled(Rejected):
    """Shipment {shipment} is {state} already."""

    code = "shipment-settled"


class NobodyToTell(Rejected):
    """Order {number} has no e-mail address to write to: set one on its billing address, or leave `notify` out."""

    code = "nobody-to-tell"


class TooManyShipments(Rejected):
    """An order holds at most {limit} shipments."""

    code = "too-many-shipments"


class ShipLine(Struct, frozen=True, kw_only=True):
    """So many units of a line to ship."""

    item: str
    quantity: Quantity


class Parcel(Struct, frozen=True, kw_only=True):
    """A parcel to send along with a move; without lines it takes all that is left."""

    carrier: str
    tracking_code: str = ""
    lines: tuple[ShipLine, ...] = ()


class ShipOrder(OrderCommand, frozen=True, kw_only=True):
    """Send a parcel; without lines it takes all that is left.

    `stock` says whether what it takes of tracked stock leaves the shelf; it is asked where any would. `tells`: its
    customer is mailed.
    """

    carrier: str
    tracking_code: str = ""
    lines: tuple[ShipLine, ...] = ()
    stock: StockChoice | None = None
    tells: bool = False


class CorrectTracking(OrderCommand, frozen=True, kw_only=True):
    """Put a carrier or tracking code right; what is None stays. `tells`: the customer is mailed what stands then."""

    shipment: int
    carrier: str | None = None
    tracking_code: str | None = None
    tells: bool = False


ParcelState = Literal["delivered", "cancelled"]  # that a parcel on its way may come to


class DeliverShipment(OrderCommand, frozen=True, kw_only=True):
    """Write down that a parcel arrived."""

    shipment: int


class CancelShipment(OrderCommand, frozen=True, kw_only=True):
    """Call a parcel back."""

    shipment: int


class OrderShipped(Event, frozen=True, kw_only=True):
    """A parcel left the house; `stock` is the answer on stock, where one was given."""

    TOPIC = "order.shipped"
    VERSION = 2

    shipment: int
    carrier: str
    tracking_code: str = ""
    items: tuple[ShippedItem, ...]
    stock: str = ""

    def apply(self, order: Order) -> None:
        order.shipments[self.shipment] = Shipment(
            number=self.shipment,
            carrier=self.carrier,
            tracking_code=self.tracking_code,
            items=self.items,
            state="shipped",
            at=self.timestamp,
        )
        order.commands.add(self.metadata.cause)


def _change(order: Order, shipment: int, **changes: str) -> None:
    order.shipments[shipment] = replace(order.shipments[shipment], **changes)


class TrackingCorrected(Event, frozen=True, kw_only=True):
    """A parcel travels with another carrier or under another code than was written down."""

    TOPIC = "order.tracking-corrected"

    shipment: int
    carrier: str
    tracking_code: str
    carrier_was: str
    tracking_code_was: str

    def has_effect_on(self, order: Order) -> bool:
        return self.shipment in order.shipments

    def apply(self, order: Order) -> None:
        _change(order, self.shipment, carrier=self.carrier, tracking_code=self.tracking_code, told_by="")


class TrackingTold(Event, frozen=True, kw_only=True):
    """The customer was mailed with whom a parcel travels, and under which code."""

    TOPIC = "order.tracking-told"

    shipment: int
    carrier: str
    tracking_code: str

    def has_effect_on(self, order: Order) -> bool:
        return self.shipment in order.shipments

    def apply(self, order: Order) -> None:
        _change(order, self.shipment, told_by=TOLD)
        order.commands.add(self.metadata.cause)


class ShipmentDelivered(Event, frozen=True, kw_only=True):
    """A parcel arrived."""

    TOPIC = "order.shipment-delivered"

    shipment: int

    def has_effect_on(self, order: Order) -> bool:
        return self.shipment in order.shipments

    def apply(self, order: Order) -> None:
        _change(order, self.shipment, state="delivered")


class ShipmentCancelled(Event, frozen=True, kw_only=True):
    """A parcel was called back."""

    TOPIC = "order.shipment-cancelled"

    shipment: int

    def has_effect_on(self, order: Order) -> bool:
        return self.shipment in order.shipments

    def apply(self, order: Order) -> None:
        _change(order, self.shipment, state="cancelled")


def left_to_ship(order: Order) -> dict[str, int]:
    """Units per line that are still to leave the house; those refunded before they were sent stay."""
    return {item: max(0, units) for item, units in unsent_quantities(order).items()}


def ship_order(order: Order, command: ShipOrder, shop: Shop) -> None:
    """Sends a parcel, once for the same command."""
    if command.context.command_id not in order.commands:
        parcel = Parcel(carrier=command.carrier, tracking_code=command.tracking_code, lines=command.lines)
        send_parcel(order, parcel, command.context, command.stock)
        if command.tells:
            tell(order, order.shipments[len(order.shipments)], command.context)


def send_parcel(order: Order, command: Parcel, context: Context, stock: StockChoice | None = None) -> None:
    """Sends a parcel with all that is left, or with the units named, never more than ordered."""
    if order.stage in NOT_SHIPPABLE:
        raise NotShippable(number=order.number, stage=order.stage)
    check_text(command.carrier, NAME, "/carrier", required=True)
    check_text(command.tracking_code, CODE, "/tracking_code")
    if len(order.shipments) >= MAX_SHIPMENTS:
        raise TooManyShipments(limit=MAX_SHIPMENTS)
    left = left_to_ship(order)
    asked: dict[str, int] = {}
    for index, line in enumerate(command.lines):
        available = left.get(line.item, 0) - asked.get(line.item, 0)
        quantity = asked_steps(order, line.item, line.quantity, f"/items/{index}/quantity")
        if not 1 <= quantity <= available:
            raise ShippedAboveLine(
                f"/items/{index}",
                item=line.item[:CODE],
                left=quantity_shown(order, line.item, available),
                asked=as_answered(line.quantity),
            )
        asked[line.item] = asked.get(line.item, 0) + quantity
    parcel = asked or {item: quantity for item, quantity in left.items() if quantity > 0}
    if not parcel:
        raise NothingToShip(number=order.number)
    order.record(
        OrderShipped,
        context,
        shipment=len(order.shipments) + 1,
        carrier=command.carrier,
        tracking_code=command.tracking_code,
        items=tuple(ShippedItem(item=item, quantity=quantity) for item, quantity in parcel.items()),
        stock=stock or "",
    )


def tell(order: Order, parcel: Shipment, context: Context) -> None:
    """Has the customer mailed with whom a parcel travels."""
    if parcel.state == "cancelled":
        raise ShipmentSettled("/shipment", shipment=parcel.number, state=parcel.state)
    if not order.mails_to:
        raise NobodyToTell("/notify", number=order.number)
    order.record(
        TrackingTold,
        context,
        shipment=parcel.number,
        carrier=parcel.carrier,
        tracking_code=parcel.tracking_code,
    )


def require_shipment(order: Order, number: int) -> Shipment:
    """The shipment, or `ShipmentNotFound`."""
    try:
        return order.shipments[number]
    except KeyError:
        raise ShipmentNotFound("/shipment", number=order.number, shipment=number) from None


def correct_tracking(order: Order, command: CorrectTracking, shop: Shop) -> None:
    """Corrects a parcel's carrier or tracking code; the history keeps the former."""
    was = require_shipment(order, command.shipment)
    carrier = was.carrier if command.carrier is None else command.carrier
    tracking_code = was.tracking_code if command.tracking_code is None else command.tracking_code
    check_text(carrier, NAME, "/carrier", required=True)
    check_text(tracking_code, CODE, "/tracking_code")
    if was.state == "cancelled":
        raise ShipmentSettled("/shipment", shipment=was.number, state=was.state)
    if (carrier, tracking_code) != (was.carrier, was.tracking_code):
        order.record(
            TrackingCorrected,
            command.context,
            shipment=was.number,
            carrier=carrier,
            tracking_code=tracking_code,
            carrier_was=was.carrier,
            tracking_code_was=was.tracking_code,
        )
    if command.tells and command.context.command_id not in order.commands:
        tell(order, order.shipments[was.number], command.context)


def tracking_codes(order: Order) -> list[str]:
    """The codes of the parcels that were not called back."""
    parcels = (parcel for parcel in order.shipments.values() if parcel.state != "cancelled")
    return [parcel.tracking_code for parcel in parcels if parcel.tracking_code]


def customer_knows(parcel: Shipment, shop: Shop) -> bool:
    """Whether a mail told the customer of the parcel as it is written down now."""
    status = shop.statuses.get(parcel.told_by)
    return parcel.told_by == TOLD or (status is not None and status.notifies_customer)


def deliver_shipment(order: Order, command: DeliverShipment, shop: Shop) -> None:
    """Writes down that a parcel arrived."""
    was = require_shipment(order, command.shipment)
    if was.state == "cancelled":
        raise ShipmentSettled("/shipment", shipment=was.number, state=was.state)
    if was.state != "delivered":
        order.record(ShipmentDelivered, command.context, shipment=was.number)


def cancel_shipment(order: Order, command: CancelShipment, shop: Shop) -> None:
    """Calls a parcel back unless it has arrived."""
    was = require_shipment(order, command.shipment)
    if was.state == "delivered":
        raise ShipmentSettled("/shipment", shipment=was.number, state=was.state)
    if was.state != "cancelled":
        order.record(ShipmentCancelled, command.context, shipment=was.number)


EVENTS: tuple[type[Event], ...] = (OrderShipped, TrackingCorrected, TrackingTold, ShipmentDelivered, ShipmentCancelled)

HANDLERS = {
    ShipOrder: ship_order,
    CorrectTracking: correct_tracking,
    DeliverShipment: deliver_shipment,
    CancelShipment: cancel_shipment,
}

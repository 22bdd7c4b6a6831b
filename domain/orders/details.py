"""Who and what surrounds an order: customer, operator, source, addresses, ways to pay and to send."""

from __future__ import annotations

from typing import Literal
from uuid import UUID, uuid5

from domain.addresses import Address, check_address
from domain.errors import Conflict
from domain.events import Event, Personal
from domain.orders.order import Order, OrderCommand, require_open
from domain.settings import Shop
from domain.statuses import EDITABLE
from domain.texts import CODE, LINE, NAME, TextMissing, check_text

AddressChoice = Literal["move", "keep"]


class AddressChoiceRequired(Conflict):
    """This order has addresses of its customer until now: say whether they `move` to the new one's, or `keep`."""

    code = "address-choice-required"


class CorrectionNeedsReason(TextMissing):
    """Order {number} is {stage}: who corrects its addresses now says why."""

    code = "correction-needs-reason"


class AssignCustomer(OrderCommand, frozen=True, kw_only=True):
    """Say whose order it is, None: nobody's; the desk fills in what the card says.

    `addresses`: whether those of the order become the card's. Where it has any of another customer, that is asked;
    where it has none, they are filled from the card unless they are to be kept as they are.
    """

    customer_id: UUID | None
    name: str = ""
    email: str = ""
    address: Address = Address()
    addresses: AddressChoice | None = None


class AssignOperator(OrderCommand, frozen=True, kw_only=True):
    """Say who looks after it (empty: nobody)."""

    operator: str


class SetSource(OrderCommand, frozen=True, kw_only=True):
    """Say where it came from: shop, telephone, a marketplace, an import."""

    source: str


class ChangeBillingAddress(OrderCommand, frozen=True, kw_only=True):
    """Bill it to another address."""

    address: Address


class ChangeShippingAddress(OrderCommand, frozen=True, kw_only=True):
    """Send it to another address."""

    address: Address


class ChoosePaymentMethod(OrderCommand, frozen=True, kw_only=True):
    """Say how it will be paid."""

    method: str


class ChooseShippingMethod(OrderCommand, frozen=True, kw_only=True):
    """Say how it will be sent."""

    method: str


class CustomerAssigned(Event, frozen=True, kw_only=True):
    """The order is this customer's; from here on its personal data is under the customer's key."""

    TOPIC = "order.customer-assigned"

    customer_id: UUID
    name: Personal[str]
    email: Personal[str]

    def apply(self, order: Order) -> None:
        order.customer_id = order.subject = self.customer_id
        order.customer_name = self.name
        order.customer_email = self.email


class CustomerUnset(Event, frozen=True, kw_only=True):
    """The order is nobody's known; from here on its personal data is under a key of its own."""

    TOPIC = "order.customer-unset"

    was: UUID

    def apply(self, order: Order) -> None:
        order.customer_id, order.subject = None, self.metadata.subject
        order.customer_name = order.customer_email = ""


class OperatorAssigned(Event, frozen=True, kw_only=True):
    """An operator looks after the order."""

    TOPIC = "order.operator-assigned"

    operator: str
    was: str

    def apply(self, order: Order) -> None:
        order.operator = self.operator


class SourceSet(Event, frozen=True, kw_only=True):
    """The order came from here."""

    TOPIC = "order.source-set"

    source: str
    was: str

    def apply(self, order: Order) -> None:
        order.source = self.source


class BillingAddressChanged(Event, frozen=True, kw_only=True):
    """The order is billed to this address."""

    TOPIC = "order.billing-address-changed"

    address: Personal[Address]

    def apply(self, order: Order) -> None:
        order.billing_address = self.address
        order.billing_subject = self.metadata.subject


class ShippingAddressChanged(Event, frozen=True, kw_only=True):
    """The order is sent to this address."""

    TOPIC = "order.shipping-address-changed"

    address: Personal[Address]

    def apply(self, order: Order) -> None:
        order.shipping_address = self.address
        order.shipping_subject = self.metadata.subject


class PaymentMethodChosen(Event, frozen=True, kw_only=True):
    """The order will be paid this way."""

    TOPIC = "order.payment-method-chosen"

    method: str
    was: str

    def apply(self, order: Order) -> None:
        order.chosen_payment_method = self.method


class ShippingMethodChosen(Event, frozen=True, kw_only=True):
    """The order will be sent this way."""

    TOPIC = "order.shipping-method-chosen"

    method: str
    was: str

    def apply(self, order: Order) -> None:
        order.shipping_method = self.method


def subject_unset(order: Order) -> UUID:
    """Under whose key an order's personal data is once it is nobody's: one of its own, apart from what went before."""
    return uuid5(order.id, f"unset after {order.version}")


def move_to_customer(order: Order, command: AssignCustomer, shop: Shop) -> None:
    """Gives the order to a customer, or to nobody, and moves its addresses along where that is wanted."""
    was = order.customer_id
    has_addresses = bool(order.billing_address or order.shipping_address)
    asks = was not in (None, command.customer_id) and has_addresses and command.address != order.billing_address
    if asks and command.addresses is None and order.stage in EDITABLE:
        raise AddressChoiceRequired("/addresses")
    is_new = command.addresses is None and command.customer_id != was and not has_addresses
    assign_customer(order, command, shop)
    if command.addresses == "move" or (is_new and command.address and order.stage in EDITABLE):
        require_correctable(order, command)
        for event, known in (
            (BillingAddressChanged, order.billing_address),
            (ShippingAddressChanged, order.shipping_address),
        ):
            if command.address != known:
                order.record(event, command.context, address=command.address)


def assign_customer(order: Order, command: AssignCustomer, shop: Shop) -> None:
    """Gives the order to a customer, or to nobody."""
    check_text(command.name, NAME, "/customer/name")
    check_text(command.email, NAME, "/customer/email")
    if command.customer_id is None:
        if order.customer_id:
            order.record(CustomerUnset, command.context, subject=subject_unset(order), was=order.customer_id)
        return
    known = (order.customer_id, order.customer_name, order.customer_email)
    if known != (command.customer_id, command.name, command.email):
        order.record(
            CustomerAssigned,
            command.context,
            subject=command.customer_id,
            customer_id=command.customer_id,
            name=command.name,
            email=command.email,
        )


def require_correctable(order: Order, command: OrderCommand) -> None:
    """Addresses change as long as the order is open; afterwards they are still put right, for a reason.

    What was bought, and how it was to be paid and sent, is closed then.
    """
    check_text(command.context.reason, LINE, "/reason")
    if order.stage not in EDITABLE and not (command.context.reason or "").strip():
        raise CorrectionNeedsReason("/reason", number=order.number, stage=order.stage)


def assign_operator(order: Order, command: AssignOperator, shop: Shop) -> None:
    """Names the operator who looks after the order."""
    check_text(command.operator, CODE, "/operator")
    if command.operator != order.operator:
        order.record(OperatorAssigned, command.context, operator=command.operator, was=order.operator)


def set_source(order: Order, command: SetSource, shop: Shop) -> None:
    """Sets where the order came from."""
    check_text(command.source, CODE, "/source")
    if command.source != order.source:
        order.record(SourceSet, command.context, source=command.source, was=order.source)


def change_billing_address(order: Order, command: ChangeBillingAddress, shop: Shop) -> None:
    """Changes the billing address, the buyer's details on it included."""
    check_address(command.address, "")
    if command.address != order.billing_address:
        require_correctable(order, command)
        order.record(BillingAddressChanged, command.context, address=command.address)


def change_shipping_address(order: Order, command: ChangeShippingAddress, shop: Shop) -> None:
    """Changes the shipping address."""
    check_address(command.address, "")
    if command.address != order.shipping_address:
        require_correctable(order, command)
        order.record(ShippingAddressChanged, command.context, address=command.address)


def choose_payment_method(order: Order, command: ChoosePaymentMethod, shop: Shop) -> None:
    """Chooses one of the shop's payment methods."""
    require_open(order)
    shop.require_payment_method(command.method, "/method")
    if command.method != order.chosen_payment_method:
        order.record(PaymentMethodChosen, command.context, method=command.method, was=order.payment_method)


def choose_shipping_method(order: Order, command: ChooseShippingMethod, shop: Shop) -> None:
    """Chooses one of the shop's shipping methods."""
    require_open(order)
    shop.require_shipping_method(command.method, "/method")
    if command.method != order.shipping_method:
        order.record(ShippingMethodChosen, command.context, method=command.method, was=order.shipping_method)


EVENTS: tuple[type[Event], ...] = (
    CustomerAssigned,
    CustomerUnset,
    OperatorAssigned,
    SourceSet,
    BillingAddressChanged,
    ShippingAddressChanged,
    PaymentMethodChosen,
    ShippingMethodChosen,
)

HANDLERS = {
    AssignCustomer: move_to_customer,
    AssignOperator: assign_operator,
    SetSource: set_source,
    ChangeBillingAddress: change_billing_address,
    ChangeShippingAddress: change_shipping_address,
    ChoosePaymentMethod: choose_payment_method,
    ChooseShippingMethod: choose_shipping_method,
}

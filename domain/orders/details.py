"""Who and what surrounds an order: customer, operator, source, addresses, ways to pay and to send."""

from __future__ import annotations

from uuid import UUID

from domain.addresses import Address, check_address
from domain.events import Event, Personal
from domain.orders.order import Order, OrderCommand, require_open
from domain.settings import Shop
from domain.texts import CODE, NAME, check_text


class AssignCustomer(OrderCommand, frozen=True, kw_only=True):
    """Say whose order it is; the desk fills in what the card says."""

    customer_id: UUID
    name: str = ""
    email: str = ""


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


class PaymentMethodChosen(Event, frozen=True, kw_only=True):
    """The order will be paid this way."""

    TOPIC = "order.payment-method-chosen"

    method: str
    was: str

    def apply(self, order: Order) -> None:
        order.payment_method = self.method


class ShippingMethodChosen(Event, frozen=True, kw_only=True):
    """The order will be sent this way."""

    TOPIC = "order.shipping-method-chosen"

    method: str
    was: str

    def apply(self, order: Order) -> None:
        order.shipping_method = self.method


def assign_customer(order: Order, command: AssignCustomer, shop: Shop) -> None:
    """Gives the order to a customer."""
    check_text(command.name, NAME, "/customer/name")
    check_text(command.email, NAME, "/customer/email")
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
    """Changes the billing address while the order is open."""
    require_open(order)
    check_address(command.address, "")
    if command.address != order.billing_address:
        order.record(BillingAddressChanged, command.context, address=command.address)


def change_shipping_address(order: Order, command: ChangeShippingAddress, shop: Shop) -> None:
    """Changes the shipping address while the order is open."""
    require_open(order)
    check_address(command.address, "")
    if command.address != order.shipping_address:
        order.record(ShippingAddressChanged, command.context, address=command.address)


def choose_payment_method(order: Order, command: ChoosePaymentMethod, shop: Shop) -> None:
    """Chooses one of the shop's payment methods."""
    require_open(order)
    shop.require_payment_method(command.method)
    if command.method != order.payment_method:
        order.record(PaymentMethodChosen, command.context, method=command.method, was=order.payment_method)


def choose_shipping_method(order: Order, command: ChooseShippingMethod, shop: Shop) -> None:
    """Chooses one of the shop's shipping methods."""
    require_open(order)
    shop.require_shipping_method(command.method)
    if command.method != order.shipping_method:
        order.record(ShippingMethodChosen, command.context, method=command.method, was=order.shipping_method)


EVENTS: tuple[type[Event], ...] = (
    CustomerAssigned,
    OperatorAssigned,
    SourceSet,
    BillingAddressChanged,
    ShippingAddressChanged,
    PaymentMethodChosen,
    ShippingMethodChosen,
)

HANDLERS = {
    AssignCustomer: assign_customer,
    AssignOperator: assign_operator,
    SetSource: set_source,
    ChangeBillingAddress: change_billing_address,
    ChangeShippingAddress: change_shipping_address,
    ChoosePaymentMethod: choose_payment_method,
    ChooseShippingMethod: choose_shipping_method,
}

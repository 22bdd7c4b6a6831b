"""The ways a shop offers to pay and to send, and who carries its parcels."""

from __future__ import annotations

from collections.abc import Callable

from domain.errors import Rejected
from domain.events import Command, Event
from domain.settings import SettingsCommand, ShopSettings, check_code, with_part, without_part
from domain.shop import CAPTURES, PROVIDERS, Carrier, PaymentMethod, ShippingMethod, Shop, UnknownMethod
from domain.texts import CODE, LINE, NAME, check_text


class BadTrackingAddress(Rejected):
    """A tracking address starts with https:// and holds the word code in curly brackets once, where the code goes."""

    code = "bad-tracking-address"


class UnknownProvider(Rejected):
    """There is no payment provider {provider}; known: {known}."""

    code = "unknown-provider"


class UnknownCapture(Rejected):
    """Money is taken {known}, not {capture}."""

    code = "unknown-capture"


class DefinePaymentMethod(SettingsCommand, frozen=True, kw_only=True):
    """Add or change a payment method."""

    method: PaymentMethod


class RetirePaymentMethod(SettingsCommand, frozen=True, kw_only=True):
    """Stop offering a payment method."""

    code: str


class DefineShippingMethod(SettingsCommand, frozen=True, kw_only=True):
    """Add or change a shipping method."""

    method: ShippingMethod


class RetireShippingMethod(SettingsCommand, frozen=True, kw_only=True):
    """Stop offering a shipping method."""

    code: str


class DefineCarrier(SettingsCommand, frozen=True, kw_only=True):
    """Add or change a carrier."""

    carrier: Carrier


class RetireCarrier(SettingsCommand, frozen=True, kw_only=True):
    """Take a carrier off the list."""

    code: str


class PaymentMethodDefined(Event, frozen=True, kw_only=True):
    """A payment method is offered. Form 2 says who takes its money."""

    TOPIC = "settings.payment-method-defined"
    VERSION = 2

    method: PaymentMethod

    def apply(self, settings: ShopSettings) -> None:
        with_part(settings, "payment_methods", self.method)


class PaymentMethodRetired(Event, frozen=True, kw_only=True):
    """A payment method is no longer offered."""

    TOPIC = "settings.payment-method-retired"

    code: str

    def apply(self, settings: ShopSettings) -> None:
        without_part(settings, "payment_methods", self.code)


class ShippingMethodDefined(Event, frozen=True, kw_only=True):
    """A shipping method is offered."""

    TOPIC = "settings.shipping-method-defined"

    method: ShippingMethod

    def apply(self, settings: ShopSettings) -> None:
        with_part(settings, "shipping_methods", self.method)


class ShippingMethodRetired(Event, frozen=True, kw_only=True):
    """A shipping method is no longer offered."""

    TOPIC = "settings.shipping-method-retired"

    code: str

    def apply(self, settings: ShopSettings) -> None:
        without_part(settings, "shipping_methods", self.code)


class CarrierDefined(Event, frozen=True, kw_only=True):
    """A carrier is on the list."""

    TOPIC = "settings.carrier-defined"

    carrier: Carrier

    def apply(self, settings: ShopSettings) -> None:
        with_part(settings, "carriers", self.carrier)


class CarrierRetired(Event, frozen=True, kw_only=True):
    """A carrier left the list."""

    TOPIC = "settings.carrier-retired"

    code: str

    def apply(self, settings: ShopSettings) -> None:
        without_part(settings, "carriers", self.code)


def define_payment_method(settings: ShopSettings, command: DefinePaymentMethod, shop: Shop) -> None:
    """Offers a payment method."""
    check_code(command.method.code)
    check_text(command.method.label, NAME, "/label", required=True)
    if command.method.provider not in PROVIDERS:
        raise UnknownProvider("/provider", provider=command.method.provider[:CODE], known=", ".join(PROVIDERS))
    if command.method.capture not in CAPTURES:
        raise UnknownCapture("/capture", capture=command.method.capture[:CODE], known=" or ".join(CAPTURES))
    if settings.shop.payment_methods.get(command.method.code) != command.method:
        settings.record(PaymentMethodDefined, command.context, method=command.method)


def retire_payment_method(settings: ShopSettings, command: RetirePaymentMethod, shop: Shop) -> None:
    """Stops offering a payment method."""
    settings.shop.require_payment_method(command.code, "/code")
    settings.record(PaymentMethodRetired, command.context, code=command.code)


def define_shipping_method(settings: ShopSettings, command: DefineShippingMethod, shop: Shop) -> None:
    """Offers a shipping method."""
    check_code(command.method.code)
    check_text(command.method.label, NAME, "/label", required=True)
    check_text(command.method.carrier, NAME, "/carrier")
    if settings.shop.shipping_methods.get(command.method.code) != command.method:
        settings.record(ShippingMethodDefined, command.context, method=command.method)


def retire_shipping_method(settings: ShopSettings, command: RetireShippingMethod, shop: Shop) -> None:
    """Stops offering a shipping method."""
    settings.shop.require_shipping_method(command.code, "/code")
    settings.record(ShippingMethodRetired, command.context, code=command.code)


def define_carrier(settings: ShopSettings, command: DefineCarrier, shop: Shop) -> None:
    """Puts a carrier on the list, with a safe address to follow its parcels."""
    carrier = command.carrier
    check_code(carrier.code)
    check_text(carrier.label, NAME, "/label", required=True)
    check_text(carrier.tracking_url, LINE, "/tracking_url")
    url = carrier.tracking_url
    if url and (not url.startswith("https://") or url.count("{code}") != 1 or url.count("{") != 1):
        raise BadTrackingAddress("/tracking_url")
    if settings.shop.carriers.get(carrier.code) != carrier:
        settings.record(CarrierDefined, command.context, carrier=carrier)


def retire_carrier(settings: ShopSettings, command: RetireCarrier, shop: Shop) -> None:
    """Takes a carrier off the list."""
    if command.code not in settings.shop.carriers:
        known = ", ".join(settings.shop.carriers)
        raise UnknownMethod("/code", kind="carrier", method=command.code[:CODE], known=known)
    settings.record(CarrierRetired, command.context, code=command.code)


EVENTS: tuple[type[Event], ...] = (
    PaymentMethodDefined,
    PaymentMethodRetired,
    ShippingMethodDefined,
    ShippingMethodRetired,
    CarrierDefined,
    CarrierRetired,
)

HANDLERS: dict[type[Command], Callable[..., None]] = {
    DefinePaymentMethod: define_payment_method,
    RetirePaymentMethod: retire_payment_method,
    DefineShippingMethod: define_shipping_method,
    RetireShippingMethod: retire_shipping_method,
    DefineCarrier: define_carrier,
    RetireCarrier: retire_carrier,
}

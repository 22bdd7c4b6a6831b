"""How a shop sets up its desk: statuses, payment and shipping methods, carriers, seller, defaults."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from domain.addresses import Address, check_address
from domain.errors import Rejected
from domain.events import Aggregate, Command, Event
from domain.money import decimals
from domain.shop import CAPTURES as CAPTURES
from domain.shop import LOCALES as LOCALES
from domain.shop import PROVIDERS as PROVIDERS
from domain.shop import Carrier as Carrier
from domain.shop import Defaults as Defaults
from domain.shop import PaymentMethod as PaymentMethod
from domain.shop import ShippingMethod as ShippingMethod
from domain.shop import Shop as Shop
from domain.shop import UnknownLocale as UnknownLocale
from domain.shop import UnknownMethod as UnknownMethod
from domain.statuses import STAGES, MerchantStatus, UnknownStage
from domain.texts import CODE, LINE, NAME, check_text

SETTINGS_ID = UUID("6f1a3f0e-5c3b-5d0e-9b1e-3d5b0c9a7e11")
MAX_POSITION = 1_000_000

_CODE = re.compile("[A-Za-z0-9][A-Za-z0-9._-]*")
_COLOUR = re.compile("#[0-9A-Fa-f]{6}")


class StatusInUse(Rejected):
    """Status {status} is the only one on stage {stage}; every stage needs one."""

    code = "last-status-of-stage"


class StageFixed(Rejected):
    """Status {status} stands on stage {stage} and stays there; orders rely on it."""

    code = "stage-fixed"


class BadTrackingAddress(Rejected):
    """A tracking address starts with https:// and holds the word code in curly brackets once, where the code goes."""

    code = "bad-tracking-address"


class BadCode(Rejected):
    """A code is made of letters, digits, dots, hyphens and underscores and begins with a letter or digit."""

    code = "bad-code"


class PositionOutOfBounds(Rejected):
    """A position is a whole number from 0 to {limit}."""

    code = "position-out-of-bounds"


class BadColour(Rejected):
    """A colour is written #rrggbb."""

    code = "bad-colour"


class UnknownProvider(Rejected):
    """There is no payment provider {provider}; known: {known}."""

    code = "unknown-provider"


class UnknownCapture(Rejected):
    """Money is taken {known}, not {capture}."""

    code = "unknown-capture"


class Settings(Aggregate):
    """The one aggregate that a shop's set-up is the history of."""

    TOPIC = "settings"

    def clear(self) -> None:
        self.shop = Shop()


class SettingsCommand(Command, frozen=True, kw_only=True):
    """Something asked of the shop's set-up."""

    settings_id: UUID = SETTINGS_ID


class DefineStatus(SettingsCommand, frozen=True, kw_only=True):
    """Name a status on a stage, or change one."""

    status: MerchantStatus


class RetireStatus(SettingsCommand, frozen=True, kw_only=True):
    """Take a status off the desk; orders that have it keep it."""

    code: str


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


class SetSeller(SettingsCommand, frozen=True, kw_only=True):
    """Say who sells."""

    seller: Address


class SetDefaults(SettingsCommand, frozen=True, kw_only=True):
    """Say what a new order starts from."""

    defaults: Defaults


def _with(settings: Settings, part: str, thing: Any) -> None:
    settings.shop = replace(settings.shop, **{part: {**getattr(settings.shop, part), thing.code: thing}})


def _without(settings: Settings, part: str, code: str) -> None:
    left = {key: thing for key, thing in getattr(settings.shop, part).items() if key != code}
    settings.shop = replace(settings.shop, **{part: left})


class StatusDefined(Event, frozen=True, kw_only=True):
    """A status has this name, stage and effects."""

    TOPIC = "settings.status-defined"

    status: MerchantStatus

    def apply(self, settings: Settings) -> None:
        _with(settings, "statuses", self.status)


class StatusRetired(Event, frozen=True, kw_only=True):
    """A status is no longer offered."""

    TOPIC = "settings.status-retired"

    code: str

    def apply(self, settings: Settings) -> None:
        _without(settings, "statuses", self.code)


class PaymentMethodDefined(Event, frozen=True, kw_only=True):
    """A payment method is offered. Form 2 says who takes its money."""

    TOPIC = "settings.payment-method-defined"
    VERSION = 2

    method: PaymentMethod

    def apply(self, settings: Settings) -> None:
        _with(settings, "payment_methods", self.method)


class PaymentMethodRetired(Event, frozen=True, kw_only=True):
    """A payment method is no longer offered."""

    TOPIC = "settings.payment-method-retired"

    code: str

    def apply(self, settings: Settings) -> None:
        _without(settings, "payment_methods", self.code)


class ShippingMethodDefined(Event, frozen=True, kw_only=True):
    """A shipping method is offered."""

    TOPIC = "settings.shipping-method-defined"

    method: ShippingMethod

    def apply(self, settings: Settings) -> None:
        _with(settings, "shipping_methods", self.method)


class ShippingMethodRetired(Event, frozen=True, kw_only=True):
    """A shipping method is no longer offered."""

    TOPIC = "settings.shipping-method-retired"

    code: str

    def apply(self, settings: Settings) -> None:
        _without(settings, "shipping_methods", self.code)


class CarrierDefined(Event, frozen=True, kw_only=True):
    """A carrier is on the list."""

    TOPIC = "settings.carrier-defined"

    carrier: Carrier

    def apply(self, settings: Settings) -> None:
        _with(settings, "carriers", self.carrier)


class CarrierRetired(Event, frozen=True, kw_only=True):
    """A carrier left the list."""

    TOPIC = "settings.carrier-retired"

    code: str

    def apply(self, settings: Settings) -> None:
        _without(settings, "carriers", self.code)


class SellerSet(Event, frozen=True, kw_only=True):
    """The shop sells under these details."""

    TOPIC = "settings.seller-set"

    seller: Address

    def apply(self, settings: Settings) -> None:
        settings.shop = replace(settings.shop, seller=self.seller)


class DefaultsSet(Event, frozen=True, kw_only=True):
    """New orders start from these."""

    TOPIC = "settings.defaults-set"

    defaults: Defaults

    def apply(self, settings: Settings) -> None:
        settings.shop = replace(settings.shop, defaults=self.defaults)


def _check_code(code: str) -> None:
    check_text(code, CODE, "/code", required=True)
    if not _CODE.fullmatch(code):
        raise BadCode("/code")


def define_status(settings: Settings, command: DefineStatus, shop: Shop) -> None:
    """Names a status; its stage is fixed once orders may stand on it."""
    status = command.status
    _check_code(status.code)
    check_text(status.label, NAME, "/label", required=True)
    if status.stage not in STAGES:
        raise UnknownStage("/stage", stage=status.stage[:CODE], known=", ".join(STAGES))
    if not _COLOUR.fullmatch(status.colour):
        raise BadColour("/colour")
    if not 0 <= status.position <= MAX_POSITION:
        raise PositionOutOfBounds("/position", limit=MAX_POSITION)
    was = settings.shop.statuses.get(status.code)
    if was and was.stage != status.stage:
        raise StageFixed("/stage", status=status.code, stage=was.stage)
    if was != status:
        settings.record(StatusDefined, command.context, status=status)


def retire_status(settings: Settings, command: RetireStatus, shop: Shop) -> None:
    """Retires a status, never the last of its stage."""
    status = settings.shop.status(command.code, "/code")
    if sum(other.stage == status.stage for other in settings.shop.statuses.values()) == 1:
        raise StatusInUse("/code", status=status.code, stage=status.stage)
    settings.record(StatusRetired, command.context, code=command.code)


def define_payment_method(settings: Settings, command: DefinePaymentMethod, shop: Shop) -> None:
    """Offers a payment method."""
    _check_code(command.method.code)
    check_text(command.method.label, NAME, "/label", required=True)
    if command.method.provider not in PROVIDERS:
        raise UnknownProvider("/provider", provider=command.method.provider[:CODE], known=", ".join(PROVIDERS))
    if command.method.capture not in CAPTURES:
        raise UnknownCapture("/capture", capture=command.method.capture[:CODE], known=" or ".join(CAPTURES))
    if settings.shop.payment_methods.get(command.method.code) != command.method:
        settings.record(PaymentMethodDefined, command.context, method=command.method)


def retire_payment_method(settings: Settings, command: RetirePaymentMethod, shop: Shop) -> None:
    """Stops offering a payment method."""
    settings.shop.require_payment_method(command.code, "/code")
    settings.record(PaymentMethodRetired, command.context, code=command.code)


def define_shipping_method(settings: Settings, command: DefineShippingMethod, shop: Shop) -> None:
    """Offers a shipping method."""
    _check_code(command.method.code)
    check_text(command.method.label, NAME, "/label", required=True)
    check_text(command.method.carrier, NAME, "/carrier")
    if settings.shop.shipping_methods.get(command.method.code) != command.method:
        settings.record(ShippingMethodDefined, command.context, method=command.method)


def retire_shipping_method(settings: Settings, command: RetireShippingMethod, shop: Shop) -> None:
    """Stops offering a shipping method."""
    settings.shop.require_shipping_method(command.code, "/code")
    settings.record(ShippingMethodRetired, command.context, code=command.code)


def define_carrier(settings: Settings, command: DefineCarrier, shop: Shop) -> None:
    """Puts a carrier on the list, with a safe address to follow its parcels."""
    carrier = command.carrier
    _check_code(carrier.code)
    check_text(carrier.label, NAME, "/label", required=True)
    check_text(carrier.tracking_url, LINE, "/tracking_url")
    url = carrier.tracking_url
    if url and (not url.startswith("https://") or url.count("{code}") != 1 or url.count("{") != 1):
        raise BadTrackingAddress("/tracking_url")
    if settings.shop.carriers.get(carrier.code) != carrier:
        settings.record(CarrierDefined, command.context, carrier=carrier)


def retire_carrier(settings: Settings, command: RetireCarrier, shop: Shop) -> None:
    """Takes a carrier off the list."""
    if command.code not in settings.shop.carriers:
        known = ", ".join(settings.shop.carriers)
        raise UnknownMethod("/code", kind="carrier", method=command.code[:CODE], known=known)
    settings.record(CarrierRetired, command.context, code=command.code)


def set_seller(settings: Settings, command: SetSeller, shop: Shop) -> None:
    """Sets who sells."""
    check_address(command.seller, "")
    if command.seller != settings.shop.seller:
        settings.record(SellerSet, command.context, seller=command.seller)


def set_defaults(settings: Settings, command: SetDefaults, shop: Shop) -> None:
    """Sets what new orders start from."""
    decimals(command.defaults.currency)
    if command.defaults.locale not in LOCALES:
        raise UnknownLocale("/locale", locale=command.defaults.locale[:CODE])
    check_text(command.defaults.number_prefix, 12, "/number_prefix")
    check_text(command.defaults.timezone, CODE, "/timezone", required=True)
    if command.defaults != settings.shop.defaults:
        settings.record(DefaultsSet, command.context, defaults=command.defaults)


EVENTS: tuple[type[Event], ...] = (
    StatusDefined,
    StatusRetired,
    PaymentMethodDefined,
    PaymentMethodRetired,
    ShippingMethodDefined,
    ShippingMethodRetired,
    CarrierDefined,
    CarrierRetired,
    SellerSet,
    DefaultsSet,
)

HANDLERS: dict[type[Command], Callable[..., None]] = {
    DefineStatus: define_status,
    RetireStatus: retire_status,
    DefinePaymentMethod: define_payment_method,
    RetirePaymentMethod: retire_payment_method,
    DefineShippingMethod: define_shipping_method,
    RetireShippingMethod: retire_shipping_method,
    DefineCarrier: define_carrier,
    RetireCarrier: retire_carrier,
    SetSeller: set_seller,
    SetDefaults: set_defaults,
}

"""How a shop has set up its desk: statuses, payment and shipping methods, carriers, seller, defaults."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from msgspec import Struct, field
from msgspec.structs import replace

from domain.addresses import Address, check_address
from domain.errors import Rejected
from domain.events import Aggregate, Command, Event
from domain.money import decimals
from domain.statuses import STAGES, STANDARD_STATUSES, MerchantStatus, UnknownStage, UnknownStatus
from domain.texts import CODE, LINE, NAME, check_text

SETTINGS_ID = UUID("6f1a3f0e-5c3b-5d0e-9b1e-3d5b0c9a7e11")
LOCALES = ("en", "fr")


class StatusInUse(Rejected):
    """Status {status} is the only one on stage {stage}; every stage needs one."""

    code = "last-status-of-stage"


class StageFixed(Rejected):
    """Status {status} stands on stage {stage} and stays there; orders rely on it."""

    code = "stage-fixed"


class UnknownMethod(Rejected):
    """There is no {kind} {method}; known: {known}."""

    code = "unknown-method"


class UnknownLocale(Rejected):
    """There is no language {locale}; known: en, fr."""

    code = "unknown-locale"


class BadTrackingAddress(Rejected):
    """A tracking address starts with https:// and holds {{code}} once."""

    code = "bad-tracking-address"


class BadColour(Rejected):
    """A colour is written #rrggbb."""

    code = "bad-colour"


class PaymentMethod(Struct, frozen=True, kw_only=True):
    """A way to pay, and whether money taken with it counts as paid at once."""

    code: str
    label: str


class ShippingMethod(Struct, frozen=True, kw_only=True):
    """A way to send an order, with the carrier that usually takes it."""

    code: str
    label: str
    carrier: str = ""


class Carrier(Struct, frozen=True, kw_only=True):
    """Who carries parcels; `tracking_url` holds `{code}` where the tracking code goes."""

    code: str
    label: str
    tracking_url: str = ""


class Defaults(Struct, frozen=True, kw_only=True):
    """What a new order starts from."""

    currency: str = "EUR"
    prices_include_tax: bool = True
    locale: str = "en"
    number_prefix: str = "C"
    timezone: str = "UTC"


def _by_code(*things: Any) -> dict[str, Any]:
    return {thing.code: thing for thing in things}


class Shop(Struct, frozen=True, kw_only=True):
    """The desk as it is set up now; every decision about an order sees one."""

    statuses: dict[str, MerchantStatus] = field(default_factory=lambda: _by_code(*STANDARD_STATUSES))
    payment_methods: dict[str, PaymentMethod] = field(
        default_factory=lambda: _by_code(
            PaymentMethod(code="card", label="Card"),
            PaymentMethod(code="transfer", label="Bank transfer"),
            PaymentMethod(code="cheque", label="Cheque"),
            PaymentMethod(code="cash", label="Cash"),
        )
    )
    shipping_methods: dict[str, ShippingMethod] = field(
        default_factory=lambda: _by_code(
            ShippingMethod(code="standard", label="Standard delivery"),
            ShippingMethod(code="express", label="Express delivery"),
            ShippingMethod(code="pickup", label="Pick-up at the shop"),
        )
    )
    carriers: dict[str, Carrier] = field(
        default_factory=lambda: _by_code(
            Carrier(code="colissimo", label="Colissimo", tracking_url="https://www.laposte.fr/outils/suivre-vos-envois?code={code}"),
            Carrier(code="dhl", label="DHL", tracking_url="https://www.dhl.com/en/express/tracking.html?AWB={code}"),
            Carrier(code="ups", label="UPS", tracking_url="https://www.ups.com/track?tracknum={code}"),
            Carrier(code="fedex", label="FedEx", tracking_url="https://www.fedex.com/fedextrack/?trknbr={code}"),
        )
    )
    seller: Address = field(default_factory=Address)
    defaults: Defaults = field(default_factory=Defaults)

    def status(self, code: str, pointer: str = "/status") -> MerchantStatus:
        """The merchant's status of that code, or `UnknownStatus` with the known ones."""
        try:
            return self.statuses[code]
        except KeyError:
            raise UnknownStatus(pointer, status=code[:CODE], known=", ".join(self.statuses)) from None

    def first_status(self, stage: str) -> MerchantStatus:
        """The first of the merchant's statuses on a stage."""
        return min((s for s in self.statuses.values() if s.stage == stage), key=lambda s: (s.position, s.code))

    def require_payment_method(self, code: str, pointer: str = "/payment_method") -> None:
        """Refuses a payment method that the shop does not know."""
        if code not in self.payment_methods:
            raise UnknownMethod(pointer, kind="payment method", method=code[:CODE], known=", ".join(self.payment_methods))

    def require_shipping_method(self, code: str, pointer: str = "/shipping_method") -> None:
        """Refuses a shipping method that the shop does not know."""
        if code not in self.shipping_methods:
            known = ", ".join(self.shipping_methods)
            raise UnknownMethod(pointer, kind="shipping method", method=code[:CODE], known=known)

    def tracking_url(self, carrier: str, tracking_code: str) -> str:
        """Where a parcel can be followed, empty when the carrier is free text or has no address."""
        known = self.carriers.get(carrier)
        if known is None or not known.tracking_url or not tracking_code:
            return ""
        return known.tracking_url.replace("{code}", quote(tracking_code, safe=""))


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
    """A payment method is offered."""

    TOPIC = "settings.payment-method-defined"

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


def define_status(settings: Settings, command: DefineStatus, shop: Shop) -> None:
    """Names a status; its stage is fixed once orders may stand on it."""
    status = command.status
    check_text(status.code, CODE, "/code", required=True)
    check_text(status.label, NAME, "/label", required=True)
    if status.stage not in STAGES:
        raise UnknownStage("/stage", stage=status.stage[:CODE], known=", ".join(STAGES))
    colour = status.colour
    if len(colour) != 7 or colour[0] != "#" or any(digit not in "0123456789abcdefABCDEF" for digit in colour[1:]):
        raise BadColour("/colour")
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
    check_text(command.method.code, CODE, "/code", required=True)
    check_text(command.method.label, NAME, "/label", required=True)
    if settings.shop.payment_methods.get(command.method.code) != command.method:
        settings.record(PaymentMethodDefined, command.context, method=command.method)


def retire_payment_method(settings: Settings, command: RetirePaymentMethod, shop: Shop) -> None:
    """Stops offering a payment method."""
    settings.shop.require_payment_method(command.code, "/code")
    settings.record(PaymentMethodRetired, command.context, code=command.code)


def define_shipping_method(settings: Settings, command: DefineShippingMethod, shop: Shop) -> None:
    """Offers a shipping method."""
    check_text(command.method.code, CODE, "/code", required=True)
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
    check_text(carrier.code, CODE, "/code", required=True)
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

HANDLERS = {
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

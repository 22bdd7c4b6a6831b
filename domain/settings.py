"""How a shop sets up its desk: statuses, seller, defaults."""

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
from domain.taxes import check_taxes
from domain.texts import CODE, NAME, check_text
from domain.vat_numbers import check_vat_number

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


class BadCode(Rejected):
    """A code is made of letters, digits, dots, hyphens and underscores and begins with a letter or digit."""

    code = "bad-code"


class PositionOutOfBounds(Rejected):
    """A position is a whole number from 0 to {limit}."""

    code = "position-out-of-bounds"


class BadColour(Rejected):
    """A colour is written #rrggbb."""

    code = "bad-colour"


class ShopSettings(Aggregate):
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


class SetSeller(SettingsCommand, frozen=True, kw_only=True):
    """Say who sells."""

    seller: Address


class SetDefaults(SettingsCommand, frozen=True, kw_only=True):
    """Say what a new order starts from."""

    defaults: Defaults


def with_part(settings: ShopSettings, part: str, thing: Any) -> None:
    """Puts a thing among those of a part of the set-up, in place of the one of its code."""
    settings.shop = replace(settings.shop, **{part: {**getattr(settings.shop, part), thing.code: thing}})


def without_part(settings: ShopSettings, part: str, code: str) -> None:
    """Takes the thing of a code out of a part of the set-up."""
    left = {key: thing for key, thing in getattr(settings.shop, part).items() if key != code}
    settings.shop = replace(settings.shop, **{part: left})


class StatusDefined(Event, frozen=True, kw_only=True):
    """A status has this name, stage and effects."""

    TOPIC = "settings.status-defined"
    VERSION = 2

    status: MerchantStatus

    def apply(self, settings: ShopSettings) -> None:
        with_part(settings, "statuses", self.status)


class StatusRetired(Event, frozen=True, kw_only=True):
    """A status is no longer offered."""

    TOPIC = "settings.status-retired"

    code: str

    def apply(self, settings: ShopSettings) -> None:
        without_part(settings, "statuses", self.code)


class SellerSet(Event, frozen=True, kw_only=True):
    """The shop sells under these details."""

    TOPIC = "settings.seller-set"

    seller: Address

    def apply(self, settings: ShopSettings) -> None:
        settings.shop = replace(settings.shop, seller=self.seller)


class DefaultsSet(Event, frozen=True, kw_only=True):
    """New orders start from these. Form 2 says which taxes lines bear that tell none."""

    TOPIC = "settings.defaults-set"
    VERSION = 2

    defaults: Defaults

    def apply(self, settings: ShopSettings) -> None:
        settings.shop = replace(settings.shop, defaults=self.defaults)


def check_code(code: str) -> None:
    """Refuses a code that addresses and files could not carry."""
    check_text(code, CODE, "/code", required=True)
    if not _CODE.fullmatch(code):
        raise BadCode("/code")


def define_status(settings: ShopSettings, command: DefineStatus, shop: Shop) -> None:
    """Names a status; its stage is fixed once orders may stand on it."""
    status = command.status
    check_code(status.code)
    check_text(status.label, NAME, "/label", required=True)
    if status.stage not in STAGES:
        raise UnknownStage("/stage", stage=status.stage[:CODE], known=", ".join(STAGES))
    if not _COLOUR.fullmatch(status.colour):
        raise BadColour("/colour")
    if not 0 <= status.position <= MAX_POSITION:
        raise PositionOutOfBounds("/position", limit=MAX_POSITION)
    check_names(status)
    was = settings.shop.statuses.get(status.code)
    if was and was.stage != status.stage:
        raise StageFixed("/stage", status=status.code, stage=was.stage)
    if was != status:
        settings.record(StatusDefined, command.context, status=status)


def check_names(status: MerchantStatus) -> None:
    """Refuses a name in a language that is not spoken here, or none at all."""
    for one in status.names:
        if one.locale not in LOCALES:
            raise UnknownLocale(f"/names/{one.locale[:CODE]}", locale=one.locale[:CODE])
        check_text(one.name, NAME, f"/names/{one.locale}", required=True)


def retire_status(settings: ShopSettings, command: RetireStatus, shop: Shop) -> None:
    """Retires a status, never the last of its stage."""
    status = settings.shop.status(command.code, "/code")
    if sum(other.stage == status.stage for other in settings.shop.statuses.values()) == 1:
        raise StatusInUse("/code", status=status.code, stage=status.stage)
    settings.record(StatusRetired, command.context, code=command.code)


def set_seller(settings: ShopSettings, command: SetSeller, shop: Shop) -> None:
    """Sets who sells."""
    check_address(command.seller, "")
    check_vat_number(command.seller, "/vat_number")
    if command.seller != settings.shop.seller:
        settings.record(SellerSet, command.context, seller=command.seller)


def set_defaults(settings: ShopSettings, command: SetDefaults, shop: Shop) -> None:
    """Sets what new orders start from."""
    decimals(command.defaults.currency)
    if command.defaults.locale not in LOCALES:
        raise UnknownLocale("/locale", locale=command.defaults.locale[:CODE])
    check_taxes(command.defaults.taxes or (), "/")
    check_text(command.defaults.number_prefix, 12, "/number_prefix")
    check_text(command.defaults.timezone, CODE, "/timezone", required=True)
    if command.defaults != settings.shop.defaults:
        settings.record(DefaultsSet, command.context, defaults=command.defaults)


EVENTS: tuple[type[Event], ...] = (
    StatusDefined,
    StatusRetired,
    SellerSet,
    DefaultsSet,
)

HANDLERS: dict[type[Command], Callable[..., None]] = {
    DefineStatus: define_status,
    RetireStatus: retire_status,
    SetSeller: set_seller,
    SetDefaults: set_defaults,
}

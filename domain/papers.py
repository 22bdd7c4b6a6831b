"""What a shop's documents carry: the seller's legal details, the logo, and the series that numbers are taken from."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from domain.errors import Rejected
from domain.events import Command, Event
from domain.orders.documents import NUMBERED
from domain.orders.issuing import LONGEST_TERM, TermOutOfBounds, UnknownSeries
from domain.pricing import WHOLE
from domain.settings import SettingsCommand, ShopSettings
from domain.shop import Legal, Logo, PackingSlip, Series, Shop
from domain.texts import CODE, LINE, NAME, check_text

OPERATIONS = ("goods", "services", "both")
LOGO_TYPES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
LOGO_BYTES = 256 * 1024
LOGO_PIXELS = 2_000
MAX_SERIES = 50
LARGEST_FIRST = 10**9

_PREFIX = re.compile("[A-Z][A-Z0-9-]{0,11}")
_TEXTS = {"legal_form": NAME, "capital": NAME, "register": NAME, "exemption": LINE, "iban": CODE, "bic": CODE}


class WrongSiren(Rejected):
    """A SIREN has nine digits, a SIRET the same nine and five more, and their check digits are right."""

    code = "wrong-siren"


class UnknownOperation(Rejected):
    """A shop sells goods, services or both, not {operation}."""

    code = "unknown-operation"


class WrongRate(Rejected):
    """A rate lies between 0 and 100 percent."""

    code = "wrong-rate"


class WrongLogo(Rejected):
    """A logo is a PNG or JPEG picture of at most {bytes} bytes and {pixels} pixels either way."""

    code = "wrong-logo"


class WrongPrefix(Rejected):
    """A prefix is a capital letter and up to eleven capitals, digits and dashes, and does not end with a digit."""

    code = "wrong-prefix"


class PrefixTaken(Rejected):
    """Series {series} has the prefix {prefix}: their numbers could be the same."""

    code = "prefix-taken"


class SeriesFixed(Rejected):
    """Series {series} keeps its kind, its prefix and its years: numbers were promised by them."""

    code = "series-fixed"


class UnknownKind(Rejected):
    """Series number invoices or credit notes, not {kind}."""

    code = "unknown-kind"


class FirstOutOfBounds(Rejected):
    """A series begins with a number from 1 to {limit}."""

    code = "first-out-of-bounds"


class TooManySeries(Rejected):
    """A shop has at most {limit} series."""

    code = "too-many-series"


class SetLegal(SettingsCommand, frozen=True, kw_only=True):
    """Say what the law asks of the seller's papers."""

    legal: Legal


class SetLogo(SettingsCommand, frozen=True, kw_only=True):
    """Put a picture at the head of every document from now on."""

    logo: Logo


class RemoveLogo(SettingsCommand, frozen=True, kw_only=True):
    """Print documents without a picture from now on."""


class SetPackingSlip(SettingsCommand, frozen=True, kw_only=True):
    """Say what packing slips carry besides goods and address."""

    slip: PackingSlip


class DefineSeries(SettingsCommand, frozen=True, kw_only=True):
    """Begin a series of numbers, or move where a year of it begins."""

    series: Series


class SkipNumbers(SettingsCommand, frozen=True, kw_only=True):
    """Let a series go on after numbers whose documents are not in the log; `period` is a year, 0 for all years."""

    series: str
    period: int
    first: int
    last: int


class PackingSlipSet(Event, frozen=True, kw_only=True):
    """Packing slips carry this besides goods and address."""

    TOPIC = "settings.packing-slip-set"

    slip: PackingSlip

    def apply(self, settings: ShopSettings) -> None:
        settings.shop = replace(settings.shop, packing_slip=self.slip)


class LegalSet(Event, frozen=True, kw_only=True):
    """The seller's papers carry these details."""

    TOPIC = "settings.legal-set"

    legal: Legal

    def apply(self, settings: ShopSettings) -> None:
        settings.shop = replace(settings.shop, legal=self.legal)


class LogoSet(Event, frozen=True, kw_only=True):
    """Documents carry this picture."""

    TOPIC = "settings.logo-set"

    logo: Logo

    def apply(self, settings: ShopSettings) -> None:
        settings.shop = replace(settings.shop, logo=self.logo)


class LogoRemoved(Event, frozen=True, kw_only=True):
    """Documents carry no picture any more."""

    TOPIC = "settings.logo-removed"

    def apply(self, settings: ShopSettings) -> None:
        settings.shop = replace(settings.shop, logo=None)


class SeriesDefined(Event, frozen=True, kw_only=True):
    """A series of numbers is as told."""

    TOPIC = "settings.series-defined"

    series: Series

    def apply(self, settings: ShopSettings) -> None:
        known = {**settings.shop.series, self.series.code: self.series}
        settings.shop = replace(settings.shop, series=known)


class NumbersSkipped(Event, frozen=True, kw_only=True):
    """Numbers of a series were given out to documents that the log does not hold; it goes on after them."""

    TOPIC = "settings.numbers-skipped"

    series: str
    period: int
    first: int
    last: int

    def apply(self, settings: ShopSettings) -> None:
        """The next number stands beside the log; here is told why some are missing."""


def set_legal(settings: ShopSettings, command: SetLegal, shop: Shop) -> None:
    """Sets the seller's legal details."""
    legal = command.legal
    for field, limit in _TEXTS.items():
        check_text(getattr(legal, field), limit, f"/{field}")
    check_text(legal.footer, LINE, "/footer")
    check_registration(legal)
    if legal.operation not in OPERATIONS:
        raise UnknownOperation("/operation", operation=legal.operation[:CODE])
    if not 0 <= legal.payment_days <= LONGEST_TERM:
        raise TermOutOfBounds("/payment_days", limit=LONGEST_TERM)
    for field in ("late_penalty", "early_discount"):
        if not 0 <= getattr(legal, field) <= WHOLE:
            raise WrongRate(f"/{field}")
    if legal != settings.shop.legal:
        settings.record(LegalSet, command.context, legal=legal)


def set_packing_slip(settings: ShopSettings, command: SetPackingSlip, shop: Shop) -> None:
    """Sets what packing slips carry."""
    if command.slip != settings.shop.packing_slip:
        settings.record(PackingSlipSet, command.context, slip=command.slip)


def check_registration(legal: Legal) -> None:
    """Refuses a SIREN or SIRET that cannot be one (the check digits of ISO/IEC 7812-1; La Poste's SIRETs differ)."""
    siren, siret = legal.siren, legal.siret
    if siren and not (re.fullmatch("[0-9]{9}", siren) and _luhn(siren)):
        raise WrongSiren("/siren")
    if siret and not (re.fullmatch("[0-9]{14}", siret) and siret.startswith(siren)):
        raise WrongSiren("/siret")
    if siret and not _luhn(siret) and not siret.startswith("356000000"):
        raise WrongSiren("/siret")


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def set_logo(settings: ShopSettings, command: SetLogo, shop: Shop) -> None:
    """Sets the logo; whoever asks has looked at the picture, here its kind and bounds are told."""
    logo = command.logo
    known = LOGO_TYPES.get(logo.media_type)
    sized = all(1 <= side <= LOGO_PIXELS for side in (logo.width, logo.height))
    if known is None or not logo.image.startswith(known) or len(logo.image) > LOGO_BYTES or not sized:
        raise WrongLogo("/image", bytes=LOGO_BYTES, pixels=LOGO_PIXELS)
    if logo != settings.shop.logo:
        settings.record(LogoSet, command.context, logo=logo)


def remove_logo(settings: ShopSettings, command: RemoveLogo, shop: Shop) -> None:
    """Removes the logo, once."""
    if settings.shop.logo is not None:
        settings.record(LogoRemoved, command.context)


def define_series(settings: ShopSettings, command: DefineSeries, shop: Shop) -> None:
    """Begins a series whose numbers no other can give; only where its years begin may change later."""
    series = command.series
    check_text(series.code, CODE, "/code", required=True)
    if series.kind not in NUMBERED:
        raise UnknownKind("/kind", kind=series.kind[:CODE])
    if not 1 <= series.first <= LARGEST_FIRST:
        raise FirstOutOfBounds("/first", limit=LARGEST_FIRST)
    if not _PREFIX.fullmatch(series.prefix) or re.search("[0-9]-?$", series.prefix):
        raise WrongPrefix("/prefix")
    was = settings.shop.series.get(series.code)
    if was is None:
        _check_new_series(settings.shop, series)
    elif replace(series, first=was.first) != was:
        raise SeriesFixed("/prefix", series=series.code)
    if was != series:
        settings.record(SeriesDefined, command.context, series=series)


def skip_numbers(settings: ShopSettings, command: SkipNumbers, shop: Shop) -> None:
    """Says which numbers are left out, of a series that there is."""
    if command.series not in settings.shop.series:
        raise UnknownSeries("/series", series=command.series[:CODE], known=", ".join(settings.shop.series))
    settings.record(
        NumbersSkipped,
        command.context,
        series=command.series,
        period=command.period,
        first=command.first,
        last=command.last,
    )


def _check_new_series(shop: Shop, series: Series) -> None:
    if len(shop.series) >= MAX_SERIES:
        raise TooManySeries(limit=MAX_SERIES)
    for other in shop.series.values():
        if other.prefix == series.prefix:
            raise PrefixTaken("/prefix", series=other.code, prefix=other.prefix)


EVENTS: tuple[type[Event], ...] = (
    LegalSet,
    LogoSet,
    LogoRemoved,
    PackingSlipSet,
    SeriesDefined,
    NumbersSkipped,
)

HANDLERS: dict[type[Command], Callable[..., None]] = {
    SetLegal: set_legal,
    SetLogo: set_logo,
    RemoveLogo: remove_logo,
    SetPackingSlip: set_packing_slip,
    DefineSeries: define_series,
    SkipNumbers: skip_numbers,
}

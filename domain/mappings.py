"""Mappings of import files that a shop keeps under a name, to read the next file of the same kind by."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from domain.errors import NotFound, Rejected
from domain.events import Command, Event
from domain.roles import check_name
from domain.settings import SettingsCommand, Shop, ShopSettings
from domain.shop import ImportMapping as ImportMapping
from domain.texts import CODE, check_text

MAX_MAPPINGS = 100
LONGEST = 64 * 1024


class TooManyMappings(Rejected):
    """A shop keeps at most {limit} mappings."""

    code = "too-many-mappings"


class MappingNotFound(NotFound):
    """There is no mapping {name}."""

    code = "mapping-not-found"


class SaveMapping(SettingsCommand, frozen=True, kw_only=True):
    """Keep a mapping under a name; its text was read before, `columns` are the columns of a file that it speaks of."""

    name: str
    text: str
    columns: tuple[str, ...]


class RemoveMapping(SettingsCommand, frozen=True, kw_only=True):
    """Keep a mapping no longer; imports that were read by it keep theirs."""

    name: str


class MappingSaved(Event, frozen=True, kw_only=True):
    """A mapping of import files is kept under its name."""

    TOPIC = "settings.mapping-saved"

    mapping: ImportMapping

    def apply(self, settings: ShopSettings) -> None:
        kept = {**settings.shop.mappings, self.mapping.name: self.mapping}
        settings.shop = replace(settings.shop, mappings=kept)


class MappingRemoved(Event, frozen=True, kw_only=True):
    """A mapping of import files is kept no longer."""

    TOPIC = "settings.mapping-removed"

    name: str

    def apply(self, settings: ShopSettings) -> None:
        left = {name: one for name, one in settings.shop.mappings.items() if name != self.name}
        settings.shop = replace(settings.shop, mappings=left)


def mapping_named(shop: Shop, name: str) -> ImportMapping:
    """The mapping kept under a name; raises `MappingNotFound`."""
    try:
        return shop.mappings[name]
    except KeyError:
        raise MappingNotFound(name=name[:CODE]) from None


def mappings_for(shop: Shop, header: tuple[str, ...]) -> list[str]:
    """The names of the mappings whose columns all stand in this header, those that speak of the most first."""
    told = set(header)
    fitting = [one for one in shop.mappings.values() if set(one.columns) <= told]
    return [one.name for one in sorted(fitting, key=lambda one: (-len(one.columns), one.name))]


def save_mapping(settings: ShopSettings, command: SaveMapping, shop: Shop) -> None:
    """Keeps a mapping, in the place of one of that name; the same again is nothing new."""
    check_name(command.name, "/name")
    check_text(command.text, LONGEST, "/mapping", required=True, lines=True)
    if command.name not in settings.shop.mappings and len(settings.shop.mappings) >= MAX_MAPPINGS:
        raise TooManyMappings(limit=MAX_MAPPINGS)
    mapping = ImportMapping(name=command.name, text=command.text, columns=command.columns)
    if settings.shop.mappings.get(command.name) != mapping:
        settings.record(MappingSaved, command.context, mapping=mapping)


def remove_mapping(settings: ShopSettings, command: RemoveMapping, shop: Shop) -> None:
    """Keeps a mapping no longer."""
    mapping_named(settings.shop, command.name)
    settings.record(MappingRemoved, command.context, name=command.name)


EVENTS: tuple[type[Event], ...] = (MappingSaved, MappingRemoved)

HANDLERS: dict[type[Command], Callable[..., None]] = {SaveMapping: save_mapping, RemoveMapping: remove_mapping}

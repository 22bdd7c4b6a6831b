"""The guide through an owner's first day: what was looked at and left as it is, what was skipped, and its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from domain.errors import Rejected
from domain.events import Command, Event
from domain.settings import SettingsCommand, ShopSettings
from domain.shop import GUIDE_STEPS, Guide, Shop
from domain.texts import CODE


class UnknownStep(Rejected):
    """The guide has no step {step}; its steps: {known}."""

    code = "unknown-step"


class SetGuide(SettingsCommand, frozen=True, kw_only=True):
    """Say which steps of the guide are confirmed or skipped, and whether it was put away."""

    guide: Guide


class GuideSet(Event, frozen=True, kw_only=True):
    """The guide stands here."""

    TOPIC = "settings.guide-set"

    guide: Guide

    def apply(self, settings: ShopSettings) -> None:
        settings.shop = replace(settings.shop, guide=self.guide)


def set_guide(settings: ShopSettings, command: SetGuide, shop: Shop) -> None:
    """Sets where the guide stands; steps are kept in their order, each once, and a confirmed one is not skipped."""
    told = command.guide
    _check(told.confirmed, "/confirmed")
    _check(told.skipped, "/skipped")
    guide = Guide(
        confirmed=tuple(step for step in GUIDE_STEPS if step in told.confirmed),
        skipped=tuple(step for step in GUIDE_STEPS if step in told.skipped and step not in told.confirmed),
        put_away=told.put_away,
    )
    if guide != settings.shop.guide:
        settings.record(GuideSet, command.context, guide=guide)


def _check(steps: Sequence[str], pointer: str) -> None:
    for index, step in enumerate(steps):
        if step not in GUIDE_STEPS:
            raise UnknownStep(f"{pointer}/{index}", step=step[:CODE], known=", ".join(GUIDE_STEPS))


EVENTS: tuple[type[Event], ...] = (GuideSet,)

HANDLERS: dict[type[Command], Callable[..., None]] = {SetGuide: set_guide}

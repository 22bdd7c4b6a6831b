"""What a shop's mails say, per status and language, and who in the shop is told by mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from domain.customers import check_email
from domain.errors import NotFound, Rejected
from domain.events import Command, Event
from domain.settings import LOCALES, Settings, SettingsCommand, Shop, UnknownLocale
from domain.shop import Template as Template
from domain.texts import CODE, NAME, check_text

MAX_HTML = 20_000
MAX_TEXT = 10_000
MAX_ADMINISTRATORS = 20


class TemplateNotFound(NotFound):
    """There is no template for status {status} in {locale}."""

    code = "template-not-found"


class TooManyAdministrators(Rejected):
    """At most {limit} administrators are told by mail."""

    code = "too-many-administrators"


class SetTemplate(SettingsCommand, frozen=True, kw_only=True):
    """Say what the mail of a status says in a language; the template itself was tried before."""

    status: str
    locale: str
    subject: str
    html: str
    text: str = ""


class RemoveTemplate(SettingsCommand, frozen=True, kw_only=True):
    """Let the mail of a status say again what it said as delivered."""

    status: str
    locale: str


class SetNotifications(SettingsCommand, frozen=True, kw_only=True):
    """Say which e-mail addresses are the administrators'."""

    administrators: tuple[str, ...]


class TemplateSet(Event, frozen=True, kw_only=True):
    """The mail of a status says this in a language; `version` is never given twice."""

    TOPIC = "settings.template-set"

    template: Template

    def apply(self, settings: Settings) -> None:
        key = (self.template.status, self.template.locale)
        _put(settings, {**settings.shop.templates, "/".join(key): self.template})


class TemplateRemoved(Event, frozen=True, kw_only=True):
    """The mail of a status is as delivered again."""

    TOPIC = "settings.template-removed"

    status: str
    locale: str

    def apply(self, settings: Settings) -> None:
        gone = f"{self.status}/{self.locale}"
        _put(settings, {key: one for key, one in settings.shop.templates.items() if key != gone})


class NotificationsSet(Event, frozen=True, kw_only=True):
    """These addresses are told by mail what administrators are to know."""

    TOPIC = "settings.notifications-set"

    administrators: tuple[str, ...]

    def apply(self, settings: Settings) -> None:
        settings.shop = replace(settings.shop, administrators=self.administrators)


def _put(settings: Settings, templates: dict[str, Any]) -> None:
    settings.shop = replace(settings.shop, templates=templates)


def set_template(settings: Settings, command: SetTemplate, shop: Shop) -> None:
    """Sets the template of a status in a language; the same again is no new version."""
    settings.shop.status(command.status)
    if command.locale not in LOCALES:
        raise UnknownLocale("/locale", locale=command.locale[:CODE])
    check_text(command.subject, NAME, "/subject", required=True)
    check_text(command.html, MAX_HTML, "/html", required=True, lines=True)
    check_text(command.text, MAX_TEXT, "/text", lines=True)
    was = settings.shop.templates.get(f"{command.status}/{command.locale}")
    template = Template(
        status=command.status,
        locale=command.locale,
        version=was.version if was else settings.version + 1,
        subject=command.subject,
        html=command.html,
        text=command.text,
    )
    if was != template:
        settings.record(TemplateSet, command.context, template=replace(template, version=settings.version + 1))


def remove_template(settings: Settings, command: RemoveTemplate, shop: Shop) -> None:
    """Takes a template back."""
    if f"{command.status}/{command.locale}" not in settings.shop.templates:
        raise TemplateNotFound(status=command.status[:CODE], locale=command.locale[:CODE])
    settings.record(TemplateRemoved, command.context, status=command.status, locale=command.locale)


def set_notifications(settings: Settings, command: SetNotifications, shop: Shop) -> None:
    """Sets the administrators' addresses, each once."""
    administrators = tuple(dict.fromkeys(command.administrators))
    if len(administrators) > MAX_ADMINISTRATORS:
        raise TooManyAdministrators("/administrators", limit=MAX_ADMINISTRATORS)
    for index, email in enumerate(administrators):
        check_email(email, f"/administrators/{index}")
    if administrators != settings.shop.administrators:
        settings.record(NotificationsSet, command.context, administrators=administrators)


EVENTS: tuple[type[Event], ...] = (TemplateSet, TemplateRemoved, NotificationsSet)

HANDLERS: dict[type[Command], Callable[..., None]] = {
    SetTemplate: set_template,
    RemoveTemplate: remove_template,
    SetNotifications: set_notifications,
}

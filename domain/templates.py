"""What a shop's mails say, per status and language, and who in the shop is told by mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from domain.customers import check_email
from domain.errors import NotFound, Rejected
from domain.events import Command, Event
from domain.settings import LOCALES, SettingsCommand, Shop, ShopSettings, UnknownLocale
from domain.shop import Template as Template
from domain.texts import CODE, NAME, check_text

MAX_HTML = 20_000
MAX_TEXT = 10_000
MAX_ADMINISTRATORS = 20


# Mails of other occasions than a status, and the facts that their messages carry beside the order and the shop.
ADMINISTRATORS, PAYMENT_RECEIVED, REFUND_MADE = "administrators", "payment-received", "refund-made"
OCCASIONS: Mapping[str, tuple[str, ...]] = {
    ADMINISTRATORS: ("link",),
    PAYMENT_RECEIVED: ("amount", "method"),
    REFUND_MADE: ("amount", "method"),
}


class TemplateNotFound(NotFound):
    """There is no template for status {status} in {locale}."""

    code = "template-not-found"


class TooManyAdministrators(Rejected):
    """At most {limit} administrators are told by mail."""

    code = "too-many-administrators"


class SetTemplate(SettingsCommand, frozen=True, kw_only=True):
    """Say what the mail of a status, or of another occasion, says in a language; the template was tried before."""

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
    """Say which e-mail addresses are the administrators', and what customers are mailed (None: as it is)."""

    administrators: tuple[str, ...]
    payment_received: bool | None = None
    refund_made: bool | None = None


class TemplateSet(Event, frozen=True, kw_only=True):
    """The mail of a status says this in a language; `version` is never given twice."""

    TOPIC = "settings.template-set"

    template: Template

    def apply(self, settings: ShopSettings) -> None:
        key = (self.template.status, self.template.locale)
        _put(settings, {**settings.shop.templates, "/".join(key): self.template})


class TemplateRemoved(Event, frozen=True, kw_only=True):
    """The mail of a status is as delivered again."""

    TOPIC = "settings.template-removed"

    status: str
    locale: str

    def apply(self, settings: ShopSettings) -> None:
        gone = f"{self.status}/{self.locale}"
        _put(settings, {key: one for key, one in settings.shop.templates.items() if key != gone})


class NotificationsSet(Event, frozen=True, kw_only=True):
    """These addresses are told by mail what administrators are to know.

    Form 2 says whether customers are mailed that a payment was received, and that a refund was made.
    """

    TOPIC = "settings.notifications-set"
    VERSION = 2

    administrators: tuple[str, ...]
    payment_received: bool = True
    refund_made: bool = True

    def apply(self, settings: ShopSettings) -> None:
        facts = {name: getattr(self, name) for name in ("administrators", "payment_received", "refund_made")}
        settings.shop = replace(settings.shop, **facts)


def _put(settings: ShopSettings, templates: dict[str, Any]) -> None:
    settings.shop = replace(settings.shop, templates=templates)


def set_template(settings: ShopSettings, command: SetTemplate, shop: Shop) -> None:
    """Sets the template of a status in a language; the same again is no new version."""
    if command.status not in OCCASIONS:
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


def remove_template(settings: ShopSettings, command: RemoveTemplate, shop: Shop) -> None:
    """Takes a template back."""
    if f"{command.status}/{command.locale}" not in settings.shop.templates:
        raise TemplateNotFound(status=command.status[:CODE], locale=command.locale[:CODE])
    settings.record(TemplateRemoved, command.context, status=command.status, locale=command.locale)


def set_notifications(settings: ShopSettings, command: SetNotifications, shop: Shop) -> None:
    """Sets the administrators' addresses, each once, and which mails customers are sent by themselves."""
    administrators = tuple(dict.fromkeys(command.administrators))
    if len(administrators) > MAX_ADMINISTRATORS:
        raise TooManyAdministrators("/administrators", limit=MAX_ADMINISTRATORS)
    for index, email in enumerate(administrators):
        check_email(email, f"/administrators/{index}")
    was = settings.shop
    payment = was.payment_received if command.payment_received is None else command.payment_received
    refund = was.refund_made if command.refund_made is None else command.refund_made
    if (administrators, payment, refund) != (was.administrators, was.payment_received, was.refund_made):
        settings.record(
            NotificationsSet,
            command.context,
            administrators=administrators,
            payment_received=payment,
            refund_made=refund,
        )


EVENTS: tuple[type[Event], ...] = (TemplateSet, TemplateRemoved, NotificationsSet)

HANDLERS: dict[type[Command], Callable[..., None]] = {
    SetTemplate: set_template,
    RemoveTemplate: remove_template,
    SetNotifications: set_notifications,
}

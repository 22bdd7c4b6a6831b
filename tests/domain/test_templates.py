"""Templates and who is told: kept with a version each, and taken back."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from domain.customers import BadEmail
from domain.settings import ShopSettings, UnknownLocale
from domain.statuses import UnknownStatus
from domain.templates import (
    NotificationsSet,
    RemoveTemplate,
    SetNotifications,
    SetTemplate,
    TemplateNotFound,
    TemplateRemoved,
    TemplateSet,
    TooManyAdministrators,
)
from domain.texts import ForbiddenCharacter, TextMissing, TextTooLong
from tests.given import context, given

NOW = context("templates")
SET = SetTemplate(context=NOW, status="pending", locale="fr", subject="Merci", html="<p>Merci</p>")
REMOVE = RemoveTemplate(context=NOW, status="pending", locale="fr")


def test_every_change_has_a_version_of_its_own_and_the_same_again_has_none() -> None:
    first = given(ShopSettings).when(SET).then(TemplateSet).shop.templates["pending/fr"]
    given(ShopSettings, SET).when(SET).then_nothing()
    other = replace(SET, subject="Merci bien")
    second = given(ShopSettings, SET).when(other).then(TemplateSet).shop.templates["pending/fr"]
    again = given(ShopSettings, SET, other, REMOVE).when(SET).then(TemplateSet).shop.templates["pending/fr"]
    assert len({first.version, second.version, again.version}) == 3


def test_a_template_is_taken_back_once() -> None:
    assert not given(ShopSettings, SET).when(REMOVE).then(TemplateRemoved).shop.templates
    given(ShopSettings).when(REMOVE).then_refused(TemplateNotFound, status="pending", locale="fr")


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"status": "lost"}, UnknownStatus),
        ({"locale": "tlh"}, UnknownLocale),
        ({"subject": ""}, TextMissing),
        ({"subject": "Hi\r\nBcc: eve@example.com"}, ForbiddenCharacter),
        ({"html": "x" * 20_001}, TextTooLong),
    ],
)
def test_a_template_that_no_mail_could_be_is_refused(facts: dict[str, Any], error: Any) -> None:
    given(ShopSettings).when(replace(SET, **facts)).then_refused(error)


def test_administrators_are_told_once_each() -> None:
    both = SetNotifications(context=NOW, administrators=("a@example.com", "b@example.com", "a@example.com"))
    given(ShopSettings).when(both).then((NotificationsSet, {"administrators": ("a@example.com", "b@example.com")}))
    given(ShopSettings, both).when(both).then_nothing()
    given(ShopSettings).when(replace(both, administrators=("nobody",))).then_refused(BadEmail)
    many = replace(both, administrators=tuple(f"a{number}@example.com" for number in range(21)))
    given(ShopSettings).when(many).then_refused(TooManyAdministrators)

"""Webhook endpoints: what may be written, and what each command records."""

from __future__ import annotations

from typing import Any

import pytest

from domain.sequences.definition import WrongWebhookAddress
from domain.webhook_endpoints import (
    MOST_TOPICS,
    ChangeWebhookEndpoint,
    DefineWebhookEndpoint,
    RemoveWebhookEndpoint,
    ReplayWebhooks,
    RotateWebhookSecret,
    TooManyTopics,
    WebhookEndpoint,
    WebhookEndpointChanged,
    WebhookEndpointDefined,
    WebhookEndpointNotFound,
    WebhookEndpointRemoved,
    WebhookSecretRotated,
    WebhooksReplayed,
    WebhookTerms,
    WrongKeeping,
)
from tests.examples.facts import ENDPOINT
from tests.given import context, given

FACTS: dict[str, Any] = {"endpoint_id": ENDPOINT, "context": context()}
URL = "https://example.com/hook"
DEFINED = DefineWebhookEndpoint(**FACTS, terms=WebhookTerms(url=URL))
REMOVED = RemoveWebhookEndpoint(**FACTS)


def changed(**terms: Any) -> ChangeWebhookEndpoint:
    return ChangeWebhookEndpoint(**FACTS, terms=WebhookTerms(**{"url": URL, **terms}))


def test_an_endpoint_is_defined_once() -> None:
    given(WebhookEndpoint).when(DEFINED).then((WebhookEndpointDefined, {"terms": WebhookTerms(url=URL)}))
    given(WebhookEndpoint, DEFINED).when(DEFINED).then_nothing()


def test_a_change_tells_what_was_and_the_same_again_changes_nothing() -> None:
    terms, was = WebhookTerms(url=URL, topics=("order.shipped",)), WebhookTerms(url=URL)
    change = changed(topics=("order.shipped",))
    given(WebhookEndpoint, DEFINED).when(change).then((WebhookEndpointChanged, {"terms": terms, "was": was}))
    given(WebhookEndpoint, DEFINED, change).when(change).then_nothing()


@pytest.mark.parametrize("url", ["ftp://example.com/", "https://", "https://me:word@example.com/", "https://a b/", "x"])
def test_an_address_that_cannot_be_called_is_refused(url: str) -> None:
    refusal = given(WebhookEndpoint, DEFINED).when(changed(url=url)).then_refused(WrongWebhookAddress)
    assert refusal.pointer == "/url"


def test_an_endpoint_names_so_many_topics_at_most() -> None:
    topics = tuple(f"order.{number}" for number in range(MOST_TOPICS + 1))
    given(WebhookEndpoint, DEFINED).when(changed(topics=topics)).then_refused(TooManyTopics, limit=MOST_TOPICS)
    given(WebhookEndpoint, DEFINED).when(changed(topics=topics[1:])).then(WebhookEndpointChanged)


@pytest.mark.parametrize("hours", [-1, 169])
def test_a_secret_is_kept_beside_the_new_one_for_a_week_at_most(hours: int) -> None:
    rotate = RotateWebhookSecret(**FACTS, keep_hours=hours)
    given(WebhookEndpoint, DEFINED).when(rotate).then_refused(WrongKeeping)
    rotate = RotateWebhookSecret(**FACTS, keep_hours=168)
    given(WebhookEndpoint, DEFINED).when(rotate).then((WebhookSecretRotated, {"keep_hours": 168}))


def test_telling_again_is_recorded() -> None:
    given(WebhookEndpoint, DEFINED).when(ReplayWebhooks(**FACTS, after=7)).then((WebhooksReplayed, {"after": 7}))


def test_an_endpoint_that_was_removed_is_not_there() -> None:
    given(WebhookEndpoint, DEFINED).when(REMOVED).then(WebhookEndpointRemoved)
    commands = (REMOVED, changed(), RotateWebhookSecret(**FACTS, keep_hours=1), ReplayWebhooks(**FACTS, after=0))
    for command in commands:
        given(WebhookEndpoint, DEFINED, REMOVED).when(command).then_refused(WebhookEndpointNotFound)
        given(WebhookEndpoint).when(command).then_refused(WebhookEndpointNotFound)

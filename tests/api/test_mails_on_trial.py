"""A mail on trial: sent to an address of one's own, and a template's draft looked at before it is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.api.desk import API, ORDERS, News, place
from tests.api.test_problems import refused

DRAFT = f"{API}/drafts/template"
LOOK = f"{API}/templates/draft/look"
CLAY = {"subject": "Clay", "html": "<p>Clay for {{ order.number }}</p>"}
TRIAL = {"status": "processing", "to": "owner@example.com"}


def test_a_mail_on_trial_goes_to_ones_own_address_and_is_asked_for_once(client: FlaskClient, news: News) -> None:
    order = place(client)
    news.events()
    path, once = f"{ORDERS}/{order['id']}/messages/test", {"Idempotency-Key": "trial-1"}
    first = client.post(path, json=TRIAL, headers=once)
    again = client.post(path, json=TRIAL, headers=once)
    assert (first.status_code, again.get_json()) == (201, first.get_json())
    told = first.get_json()
    assert (told["purpose"], told["template"], told["recipient"]) == ("test", "status:processing", "owner@example.com")
    assert news.topics() == ["message.requested"]


@pytest.mark.parametrize(
    ("occasion", "template"),
    [("administrators", "administrators:pending"), ("payment-received", "payment-received")],
)
def test_a_mail_of_another_occasion_is_tried_too(client: FlaskClient, occasion: str, template: str) -> None:
    order = place(client)
    told = client.post(f"{ORDERS}/{order['id']}/messages/test", json={**TRIAL, "status": occasion}).get_json()
    assert told["template"] == template


def test_a_mail_on_trial_of_nothing_or_to_nobody_is_refused_at_its_field(client: FlaskClient) -> None:
    path = f"{ORDERS}/{place(client)['id']}/messages/test"
    refused(client.post(path, json={**TRIAL, "status": "nothing"}), 422, "unknown-status")
    refused(client.post(path, json={**TRIAL, "to": "nobody"}), 422, "bad-email")
    refused(client.post(path, json={**TRIAL, "locale": "xx"}), 422, "unknown-locale")


def test_ones_own_draft_of_a_template_is_looked_at_with_a_real_order(
    client: FlaskClient, client_as: Callable[..., FlaskClient]
) -> None:
    order = place(client)
    refused(client.get(LOOK), 404, "draft-not-found")
    client.put(DRAFT, json={"content": {**CLAY, "status": "processing", "order_id": order["id"]}})
    answer = client.get(LOOK)
    assert f"<p>Clay for {order['number']}</p>" in answer.text
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    refused(client_as("manager").get(LOOK), 404, "draft-not-found")


def test_a_draft_that_is_no_template_says_so(client: FlaskClient) -> None:
    client.put(DRAFT, json={"content": {"subject": "Clay"}})
    refused(client.get(LOOK), 422, "draft-is-no-template")


@pytest.mark.parametrize(("scheme", "told"), [("light", ("all", "not all")), ("dark", ("not all", "all"))])
def test_a_draft_is_shown_as_a_mail_program_of_either_colours_does(
    client: FlaskClient, scheme: str, told: tuple[str, str]
) -> None:
    html = "<style>@media (prefers-color-scheme:light) {} @media (prefers-color-scheme: dark) {}</style>"
    client.put(DRAFT, json={"content": {**CLAY, "html": html}})
    page = client.get(f"{LOOK}?scheme={scheme}").text
    assert f"<style>@media {told[0]} {{}} @media {told[1]} {{}}</style>" in page
    assert f"color-scheme: {scheme}" in page

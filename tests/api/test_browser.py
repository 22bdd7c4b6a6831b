"""What a browser makes of the policies on our pages: nothing they need is refused, and payments reach the provider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from api import payment_page
from domain.enrolments import StartEnrolment
from projections.access.unsubscribing import unsubscribe_token
from projections.runtime import Runtime
from projections.settings import Settings
from tests.api.browsing import Visitor, answering, chromium, visitor
from tests.api.desk import ORDERS, SETTINGS, place
from tests.fixtures_api import context_of
from tests.setup.running import free_port
from tests.workers.stripe_stand_in import SECRET, StripeStandIn, stripe_stand_in


@pytest.fixture
def bank() -> Iterator[StripeStandIn]:
    with stripe_stand_in() as standing:
        yield standing


@pytest.fixture
def settings(settings: Settings, bank: StripeStandIn) -> Settings:
    """An installation whose Stripe is the stand-in, under the address at which a browser reaches it."""
    port = free_port()
    return replace(
        settings,
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        stripe_secret_key="sk_test_of_the_tests",
        stripe_webhook_secret=SECRET,
        stripe_api_url=bank.url,
        stripe_checkout_url=bank.url,
    )


@pytest.fixture
def address(app: Flask, settings: Settings) -> Iterator[str]:
    with answering(app, settings.port) as reached:
        yield reached


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def tab(browser: Browser) -> Iterator[Visitor]:
    with visitor(browser) as opened:
        yield opened


def link(client: FlaskClient, provider: str) -> str:
    """The address of the payment page of a new order."""
    told = {"label": "Card", "provider": provider}
    assert client.put(f"{SETTINGS}/payment-methods/{provider}", json=told).status_code == 200
    answer = client.post(f"{ORDERS}/{place(client)['id']}/payment-link", json={"method": provider})
    return str(answer.get_json()["url"])


def unsubscribing(runtime: Runtime, client: FlaskClient) -> str:
    """The path at which a customer who gets a sequence says that it is enough."""
    order = place(client)
    command = StartEnrolment(
        sequence_id=uuid4(), sequence_version=1, context=context_of(), order_id=UUID(order["id"]),
        customer_id=UUID(order["customer"]["id"]),
    )  # fmt: skip
    runtime.desk.handle(command)
    return f"/unsubscribe/{unsubscribe_token(runtime.log.keys, command.enrolment_id)}"


def test_a_browser_is_refused_nothing_on_any_page(
    address: str, tab: Visitor, client: FlaskClient, runtime: Runtime, bank: StripeStandIn
) -> None:
    page = tab.page
    page.goto(f"{address}/api/docs/")
    page.locator(".opblock").first.wait_for()
    page.goto(link(client, "stripe"))
    page.get_by_role("button", name="Pay").click()
    page.wait_for_url(f"{bank.url}/**")
    page.goto(link(client, "sandbox"))
    page.get_by_role("button", name="Pay").click()
    page.wait_for_url(f"{address}/sandbox/**")
    page.get_by_role("button", name="Pay", exact=True).click()
    page.wait_for_url(f"{address}/pay/**")
    page.goto(f"{address}{unsubscribing(runtime, client)}")
    page.get_by_role("button", name="Unsubscribe").click()
    page.get_by_text("You will get no more mail").wait_for()
    for nothing in ("/pay/nothing", "/sandbox/nothing", "/unsubscribe/nothing"):
        page.goto(f"{address}{nothing}")
    assert tab.refused == []


def test_a_browser_follows_no_form_to_anywhere_else(
    address: str, tab: Visitor, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stripe_stand_in() as elsewhere:
        monkeypatch.setattr(payment_page, "_begin", lambda *_: f"{elsewhere.url}/pay/somebody")
        here = link(client, "stripe")
        tab.page.goto(here)
        tab.page.get_by_role("button", name="Pay").click()
        with tab.page.expect_event("console", lambda message: "form-action" in message.text):
            tab.page.get_by_role("button", name="Pay").click()
        assert tab.page.url == here
    assert tab.refused

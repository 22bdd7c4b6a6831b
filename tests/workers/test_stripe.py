"""Stripe from the payment link to the refund: its sessions, its webhooks over HTTP, its idempotency keys."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from domain.processes.collect_on_requested import COLLECT_ON_REQUESTED
from domain.processes.refund_on_requested import REFUND_ON_REQUESTED
from projections.payments.provider import Charge, Giving, ProviderRefused
from projections.payments.stripe import Stripe
from projections.runtime import Runtime
from projections.settings import Settings
from tests.api.desk import ORDERS, SETTINGS, eur, place
from tests.workers.stripe_stand_in import SECRET, StripeStandIn, signed, stripe_stand_in
from tests.workers.working import counts, eventually, working
from workers.effects import PERFORMED

WEBHOOKS = "/api/v1/webhooks/stripe"
KINDS = {kind: PERFORMED[kind] for kind in ("refund.send", "webhook.process", "payment.capture")}


@pytest.fixture
def bank() -> Iterator[StripeStandIn]:
    with stripe_stand_in() as standing:
        yield standing


@pytest.fixture
def settings(settings: Settings, bank: StripeStandIn) -> Settings:
    """An installation whose Stripe is the stand-in."""
    return replace(
        settings,
        stripe_secret_key="sk_test_of_the_tests",
        stripe_webhook_secret=SECRET,
        stripe_api_url=bank.url,
        stripe_checkout_url=bank.url,
    )


@pytest.fixture
def order(client: FlaskClient) -> dict[str, Any]:
    """A placed order of 20.00 EUR in a shop that takes money by Stripe."""
    told = {"label": "Card", "provider": "stripe"}
    assert client.put(f"{SETTINGS}/payment-methods/stripe", json=told).status_code == 200
    return place(client)


def session_of(client: FlaskClient, stranger: FlaskClient, order: dict[str, Any]) -> str:
    """The id of the checkout session that the order's link leads to."""
    link = client.post(f"{ORDERS}/{order['id']}/payment-link", json={"method": "stripe"}).get_json()["url"]
    page = "/" + link.split("/", 3)[3]
    sessions = {stranger.post(page).headers["Location"].rpartition("/")[2] for _ in range(2)}
    [session] = sessions  # the key makes the second visit find the first one's session
    return session


def tell(stranger: FlaskClient, kind: str, about: dict[str, Any], number: int = 1, at: float | None = None) -> int:
    """What the API answers to a webhook."""
    body, headers = signed(kind, about, number, at)
    return stranger.post(WEBHOOKS, data=body, headers=headers).status_code


def read(client: FlaskClient, order: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = client.get(f"{ORDERS}/{order['id']}").get_json()
    return shown


def paid(client: FlaskClient, stranger: FlaskClient, order: dict[str, Any], bank: StripeStandIn) -> dict[str, Any]:
    """The payment intent of the order, paid on its session's page and told of."""
    intent = bank.pay(session_of(client, stranger, order))
    assert tell(stranger, "payment_intent.succeeded", intent) == 204
    eventually(lambda: read(client, order)["payment_status"] == "paid", "the order turned paid")
    return intent


def test_an_order_is_paid_by_its_session_and_refunded_once(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient, order: dict[str, Any], bank: StripeStandIn
) -> None:
    with working(runtime, KINDS, (REFUND_ON_REQUESTED,)):
        intent = paid(client, stranger, order, bank)
        told = {"payment": "1", "goodwill": eur("5.00")}
        assert client.post(f"{ORDERS}/{order['id']}/refunds", json=told).status_code == 202
        eventually(lambda: read(client, order)["refunded"] == eur("5.00"), "given back")
        [refund] = bank.of_kind("refund")
        for kind in ("refund.created", "refund.updated"):
            assert tell(stranger, kind, refund) == 204
        eventually(lambda: counts(runtime) == {}, "every webhook was followed")
    shown = read(client, order)
    assert (shown["payments"][0]["reference"], shown["refunds"][0]["reference"]) == (intent["id"], refund["id"])
    assert (shown["refunded"], len(shown["refunds"])) == (eur("5.00"), 1)


def test_forged_and_stale_webhooks_are_refused_and_one_that_comes_again_counts_once(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient, order: dict[str, Any], bank: StripeStandIn
) -> None:
    intent = bank.pay(session_of(client, stranger, order))
    body, headers = signed("payment_intent.succeeded", intent)
    assert stranger.post(WEBHOOKS, data=body + b" ", headers=headers).status_code == 400
    assert stranger.post(WEBHOOKS, data=body, headers={"Stripe-Signature": "t=1,v1=00"}).status_code == 400
    assert tell(stranger, "payment_intent.succeeded", intent, at=time.time() - 400) == 400
    assert counts(runtime) == {}
    for _ in range(3):
        assert stranger.post(WEBHOOKS, data=body, headers=headers).status_code == 204
    with working(runtime, KINDS):
        eventually(lambda: read(client, order)["payment_status"] == "paid", "the order turned paid")
        eventually(lambda: counts(runtime) == {}, "every webhook was followed")
    assert len(read(client, order)["payments"]) == 1


def test_webhooks_that_overtake_each_other_end_as_stripe_does(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient, order: dict[str, Any], bank: StripeStandIn
) -> None:
    intent = bank.pay(session_of(client, stranger, order))
    promised = {**intent, "status": "requires_capture", "amount_received": 0}
    dispute = {"id": "dp_1", "amount": 2_000, "currency": "eur", "payment_intent": intent["id"], "status": "lost"}
    told = [
        ("payment_intent.succeeded", intent),
        ("payment_intent.amount_capturable_updated", promised),
        ("charge.dispute.closed", dispute),
        ("charge.dispute.created", {**dispute, "status": "needs_response"}),
        ("payment_intent.created", intent),
    ]
    with working(runtime, KINDS):
        for kind, about in told:
            assert tell(stranger, kind, about) == 204
            eventually(lambda: counts(runtime) == {}, "the webhook was followed")
    shown = read(client, order)
    assert (shown["payment_status"], len(shown["payments"]), shown["dispute_status"]) == ("paid", 1, "lost")


def test_money_that_was_promised_by_a_session_is_captured_in_part(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient, order: dict[str, Any], bank: StripeStandIn
) -> None:
    later = {"label": "Card", "provider": "stripe", "capture": "later"}
    assert client.put(f"{SETTINGS}/payment-methods/stripe", json=later).status_code == 200
    intent = bank.pay(session_of(client, stranger, order))
    with working(runtime, KINDS, (COLLECT_ON_REQUESTED,)):
        assert tell(stranger, "payment_intent.amount_capturable_updated", intent) == 204
        eventually(lambda: read(client, order)["payment_status"] == "authorized", "promised")
        asked = client.post(f"{ORDERS}/{order['id']}/payments/1/capture", json={"amount": eur("15.00")})
        assert asked.status_code == 202
        eventually(lambda: read(client, order)["paid"] == eur("15.00"), "captured")
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 1_500)


def test_a_key_gives_one_refund_and_more_than_was_taken_is_refused(bank: StripeStandIn) -> None:
    provider = Stripe("sk_test_of_the_tests", (SECRET,), bank.url)
    url, later = "https://shop.example.com/pay/x", datetime.now(UTC) + timedelta(hours=1)
    charge = Charge("a key", uuid4().hex, UUID(int=1), "C1", 2_000, "EUR", url, later)
    assert provider.begin(charge) == provider.begin(charge)
    intent = bank.pay(provider.begin(charge).reference)
    giving = Giving("one key", UUID(int=1), "1", intent["id"], 1_500, "EUR")
    assert provider.refund(giving) == provider.refund(giving) == provider.find_given(giving)
    with pytest.raises(ProviderRefused) as refused:
        provider.refund(giving._replace(key="another key", amount=501))
    assert refused.value.code == "amount_too_large"
    with pytest.raises(ProviderRefused):
        provider.refund(giving._replace(amount=1_499))
    assert len(bank.of_kind("refund")) == 1

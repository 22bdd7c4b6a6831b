"""What Stripe sends, in the forms of its public description: read as it is meant, believed by its signature alone."""

from __future__ import annotations

import hmac
import json
import time
from typing import Any
from uuid import UUID

import pytest
import stripe

from projections.payments.provider import Forged
from projections.payments.stripe import Stripe
from tests.workers import stripe_shapes as shapes

ORDER, KEY = UUID(int=0x57), str(UUID(int=0x58))
ABOUT = {"order_id": str(ORDER), "link": "a" * 32, "charge": KEY}
OLD, NEW = "whsec of before", "whsec of now"
ASKED = {
    "line_items": {"0": {"quantity": "1", "price_data": {"currency": "eur", "unit_amount": "2000"}}},
    "payment_intent_data": {"metadata": ABOUT},
    "metadata": ABOUT,
    "client_reference_id": str(ORDER),
    "success_url": "https://shop.example.com/pay/x",
    "cancel_url": "https://shop.example.com/pay/x",
    "expires_at": "1800000000",
}
SESSION = shapes.checkout_session("cs_1", ASKED, "https://checkout.stripe.com/c/pay/cs_1")
INTENT = shapes.payment_intent("pi_1", 2_000, metadata=ABOUT)
REFUND = shapes.refund("re_1", INTENT, 500, {"order_id": str(ORDER), "refund": "1"})


@pytest.fixture
def provider() -> Stripe:
    return Stripe("sk_test_of_the_tests", (NEW, OLD))


def proof(body: bytes, secret: str, second: int) -> str:
    return hmac.digest(secret.encode(), b"%d.%b" % (second, body), "sha256").hex()


def read(provider: Stripe, kind: str, about: dict[str, Any]) -> tuple[Any, ...]:
    """What a webhook of this kind tells."""
    body, now = json.dumps(shapes.event("evt_1", kind, about)).encode(), int(time.time())
    return tuple(provider.read(body, {"Stripe-Signature": f"t={now},v1={proof(body, NEW, now)}"}))


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        (stripe.checkout.Session, SESSION),
        (stripe.PaymentIntent, INTENT),
        (stripe.Refund, REFUND),
        (stripe.Event, shapes.event("evt_1", "payment_intent.succeeded", INTENT)),
    ],
)
def test_the_objects_of_the_tests_have_the_fields_that_stripe_describes(kind: Any, shape: dict[str, Any]) -> None:
    assert set(shape) <= set(kind.__annotations__)
    assert kind.construct_from(shape, "sk").to_dict() == shape


@pytest.mark.parametrize(
    ("kind", "about", "told"),
    [
        ("payment_intent.succeeded", INTENT, ("captured", ORDER, "pi_1", 2_000, "EUR", "", KEY)),
        (
            "payment_intent.amount_capturable_updated",
            {**INTENT, "status": "requires_capture", "amount_received": 0},
            ("authorized", ORDER, "pi_1", 2_000, "EUR", "", KEY),
        ),
        (
            "payment_intent.canceled",
            {**INTENT, "status": "canceled", "amount_received": 0},
            ("voided", ORDER, "pi_1", 2_000, "EUR", "", KEY),
        ),
        ("checkout.session.expired", SESSION, ("expired", ORDER, "cs_1", 2_000, "EUR", "", KEY)),
        ("refund.updated", REFUND, ("refunded", ORDER, "re_1", 500, "EUR", "1", "")),
        ("checkout.session.completed", SESSION, ("other", None, "", 0, "", "", "")),
        ("payment_intent.succeeded", {**INTENT, "metadata": {}}, ("other", None, "pi_1", 2_000, "EUR", "", "")),
        ("checkout.session.expired", {**SESSION, "metadata": {}}, ("other", None, "cs_1", 2_000, "EUR", "", "")),
    ],
)
def test_what_stripe_tells_is_read_from_its_own_forms(
    provider: Stripe, kind: str, about: dict[str, Any], told: tuple[Any, ...]
) -> None:
    assert read(provider, kind, about) == ("evt_1", *told)


def test_a_signature_counts_with_any_secret_in_use_and_among_several_signatures(provider: Stripe) -> None:
    body, now = json.dumps(shapes.event("evt_1", "payment_intent.succeeded", INTENT)).encode(), int(time.time())
    for header in (
        f"t={now},v1={proof(body, OLD, now)}",
        f"t={now},v1={'0' * 64},v1={proof(body, NEW, now)}",
        f"t={now},v0={'0' * 64},v1={proof(body, NEW, now)},v1={proof(body, OLD, now)}",
        f"t={now - 290},v1={proof(body, NEW, now - 290)}",
    ):
        assert provider.read(body, {"Stripe-Signature": header}).kind == "captured"
    with pytest.raises(Forged):
        Stripe("sk_test_of_the_tests", (NEW,)).read(body, {"Stripe-Signature": f"t={now},v1={proof(body, OLD, now)}"})


def test_a_signature_of_another_scheme_time_or_form_is_forged(provider: Stripe) -> None:
    body, now = json.dumps(shapes.event("evt_1", "payment_intent.succeeded", INTENT)).encode(), int(time.time())
    good = proof(body, NEW, now)
    for header in (
        f"t={now},v0={good}",
        f"t={now - 310},v1={proof(body, NEW, now - 310)}",
        f"t={now + 400},v1={proof(body, NEW, now + 400)}",
        f"t={now + 1},v1={good}",
        f"v1={good}",
        f"t={now}",
        "t,v1",
        "t=,v1=",
        f"t={now},v1={good[:-1]}",
        "\u00e9",
        "",
    ):
        with pytest.raises(Forged):
            provider.read(body, {"Stripe-Signature": header})
    with pytest.raises(Forged):
        provider.read(b"\xff", {"Stripe-Signature": f"t={now},v1={good}"})

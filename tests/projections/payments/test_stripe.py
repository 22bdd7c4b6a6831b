"""The provider `stripe` against a real localstripe, its amounts, and its signatures."""

from __future__ import annotations

import hmac
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests

from projections.payments.minor_units import from_stripe, to_stripe
from projections.payments.provider import Forged, Giving, Lost, ProviderRefused, Taking
from projections.payments.stripe import Stripe
from tests.setup.running import free_port

ORDER = UUID(int=0x57)
SECRET = "whsec of the tests"
# It would write every change into one file in /tmp, which the next user of this machine could not write.
FORGETFUL = """
from localstripe import resources, server
type(resources.store).dump_to_disk = lambda store: None
server.start()
"""
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A localstripe of this file's own."""
    port, folder = free_port(), tmp_path_factory.mktemp("localstripe")
    command = [sys.executable, "-c", FORGETFUL, "--port", str(port), "--from-scratch"]
    quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": Path(folder)}
    with subprocess.Popen(command, **quiet) as process:
        deadline = time.monotonic() + 20
        while not listens(port):
            assert time.monotonic() < deadline, "localstripe does not answer"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def provider(url: str) -> Stripe:
    return Stripe("sk_test_of_the_tests", (SECRET,), url)


def taking(url: str, *, capture: bool = True) -> Taking:
    """20.00 EUR to take with a card that pays."""
    card = {"number": "4242424242424242", "exp_month": "12", "exp_year": "40", "cvc": "123"}
    form = {"type": "card", **{f"card[{name}]": value for name, value in card.items()}}
    answer = requests.post(f"{url}/v1/payment_methods", auth=("sk_test_of_the_tests", ""), data=form, timeout=10)
    token = answer.json()["id"]
    return Taking(str(uuid4()), ORDER, "1", "C1", 2_000, "EUR", token, capture, datetime.now(UTC))


def test_promised_money_is_captured_and_found_again_by_its_key(provider: Stripe, url: str) -> None:
    asked = taking(url, capture=False)
    assert provider.find_taken(asked) is None
    promised = provider.take(asked)
    assert (promised.state, promised.amount, promised.order_id, promised.payment) == ("authorized", 2_000, ORDER, "1")
    assert provider.find_taken(asked) == provider.fetch(promised.reference) == promised
    assert provider.capture(promised.reference, 2_000, "EUR", "key").state == "captured"
    assert provider.fetch(promised.reference) == promised._replace(state="captured")


def test_promised_money_is_let_go(provider: Stripe, url: str) -> None:
    promised = provider.take(taking(url, capture=False))
    assert provider.void(promised.reference, "key").state == "voided"
    with pytest.raises(ProviderRefused):
        provider.void(promised.reference, "another key")


def test_a_refund_is_found_again_by_its_key(provider: Stripe, url: str) -> None:
    taken = provider.take(taking(url))
    giving = Giving(str(uuid4()), ORDER, "1", taken.reference, 500, "EUR")
    assert provider.find_given(giving) is None
    given = provider.refund(giving)
    assert (given.state, given.amount, given.refund, given.payment_reference) == (
        "succeeded", 500, "1", taken.reference,
    )  # fmt: skip
    assert provider.find_given(giving) == given
    now = datetime.now(UTC)
    assert given in list(provider.refunds(now - DAY, now + DAY))
    assert taken in list(provider.payments(now - DAY, now + DAY))
    assert not list(provider.payments(now - 3 * DAY, now - 2 * DAY))


def test_what_stripe_does_not_know_is_none_and_no_answer_is_lost(provider: Stripe) -> None:
    assert provider.fetch("pi_of_nobody") is None
    with pytest.raises(Lost):
        Stripe("sk_test_of_the_tests", (SECRET,), f"http://127.0.0.1:{free_port()}").fetch("pi_of_nobody")


@pytest.mark.parametrize(
    ("currency", "ours", "theirs"),
    [
        ("EUR", 1_050, 1_050),
        ("JPY", 500, 500),
        ("ISK", 5, 500),
        ("UGX", 5, 500),
        ("MGA", 500, 5),
        ("KWD", 5_120, 5_120),
    ],
)
def test_amounts_are_counted_as_stripe_counts_them(currency: str, ours: int, theirs: int) -> None:
    assert (to_stripe(ours, currency), from_stripe(theirs, currency)) == (theirs, ours)


@pytest.mark.parametrize(("currency", "amount"), [("KWD", 5_124), ("MGA", 501), ("LYD", 5_000)])
def test_an_amount_that_stripe_does_not_take_is_refused(currency: str, amount: int) -> None:
    with pytest.raises(ProviderRefused):
        to_stripe(amount, currency)


def signed(body: bytes, second: int) -> dict[str, str]:
    proof = hmac.digest(SECRET.encode(), b"%d.%b" % (second, body), "sha256").hex()
    return {"Stripe-Signature": f"t={second},v1={proof}"}


def test_a_webhook_counts_only_with_a_fresh_signature(provider: Stripe) -> None:
    about = {"id": "pi_1", "status": "succeeded", "amount": 2_000, "amount_received": 2_000, "currency": "eur"}
    about["metadata"] = {"order_id": str(ORDER), "payment": "2"}
    event = {"id": "evt_1", "type": "payment_intent.succeeded", "data": {"object": about}}
    body, now = json.dumps(event).encode(), int(time.time())
    told = provider.read(body, signed(body, now))
    assert told == ("evt_1", "captured", ORDER, "pi_1", 2_000, "EUR", "2", "")
    for headers in ({}, signed(body, now - 400), signed(body + b" ", now), {"Stripe-Signature": "t=x,v1=y"}):
        with pytest.raises(Forged):
            provider.read(body, headers)
    with pytest.raises(Forged):
        Stripe("sk_test_of_the_tests", ()).read(body, signed(body, now))

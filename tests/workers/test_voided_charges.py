"""Charges that customers began by a link: called off when it no longer counts, and never lost when they were paid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from domain.processes.collect_on_requested import COLLECT_ON_REQUESTED
from domain.processes.void_on_changed import VOID_ON_CHANGED
from projections.payments import sandbox_events
from projections.payments.sandbox import SIGNATURE, Sandbox
from projections.runtime import Runtime
from projections.settings import Settings
from tests.api.desk import ORDERS, SETTINGS, eur, line, place
from tests.workers.stripe_stand_in import SECRET, StripeStandIn, signed, stripe_stand_in
from tests.workers.working import counts, eventually, working
from workers.effects import PERFORMED

WEBHOOKS = "/api/v1/webhooks"
KINDS = {kind: PERFORMED[kind] for kind in ("webhook.process", "payment.void-charges")}
PROCESSES = (VOID_ON_CHANGED, COLLECT_ON_REQUESTED)
Order = dict[str, Any]


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
def order(client: FlaskClient) -> Order:
    """A placed order of 20.00 EUR in a shop that takes money by Stripe."""
    method(client, "stripe")
    return place(client)


def method(client: FlaskClient, provider: str, **facts: Any) -> None:
    told = {"label": "Card", "provider": provider, **facts}
    assert client.put(f"{SETTINGS}/payment-methods/{provider}", json=told).status_code == 200


def link(client: FlaskClient, order: Order, provider: str = "stripe") -> str:
    """The path of a new link."""
    answer = client.post(f"{ORDERS}/{order['id']}/payment-link", json={"method": provider})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return "/" + str(answer.get_json()["url"]).split("/", 3)[3]


def begun(stranger: FlaskClient, page: str) -> str:
    """The id of the session or charge that a link's page leads to."""
    answer = stranger.post(page)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"]).rpartition("/")[2]


def tell(stranger: FlaskClient, kind: str, about: dict[str, Any]) -> None:
    body, headers = signed(kind, about)
    assert stranger.post(f"{WEBHOOKS}/stripe", data=body, headers=headers).status_code == 204


def read(client: FlaskClient, order: Order) -> Order:
    shown: Order = client.get(f"{ORDERS}/{order['id']}").get_json()
    return shown


def topics(client: FlaskClient, order: Order) -> list[str]:
    return [event["topic"] for event in client.get(f"{ORDERS}/{order['id']}/events").get_json()["items"]]


def late(client: FlaskClient, order: Order) -> list[str]:
    return [one["detail"] for one in read(client, order)["notices"] if one["code"] == "paid-by-old-link"]


def replaced(client: FlaskClient, order: Order) -> None:
    link(client, order)


def grown(client: FlaskClient, order: Order) -> None:
    assert client.post(f"{ORDERS}/{order['id']}/items", json=line(1)).status_code == 201


def cancelled(client: FlaskClient, order: Order) -> None:
    assert client.post(f"{ORDERS}/{order['id']}/status", json={"status": "cancelled"}).status_code == 200


def paid_by_hand(client: FlaskClient, order: Order) -> None:
    assert client.post(f"{ORDERS}/{order['id']}/payments", json={"method": "card"}).status_code == 201


CHANGES = (replaced, grown, cancelled, paid_by_hand)


@pytest.mark.parametrize("change", CHANGES)
def test_a_charge_whose_link_no_longer_counts_is_called_off_at_the_provider(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient, order: Order, bank: StripeStandIn, change: Any
) -> None:
    session = begun(stranger, link(client, order))
    with working(runtime, KINDS, PROCESSES):
        change(client, order)
        eventually(lambda: bank.objects[session]["status"] == "expired", "the session was expired")
        eventually(lambda: "order.charge-voided" in topics(client, order), "the order says so")
        tell(stranger, "checkout.session.expired", bank.objects[session])
        tell(stranger, "payment_intent.canceled", never_paid(bank, session))
        eventually(lambda: counts(runtime) == {}, "every webhook was followed")
    assert topics(client, order).count("order.charge-voided") == 1
    assert late(client, order) == []


def never_paid(bank: StripeStandIn, session: str) -> dict[str, Any]:
    """The payment intent of a session that nobody paid, as Stripe cancels it with the session."""
    about = {"id": "pi_unpaid", "object": "payment_intent", "status": "canceled", "amount": 2_000, "currency": "eur"}
    return {**about, "amount_received": 0, "metadata": bank.objects[session]["metadata"]}


@pytest.mark.parametrize("change", [replaced, cancelled])
def test_a_charge_that_was_paid_meanwhile_is_written_down_and_named(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient, order: Order, bank: StripeStandIn, change: Any
) -> None:
    intent = bank.pay(begun(stranger, link(client, order)))
    with working(runtime, KINDS, PROCESSES):
        change(client, order)
        eventually(lambda: read(client, order)["paid"] == eur("20.00"), "the money was written down")
        tell(stranger, "payment_intent.succeeded", intent)
        eventually(lambda: counts(runtime) == {}, "every webhook was followed")
    shown = read(client, order)
    assert [payment["reference"] for payment in shown["payments"]] == [intent["id"]]
    assert topics(client, order).count("order.charge-paid-late") == 1
    if change is cancelled:
        assert shown["payment_status"] == "overpaid"
        assert "20.00 EUR too much was paid" in late(client, order)[0]


def test_a_webhook_of_a_charge_that_no_longer_counts_is_seen(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient, order: Order, bank: StripeStandIn
) -> None:
    intent = bank.pay(begun(stranger, link(client, order)))
    paid_by_hand(client, order)
    tell(stranger, "payment_intent.succeeded", intent)
    with working(runtime, {"webhook.process": PERFORMED["webhook.process"]}):
        eventually(lambda: read(client, order)["paid"] == eur("40.00"), "both payments are written down")
    assert read(client, order)["payment_status"] == "overpaid"
    assert "Payment 2 came by a link that no longer counted: 20.00 EUR too much" in late(client, order)[0]


def test_money_that_was_promised_by_an_old_link_is_let_go(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient, bank: StripeStandIn
) -> None:
    method(client, "stripe", capture="later")
    order = place(client)
    intent = bank.pay(begun(stranger, link(client, order)))
    cancelled(client, order)
    with working(runtime, KINDS, PROCESSES):
        eventually(lambda: intent["status"] == "canceled", "the promise was let go")
        eventually(lambda: "order.charge-voided" in topics(client, order), "the order says so")
        tell(stranger, "payment_intent.canceled", intent)
        tell(stranger, "payment_intent.amount_capturable_updated", {**intent, "status": "requires_capture"})
        eventually(lambda: counts(runtime) == {}, "every webhook was followed")
    assert read(client, order)["payments"] == []


def test_a_page_of_a_provider_that_is_gone_is_in_the_way_until_it_closes(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient, order: Order
) -> None:
    begun(stranger, link(client, order))
    method(client, "sandbox")
    with runtime.reading() as connection:
        connection.execute("UPDATE payments.charges SET provider = 'gone'")
    newer = link(client, order, "sandbox")
    assert stranger.post(newer).status_code == 409
    with runtime.reading() as connection:
        connection.execute("UPDATE payments.charges SET expires_at = now()")
    assert stranger.post(newer).status_code == 303


def test_two_links_of_an_order_are_open_one_after_the_other_and_paid_once(
    client: FlaskClient, stranger: FlaskClient, order: Order, bank: StripeStandIn
) -> None:
    old = begun(stranger, link(client, order))
    newer = link(client, order)
    new = begun(stranger, newer)  # no worker runs: the page itself closes the older one
    assert (bank.objects[old]["status"], bank.objects[new]["status"]) == ("expired", "open")
    assert begun(stranger, newer) == new
    bank.pay(new)
    with pytest.raises(AssertionError, match="closed"):
        bank.pay(old)


def test_a_page_that_was_open_for_a_day_is_closed_before_another_is_opened(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient, order: Order, bank: StripeStandIn
) -> None:
    page = link(client, order)
    old = begun(stranger, page)
    with runtime.reading() as connection:
        connection.execute("UPDATE payments.charges SET expires_at = now()")
    new = begun(stranger, page)
    assert (bank.objects[old]["status"], bank.objects[new]["status"]) == ("expired", "open")


def test_nothing_is_begun_beside_a_charge_that_was_paid(
    client: FlaskClient, stranger: FlaskClient, order: Order, bank: StripeStandIn
) -> None:
    bank.pay(begun(stranger, link(client, order)))
    newer = link(client, order)
    answer = stranger.post(newer)
    assert (answer.status_code, "on its way" in answer.get_data(as_text=True)) == (409, True)
    assert read(client, order)["payment_status"] == "paid"
    assert len(bank.of_kind("checkout.session")) == 1


def test_money_that_is_promised_is_not_asked_for_again(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient, bank: StripeStandIn
) -> None:
    method(client, "stripe", capture="later")
    order = place(client)
    page = link(client, order)
    intent = bank.pay(begun(stranger, page))
    with working(runtime, KINDS, PROCESSES):
        tell(stranger, "payment_intent.amount_capturable_updated", intent)
        eventually(lambda: read(client, order)["payment_status"] == "authorized", "promised")
        eventually(lambda: counts(runtime) == {}, "every effect is done")
    assert stranger.post(page).status_code == 410
    assert intent["status"] == "requires_capture"
    assert late(client, order) == []


def test_a_page_whose_address_never_arrived_is_found_again_and_closed(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient, order: Order, bank: StripeStandIn
) -> None:
    bank.lost = 1
    page = link(client, order)
    assert stranger.post(page).status_code == 503
    [session] = bank.of_kind("checkout.session")
    with working(runtime, KINDS, PROCESSES):
        cancelled(client, order)
        eventually(lambda: session["status"] == "expired", "the session was expired")
        eventually(lambda: counts(runtime) == {}, "every effect is done")
    assert len(bank.of_kind("checkout.session")) == 1
    assert stranger.post(page).status_code == 410


def test_an_order_that_changes_while_its_page_opens_is_not_paid(
    runtime: Runtime,
    client: FlaskClient,
    stranger: FlaskClient,
    order: Order,
    bank: StripeStandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, kept = link(client, order), []

    def cancelling(connection: Any, charge: Any) -> Any:
        from projections.payments import charges

        monkeypatch.undo()
        kept.append(charge)
        cancelled(client, order)
        return charges.begin(connection, charge)

    monkeypatch.setattr("projections.payments.beginning.charges.begin", cancelling)
    assert stranger.post(page).status_code == 410
    assert kept
    assert bank.of_kind("checkout.session") == []
    with working(runtime, KINDS):
        eventually(lambda: counts(runtime) == {}, "what was kept is called off")
    with runtime.reading() as connection:
        assert connection.execute("SELECT state FROM payments.charges").fetchall() == [("voided",)]


def test_a_form_may_lead_to_the_provider_and_nowhere_else(
    client: FlaskClient, stranger: FlaskClient, order: Order, bank: StripeStandIn
) -> None:
    method(client, "sandbox")
    for provider, place_of in (("stripe", bank.url), ("sandbox", "http://127.0.0.1:8000")):
        page = link(client, order, provider)
        [forms] = [
            part.split()[1:]
            for part in stranger.get(page).headers["Content-Security-Policy"].split(";")
            if part.split()[0] == "form-action"
        ]
        assert forms == ["'self'", place_of]
        answer = urlsplit(stranger.post(page).headers["Location"])
        assert f"{answer.scheme}://{answer.netloc}" == place_of
    assert "form-action 'none'" in stranger.get("/pay/nothing").headers["Content-Security-Policy"]


def test_a_sandbox_payment_that_was_to_come_later_does_not_come_once_the_order_is_cancelled(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient
) -> None:
    method(client, "sandbox")
    order = place(client)
    charge = begun(stranger, link(client, order, "sandbox"))
    stranger.post(f"/sandbox/{charge}", data={"choice": "later"})
    with working(runtime, KINDS, PROCESSES):
        cancelled(client, order)
        eventually(lambda: "order.charge-voided" in topics(client, order), "called off")
        with runtime.reading() as connection:
            body = sandbox_events.webhook(connection, "paid", charge)
        assert body is not None
        proof = Sandbox(runtime.pool, runtime.log.keys.sandbox, "").sign(body)
        assert stranger.post(f"{WEBHOOKS}/sandbox", data=body, headers={SIGNATURE: proof}).status_code == 204
        eventually(lambda: counts(runtime) == {}, "every webhook was followed", timedelta(seconds=20).total_seconds())
    assert read(client, order)["payments"] == []
    assert "called off" in stranger.get(f"/sandbox/{charge}").get_data(as_text=True)

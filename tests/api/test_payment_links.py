"""A payment link from the order to the money and back again, through the sandbox."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Thread
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from api.app import create_app
from domain.processes.refund_on_requested import REFUND_ON_REQUESTED
from projections.payments import sandbox_events
from projections.payments.links import link_token, read_link
from projections.payments.sandbox import SIGNATURE, Sandbox
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from tests.api.desk import ORDERS, SETTINGS, eur, place
from tests.fixtures_api import TokenClient, issue
from tests.workers.working import ask, becomes, counts, eventually, working
from workers.effects import PERFORMED

WEBHOOKS = "/api/v1/webhooks/sandbox"


@pytest.fixture(scope="module")
def runtime(shared_runtime: Runtime) -> Runtime:
    """One installation for the whole file."""
    return shared_runtime


@pytest.fixture
def order(client: FlaskClient) -> dict[str, Any]:
    """A placed order of 20.00 EUR in a shop that takes money by the sandbox."""
    method = {"label": "Card online", "provider": "sandbox"}
    answer = client.put(f"{SETTINGS}/payment-methods/online", json=method)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return place(client)


def link(client: FlaskClient, order: dict[str, Any], **facts: Any) -> str:
    """The path of a new link."""
    answer = client.post(f"{ORDERS}/{order['id']}/payment-link", json=facts)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    assert answer.get_json()["amount"] == eur("20.00")
    return path(answer.get_json()["url"])


def path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def begun(stranger: FlaskClient, page: str) -> str:
    """The path of the sandbox's page behind a link."""
    answer = stranger.post(page)
    assert answer.status_code == 303
    return path(answer.headers["Location"])


def told(runtime: Runtime, charge_page: str) -> tuple[bytes, dict[str, str]]:
    """The webhook of a payment, and its headers."""
    with runtime.reading() as connection:
        body = sandbox_events.webhook(connection, "paid", charge_page.rpartition("/")[2])
    assert body is not None
    signer = Sandbox(runtime.pool, runtime.log.keys.sandbox, "")
    return body, {SIGNATURE: signer.sign(body), "Content-Type": "application/json"}


def paid(runtime: Runtime, client: FlaskClient, stranger: FlaskClient, order: dict[str, Any]) -> dict[str, Any]:
    """The order once its link was paid in the sandbox."""
    charge_page = begun(stranger, link(client, order))
    assert stranger.post(charge_page, data={"choice": "pay"}).status_code == 303
    body, headers = told(runtime, charge_page)
    assert stranger.post(WEBHOOKS, data=body, headers=headers).status_code == 204
    one = {"webhook.process": PERFORMED["webhook.process"]}
    with working(runtime, one):
        eventually(lambda: read(client, order)["payment_status"] == "paid", "the order turned paid")
    return read(client, order)


def read(client: FlaskClient, order: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = client.get(f"{ORDERS}/{order['id']}").get_json()
    return shown


def test_a_link_shows_the_order_and_is_refused_once_paid(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient, order: dict[str, Any]
) -> None:
    page = link(client, order)
    shown = stranger.get(page)
    assert shown.status_code == 200
    assert order["number"] in shown.get_data(as_text=True)
    assert "Blue cup" in shown.get_data(as_text=True)
    assert "€20.00" in shown.get_data(as_text=True)
    [payment] = paid(runtime, client, stranger, order)["payments"]
    assert (payment["provider"], payment["method"], payment["amount"]) == ("sandbox", "online", eur("20.00"))
    assert stranger.get(page).status_code == 410


def test_a_french_customer_reads_french(client: FlaskClient, stranger: FlaskClient, order: dict[str, Any]) -> None:
    french = place(client, locale="fr")
    shown = stranger.get(link(client, french)).get_data(as_text=True)
    assert "À payer\N{NO-BREAK SPACE}: <strong>20,00" in shown


def test_only_the_newest_link_of_an_order_works(
    client: FlaskClient, stranger: FlaskClient, order: dict[str, Any]
) -> None:
    old, new = link(client, order), link(client, order)
    assert stranger.post(old).status_code == 410
    assert stranger.get(new).status_code == 200


def test_a_link_that_was_tampered_with_shows_nothing(
    client: FlaskClient, stranger: FlaskClient, order: dict[str, Any]
) -> None:
    page = link(client, order)
    for wrong in (page[:-2] + "AA", page[:5] + "B" + page[6:], "/pay/x", "/pay/%C3%A9"):
        answer = stranger.get(wrong)
        assert answer.status_code == 404
        assert order["number"] not in answer.get_data(as_text=True)


def test_a_link_that_has_expired_is_not_paid(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient, order: dict[str, Any]
) -> None:
    key, page = runtime.log.keys.payment_links, link(client, order, hours=1)
    known = read_link(key, page.rpartition("/")[2])
    assert known is not None
    assert timedelta(minutes=59) < known.expires_at - datetime.now(UTC) <= timedelta(hours=1)
    late = link_token(key, known._replace(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    answer = stranger.post(f"/pay/{late}")
    assert (answer.status_code, "expired" in answer.get_data(as_text=True)) == (410, True)
    with runtime.reading() as connection:
        charges = connection.execute("SELECT FROM sandbox.charges WHERE order_id = %s", (order["id"],)).fetchall()
    assert charges == []
    assert stranger.get(page).status_code == 200


def test_a_webhook_that_comes_again_takes_no_money_twice(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient, order: dict[str, Any]
) -> None:
    charge_page = begun(stranger, link(client, order))
    stranger.post(charge_page, data={"choice": "pay"})
    for _ in range(2):
        body, headers = told(runtime, charge_page)
        assert stranger.post(WEBHOOKS, data=body, headers=headers).status_code == 204
    with working(runtime, {"webhook.process": PERFORMED["webhook.process"]}):
        eventually(lambda: read(client, order)["payment_status"] == "paid", "the order turned paid")
    assert len(read(client, order)["payments"]) == 1


def test_a_forged_or_late_webhook_leaves_nothing_but_a_count(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient, order: dict[str, Any]
) -> None:
    charge_page = begun(stranger, link(client, order))
    body, headers = told(runtime, charge_page)
    before = counts(runtime)
    late = Sandbox(runtime.pool, runtime.log.keys.sandbox, "").sign(body, 1_000_000_000)
    for changed in ({SIGNATURE: "t=1,v1=00"}, {SIGNATURE: late}, {SIGNATURE: "\u00e9"}, {SIGNATURE: ""}):
        answer = stranger.post(WEBHOOKS, data=body, headers={**headers, **changed})
        assert answer.status_code == 400
    assert stranger.post(WEBHOOKS, data=body + b" ", headers=headers).status_code == 400
    assert counts(runtime) == before
    with runtime.reading() as connection:
        [[forgeries]] = connection.execute("SELECT count FROM payments.forgeries").fetchall()
        [[kept]] = connection.execute(
            "SELECT count(*) FROM payments.webhooks WHERE event_id = %s", ("ev_" + charge_page.rpartition("/")[2],)
        ).fetchall()
    assert (forgeries, kept) == (5, 0)


def refunded_as(client: FlaskClient, order: dict[str, Any], state: str) -> bool:
    """Whether one of the order's refunds has come to a state."""
    return state in {one["state"] for one in read(client, order)["refunds"]}


def test_a_refund_goes_through_the_provider_and_may_fail(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient, order: dict[str, Any]
) -> None:
    paid(runtime, client, stranger, order)
    url = f"{ORDERS}/{order['id']}/refunds"
    with working(runtime, {"refund.send": PERFORMED["refund.send"]}, (REFUND_ON_REQUESTED,)):
        for amount, state in (("5.00", "refunded"), ("1.13", "failed")):
            answer = client.post(url, json={"payment": "1", "goodwill": eur(amount)})
            assert answer.status_code == 202, answer.get_data(as_text=True)
            eventually(partial(refunded_as, client, order, state), state)
    shown = read(client, order)
    assert (shown["payment_status"], shown["refunded"]) == ("partially_refunded", eur("5.00"))
    assert {one["failure"] for one in shown["refunds"]} == {None, "refused-by-bank"}
    above = client.post(url, json={"payment": "1", "goodwill": eur("15.01")})
    assert above.status_code == 422
    assert "refund-above-paid" in above.get_data(as_text=True)


def test_what_a_provider_told_is_sealed_and_kept_for_a_while(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient, order: dict[str, Any]
) -> None:
    paid(runtime, client, stranger, order)
    with runtime.reading() as connection:
        bodies = connection.execute("SELECT body FROM payments.webhooks").fetchall()
        assert bodies
        assert all(b"captured" not in bytes(body) for (body,) in bodies)
        connection.execute("UPDATE payments.webhooks SET received_at = now() - interval '91 days'")
    key = ask(runtime, "retention.run")
    with working(runtime, {"retention.run": PERFORMED["retention.run"]}):
        becomes(runtime, key, "done")
    with runtime.reading() as connection:
        assert not connection.execute("SELECT FROM payments.webhooks").fetchall()


def test_the_sandbox_tells_the_shop_over_http(runtime: Runtime, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    with open_runtime(replace(settings, public_url=f"http://127.0.0.1:{port}")) as opened:
        application = create_app(opened)
        client = TokenClient(application, application.response_class)
        client.token = issue(opened, "till", "admin")
        client.put(f"{SETTINGS}/payment-methods/online", json={"label": "Card online", "provider": "sandbox"})
        bought, stranger = place(client), application.test_client()
        charge_page = begun(stranger, link(client, bought))
        server = make_server("127.0.0.1", port, application, threaded=True)
        serving = Thread(target=server.serve_forever, daemon=True)
        serving.start()
        try:
            kinds = {kind: PERFORMED[kind] for kind in ("sandbox.tell", "webhook.process")}
            with working(opened, kinds):
                stranger.post(charge_page, data={"choice": "decline"})
                assert "declined" in stranger.get(charge_page).get_data(as_text=True)
                stranger.post(charge_page, data={"choice": "pay"})
                eventually(lambda: read(client, bought)["payment_status"] == "paid", "the order turned paid")
        finally:
            server.shutdown()
            server.server_close()
            serving.join()

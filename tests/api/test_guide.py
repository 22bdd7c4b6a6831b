"""The guide through an owner's first day over HTTP: done is told by the shop's own state, the rest by its owner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from domain.events import Context
from domain.messages import ConfirmSent, RequestMessage
from domain.shop import GUIDE_STEPS
from projections.runtime import Runtime
from tests.api.desk import API, BILLING, SETTINGS, News, create, eur, line, place
from tests.api.test_problems import refused
from tests.given import context
from tests.workers.working import eventually, working
from workers.products import PRODUCTS

GUIDE = f"{SETTINGS}/guide"
MUG = {"sku": "MUG", "names": {"en": "Mug"}, "prices": [eur("9.00")]}

pytestmark = pytest.mark.usefixtures("projecting")


@pytest.fixture
def learning(runtime: Runtime) -> Iterator[None]:
    """A worker that learns products."""
    with working(runtime, PRODUCTS):
        yield


def seen(client: FlaskClient, runtime: Runtime) -> dict[str, Any]:
    """The guide once the views show everything."""
    told: dict[str, Any] = client.get(GUIDE, headers={"X-Min-Position": str(runtime.log.head())}).get_json()
    return told


def states(told: dict[str, Any]) -> dict[str, str]:
    return {step["code"]: step["state"] for step in told["steps"]}


def test_a_fresh_shop_is_shown_five_open_steps(client: FlaskClient, runtime: Runtime) -> None:
    told = seen(client, runtime)
    assert (told["shown"], told["put_away"], told["sends_mail"]) == (True, False, False)
    assert states(told) == dict.fromkeys(GUIDE_STEPS, "open")


def test_what_the_shop_has_is_done(client: FlaskClient, runtime: Runtime) -> None:
    client.put(f"{SETTINGS}/seller", json=BILLING)
    assert states(seen(client, runtime))["seller"] == "done"
    client.delete(f"{SETTINGS}/payment-methods/cheque")
    assert states(seen(client, runtime))["methods"] == "done"
    client.post(f"{API}/products", json=MUG)
    assert states(seen(client, runtime))["catalogue"] == "done"
    order = create(client, billing_address=BILLING)
    assert states(seen(client, runtime)) == {**dict.fromkeys(GUIDE_STEPS, "done"), "mail": "open"}
    _mailed(runtime, order, "status")
    assert states(seen(client, runtime))["mail"] == "open"
    _mailed(runtime, order, "test")
    told = seen(client, runtime)
    assert states(told) == dict.fromkeys(GUIDE_STEPS, "done")
    assert not told["shown"]


def test_a_shop_at_work_that_never_looked_at_the_guide_is_not_shown_it(client: FlaskClient, runtime: Runtime) -> None:
    create(client)
    assert not seen(client, runtime)["shown"]
    client.put(GUIDE, json={"skipped": ["mail"]})
    assert seen(client, runtime)["shown"]


def test_steps_are_confirmed_skipped_and_taken_up_again_and_the_guide_put_away(
    client: FlaskClient, news: News, runtime: Runtime
) -> None:
    told = client.put(GUIDE, json={"confirmed": ["methods"], "skipped": ["mail", "seller"]}).get_json()
    assert {"methods": "done", "mail": "skipped", "seller": "skipped"}.items() <= states(told).items()
    assert [step["code"] for step in told["steps"] if step["confirmed"]] == ["methods"]
    told = client.put(GUIDE, json={"confirmed": ["methods"], "put_away": True}).get_json()
    assert (told["shown"], states(told)["mail"]) == (False, "open")
    assert news.topics() == ["settings.guide-set"] * 2
    assert not seen(client, runtime)["shown"]
    refused(client.put(GUIDE, json={"skipped": ["tea"]}), 422, "invalid-fields")


def test_it_is_changed_on_the_version_that_was_looked_at(client: FlaskClient) -> None:
    before = client.get(GUIDE).headers["ETag"]
    client.put(f"{SETTINGS}/seller", json=BILLING)
    assert client.put(GUIDE, json={"put_away": True}, headers={"If-Match": before}).status_code == 412


@pytest.mark.usefixtures("learning")
def test_products_are_learned_from_past_orders_by_a_job(client: FlaskClient) -> None:
    place(client, line(sku="POT-1"), line(1, "3.00", sku="MUG"))
    client.post(f"{API}/products", json=MUG)
    answer = client.post(f"{API}/products/learn")
    assert answer.status_code == 202
    job = f"{API}/jobs/{answer.get_json()['id']}"
    eventually(lambda: client.get(job).get_json()["state"] == "done", "the products were learned")
    told = client.get(job).get_json()
    assert told["outcome"] == {"added": 1, "known": 1, "refused": 0, "refusals": {}}
    assert told["progress"]["done"] == 2
    assert client.get(f"{API}/products/POT-1").status_code == 200


def _mailed(runtime: Runtime, order: dict[str, Any], purpose: Any) -> None:
    """A mail for the order that left."""
    said: Context = context(f"mail {purpose}")
    asked = RequestMessage(
        message_id=said.command_id, context=said, template="status:pending", purpose=purpose,
        order_id=UUID(order["id"]),
        customer_id=UUID(order["customer"]["id"]), to="owner@example.com", locale="en", facts={},
    )  # fmt: skip
    runtime.desk.handle(asked)
    runtime.desk.handle(ConfirmSent(message_id=said.command_id, context=context(f"sent {purpose}")))

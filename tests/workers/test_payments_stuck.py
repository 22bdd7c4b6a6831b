"""A bank that does not answer: once all attempts are used up the order says so, and an operator goes on from there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from domain.orders.payments import RecordPayment
from domain.orders.stuck import ProviderStuck
from domain.processes.refund_on_requested import REFUND_ON_REQUESTED
from projections.payments.provider import Busy, Giving, KnownRefund
from projections.payments.providers import PROVIDERS
from projections.payments.sandbox import Sandbox
from projections.runtime import Runtime
from tests.api.desk import API, ORDERS, News, eur, place
from tests.fixtures_api import context_of
from tests.workers.working import becomes, effect, eventually, working
from workers.effects import PERFORMED

KINDS = {"refund.send": PERFORMED["refund.send"]._replace(attempts=2)}


class Away(Sandbox):
    """A bank that is away."""

    def find_given(self, giving: Giving) -> KnownRefund | None:
        raise Busy("closed")


@pytest.fixture
def stuck(runtime: Runtime, client: FlaskClient, news: News, monkeypatch: pytest.MonkeyPatch) -> tuple[str, UUID]:
    """Where an order is whose refund the bank was asked for in vain, and the effect that stands still."""
    monkeypatch.setattr("workers.performing.FIRST_PAUSE", timedelta(milliseconds=10))
    order_id = UUID(place(client)["id"])
    taken = Sandbox(runtime.pool, runtime.log.keys.sandbox, "")
    monkeypatch.setitem(PROVIDERS, "sandbox", lambda _: Away(runtime.pool, runtime.log.keys.sandbox, ""))
    with runtime.reading() as connection:
        connection.execute(
            "INSERT INTO sandbox.charges (id, link, order_id, number, amount, currency, return_url, state, captured)"
            " VALUES ('ch_1', 'ch_1', %s, 'C1', 2000, 'EUR', '', 'paid', 2000)",
            (order_id,),
        )
    runtime.desk.handle(
        RecordPayment(order_id=order_id, context=context_of(), method="", provider="sandbox", reference="ch_1")
    )
    url = f"{ORDERS}/{order_id}"
    with working(runtime, KINDS, (REFUND_ON_REQUESTED,)):
        assert client.post(f"{url}/refunds", json={"payment": "1", "goodwill": eur("5.00")}).status_code == 202
        eventually(lambda: refund(client, url)["failure"] == "closed", "the order says that it is stuck")
    monkeypatch.setitem(PROVIDERS, "sandbox", lambda _: taken)
    [told] = [event for event in news.events() if isinstance(event, ProviderStuck)]
    return url, told.effect


def refund(client: FlaskClient, url: str) -> dict[str, Any]:
    [only] = client.get(url).get_json()["refunds"]
    return dict(only)


def test_a_stuck_refund_names_the_effect_that_is_tried_again(
    runtime: Runtime, client: FlaskClient, stuck: tuple[str, UUID]
) -> None:
    url, key = stuck
    assert refund(client, url)["state"] == "requested"
    assert (effect(runtime, key).state, effect(runtime, key).error) == ("failed", "closed")
    assert client.post(f"{API}/effects/{key}/retry").status_code == 200
    with working(runtime, KINDS):
        becomes(runtime, key, "done")
    assert (refund(client, url)["state"], refund(client, url)["failure"]) == ("refunded", None)


def test_a_stuck_refund_that_is_tried_again_in_vain_is_told_once(
    runtime: Runtime, client: FlaskClient, stuck: tuple[str, UUID], news: News, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, key = stuck
    monkeypatch.setitem(PROVIDERS, "sandbox", lambda _: Away(runtime.pool, runtime.log.keys.sandbox, ""))
    assert client.post(f"{API}/effects/{key}/retry").status_code == 200
    with working(runtime, KINDS):
        becomes(runtime, key, "failed")
    assert news.topics() == []
    assert refund(client, url)["failure"] == "closed"


def test_a_stuck_refund_that_is_dropped_has_failed_and_may_be_asked_for_anew(
    client: FlaskClient, stuck: tuple[str, UUID]
) -> None:
    url, key = stuck
    assert client.post(f"{API}/effects/{key}/drop").status_code == 200
    assert (refund(client, url)["state"], refund(client, url)["failure"]) == ("failed", "dropped")
    assert client.post(f"{url}/refunds", json={"payment": "1", "goodwill": eur("20.00")}).status_code == 202

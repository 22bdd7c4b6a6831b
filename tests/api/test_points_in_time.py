"""Orders at points in time over HTTP: what had happened, what was known, and how an instant may be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from projections.engine.filling import Source
from projections.engine.rebuild import Rebuild
from projections.runtime import Runtime, open_runtime
from projections.views import PROJECTIONS
from tests.api.desk import API, ORDERS, SETTINGS, eur, place
from tests.api.test_problems import refused
from tests.fixtures_api import TokenClient
from workers.projecting import Projecting

AGO = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def order(client: FlaskClient) -> dict[str, Any]:
    """An order of 20.00 EUR that was paid before it was noted, as is told today."""
    made = place(client)
    paid = {"method": "cash", "amount": eur("20.00"), "paid_at": AGO.isoformat()}
    assert client.post(f"{ORDERS}/{made['id']}/notes", json={"text": "Ring twice"}).status_code == 201
    assert client.post(f"{ORDERS}/{made['id']}/payments", json=paid).status_code == 201
    return made


def events_of(client: FlaskClient, order: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"{ORDERS}/{order['id']}/events", query_string=query).get_json()["items"]
    return found


def test_a_payment_told_late_counts_from_its_own_day_and_is_known_from_its_recording(
    client: FlaskClient, order: dict[str, Any]
) -> None:
    url = f"{ORDERS}/{order['id']}"
    created, *_, noted, paid = events_of(client, order)
    assert paid["occurred_at"] == paid["event"]["timestamp"] == "2026-03-01T09:00:00Z"
    assert paid["recorded_at"] > noted["recorded_at"] >= noted["occurred_at"]
    assert client.get(url, query_string={"as_of": created["occurred_at"]}).get_json()["payment_status"] == "paid"
    assert client.get(url, query_string={"known_at": noted["recorded_at"]}).get_json()["payment_status"] == "unpaid"
    assert client.get(url, query_string={"known_at": paid["recorded_at"]}).get_json()["payment_status"] == "paid"
    refused(client.get(url, query_string={"as_of": AGO.isoformat()}), 404, "order-not-found")


def test_histories_show_both_times_and_are_of_a_point_in_time(
    client: FlaskClient, order: dict[str, Any], projecting: Projecting, runtime: Runtime
) -> None:
    url, headers = f"{ORDERS}/{order['id']}", {"X-Min-Position": str(runtime.log.head())}
    *_, noted, paid = events_of(client, order)
    known = {"known_at": noted["recorded_at"]}
    timeline = client.get(f"{url}/timeline", headers=headers).get_json()["items"]
    assert (timeline[-1]["at"], timeline[-1]["recorded_at"]) == (paid["occurred_at"], paid["recorded_at"])
    before = client.get(f"{url}/timeline", query_string=known, headers=headers).get_json()["items"]
    assert before == timeline[:-1]
    assert events_of(client, order, **known)[-1] == noted
    now = client.get(f"{url}/history", headers=headers).get_json()["items"]
    assert client.get(f"{url}/history", query_string=known).get_json()["items"] == now
    assert all(move["recorded_at"] for move in now)
    changes = client.get(f"{url}/diff", query_string=known).get_json()["changes"]
    assert [change["version"] for change in changes] == [entry["version"] for entry in before]
    for part in ("events", "timeline", "history", "diff"):
        answer = client.get(f"{url}/{part}", query_string={"as_of": "2020-01-01T00:00:00Z"}, headers=headers)
        refused(answer, 404, "order-not-found")


def test_the_feed_shows_both_times(client: FlaskClient, order: dict[str, Any]) -> None:
    last = client.get(f"{API}/events?limit=1000").get_json()["items"][-1]
    assert (last["topic"], last["occurred_at"]) == ("order.payment-recorded", "2026-03-01T09:00:00Z")
    assert last["recorded_at"] > "2026-03-02"


def test_a_bare_date_is_that_whole_day_at_the_shop_and_an_instant_may_name_any_zone(
    client: FlaskClient, order: dict[str, Any]
) -> None:
    url = f"{ORDERS}/{order['id']}"
    now = datetime.now(UTC)
    day = (now + timedelta(days=1)).date().isoformat()
    assert client.get(f"{url}?as_of={day}").status_code == 200
    yesterday = (now - timedelta(days=1)).date().isoformat()
    refused(client.get(f"{url}?as_of={yesterday}"), 404, "order-not-found")
    ahead = (now + timedelta(minutes=1)).replace(tzinfo=None, microsecond=0)
    assert client.get(f"{url}?known_at={ahead.isoformat()}").status_code == 200  # the shop's zone is UTC
    assert client.get(f"{url}?as_of={(ahead + timedelta(hours=2)).isoformat()}+02:00").status_code == 200
    refused(client.get(f"{url}?as_of={ahead.isoformat()}%2B02:00"), 404, "order-not-found")
    kept = {"currency": "EUR", "prices_include_tax": True, "locale": "en", "timezone": "Asia/Tokyo"}
    assert client.put(f"{SETTINGS}/defaults", json=kept).status_code == 200
    refused(client.get(f"{url}?as_of={ahead.isoformat()}"), 404, "order-not-found")


@pytest.mark.parametrize("told", ["yesterday", "2026-02-30", "2026-01-01T25:00:00Z", "20260101", "2026-W01", "%00"])
def test_what_is_no_instant_is_refused(client: FlaskClient, order: dict[str, Any], told: str) -> None:
    refused(client.get(f"{ORDERS}/{order['id']}?known_at={told}"), 422, "invalid-fields")


@pytest.mark.parametrize("told", ["0001-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31", "9999-12-31T23:59:59-12:00"])
def test_the_ends_of_time_are_instants(client: FlaskClient, order: dict[str, Any], told: str) -> None:
    answer = client.get(f"{ORDERS}/{order['id']}", query_string={"as_of": told})
    assert answer.status_code == (404 if told.startswith("0") else 200)


def test_what_lies_ahead_is_refused(client: FlaskClient, projecting: Projecting) -> None:
    ahead = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    refused(client.get(ORDERS, query_string={"known_at": ahead}), 422, "known-at-ahead")
    refused(client.get(ORDERS, query_string={"as_of": ahead}), 422, "as-of-ahead")
    refused(client.get(f"{API}/exports/orders", query_string={"known_at": ahead}), 422, "known-at-ahead")
    refused(client.post(f"{API}/exports", json={"list": "stock", "known_at": ahead}), 422, "known-at-ahead")


def test_the_list_of_any_instant_is_there_at_once(
    client: FlaskClient, order: dict[str, Any], projecting: Projecting
) -> None:
    created, *_, noted, paid = events_of(client, order)
    assert listed(client, as_of=created["occurred_at"]) == [(order["number"], "paid")]
    assert listed(client, known_at=noted["recorded_at"]) == [(order["number"], "unpaid")]
    assert listed(client, known_at=paid["recorded_at"], count="exact") == [(order["number"], "paid")]
    assert listed(client, known_at=noted["recorded_at"], payment_status="paid") == []
    assert listed(client, as_of="2026-03-01T00:00:00Z", count="estimate") == []
    both = {"as_of": created["occurred_at"], "known_at": noted["recorded_at"]}
    refused(client.get(ORDERS, query_string=both), 409, "as-of-not-built")


def listed(client: FlaskClient, **query: str) -> list[tuple[str, str]]:
    answer = client.get(ORDERS, query_string=query)
    assert answer.status_code == 200, answer.text
    return [(row["number"], row["payment_status"]) for row in answer.get_json()["items"]]


def test_where_no_view_of_the_past_is_kept_the_list_says_how_it_is_had(
    runtime: Runtime, client: TokenClient, projecting: Projecting
) -> None:
    settings = replace(runtime.settings, orders_past=False)
    with open_runtime(settings) as without:
        assert "orders_past" not in {status.projection for status in without.views.status(0)}
        other = create_app(without).test_client()
        bearer = {"Authorization": f"Bearer {client.token}"}
        told = refused(other.get(f"{ORDERS}?known_at=2026-01-01T00:00:00Z", headers=bearer), 409, "as-of-not-built")
    assert "carnet projections rebuild orders --known-at" in told["detail"]
    assert "CARNET_ORDERS_PAST" in told["detail"]


def test_who_was_forgotten_has_no_name_at_any_instant(
    client: FlaskClient, runtime: Runtime, projecting: Projecting
) -> None:
    person = {"name": "Zita Vanished", "email": "zita@example.com", "country": "FR", "city": "Lostville"}
    made = place(client, billing_address=person)
    then = datetime.now(UTC).isoformat()
    for axis in ("as_of", "known_at"):
        assert len(listed(client, **{axis: then, "q": "vanished"})) == 1
    card = f"{API}/customers/{made['customer']['id']}"
    assert client.delete(card, headers={"If-Match": "*"}).status_code == 200
    for axis in ("as_of", "known_at"):
        for word in ("vanished", "zita@example.com", "lostville"):
            assert listed(client, **{axis: then, "q": word}) == []
        [row] = client.get(ORDERS, query_string={axis: then}).get_json()["items"]
        assert row["customer"]["name"] in ("", None)
    source = Source(runtime.settings.direct_url, runtime.settings.secrets)
    assert Rebuild(source, PROJECTIONS["orders_past"], processes=1, verify=True).run().differences == []

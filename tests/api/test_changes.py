"""Which orders changed since a position; how it is waited for stands in `tests/setup/test_parking.py`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.changes import waiting as changes_told
from api.changes.waiting import EXTENSION, Desks
from api.limits import EXTENSION as LIMITS
from api.limits import Limits
from api.parking import PARKING, Parking, Question
from projections.runtime import Runtime
from projections.views.orders import changed
from tests.api.desk import API, CUSTOMERS, ORDERS, create, place
from tests.api.test_problems import refused
from tests.fixtures_api import issue

CHANGES = f"{API}/changes"
pytestmark = pytest.mark.usefixtures("projecting")


def now(client: FlaskClient) -> dict[str, Any]:
    """Where the list stands, with all that was done before."""
    last = client.post(ORDERS, json={"items": []})
    told: dict[str, Any] = client.get(CHANGES, headers={"X-Min-Position": last.headers["X-Position"]}).get_json()
    return told


def test_the_orders_that_changed_are_told_once_each_with_their_version(client: FlaskClient) -> None:
    first, second = place(client), create(client)
    before = now(client)
    assert before["orders"] == []
    client.post(f"{ORDERS}/{second['id']}/notes", json={"text": "One"})
    client.post(f"{ORDERS}/{first['id']}/notes", json={"text": "Two"})
    last = client.post(f"{ORDERS}/{second['id']}/notes", json={"text": "Three"})
    headers = {"X-Min-Position": last.headers["X-Position"]}
    told = client.get(f"{CHANGES}?after={before['position']}&epoch={before['epoch']}", headers=headers).get_json()
    expected = [{"id": one["id"], "version": one["version"] + more} for one, more in ((first, 1), (second, 2))]
    assert (told["orders"], told["resync"]) == (expected, False)
    assert told["position"] > before["position"]
    again = client.get(f"{CHANGES}?after={told['position']}").get_json()
    assert (again["orders"], again["position"]) == ([], told["position"])


def test_what_cannot_be_told_one_by_one_is_to_be_read_anew(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = now(client)["position"]
    create(client)
    last = now(client)

    def resync(query: str) -> bool:
        told = client.get(f"{CHANGES}?{query}").get_json()
        assert (told["position"], told["orders"] == []) == (last["position"], told["resync"])
        return bool(told["resync"])

    assert not resync(f"after={before}")
    assert resync(f"after={before}&epoch=another")
    assert resync(f"after={last['position'] + 1}")
    monkeypatch.setattr(changed, "MOST", 1)
    assert resync(f"after={before}")
    monkeypatch.setattr(changed, "FARTHEST", 1)
    assert resync(f"after={before}")


def test_a_customer_who_was_forgotten_is_read_anew(client: FlaskClient) -> None:
    order = place(client)
    before = now(client)["position"]
    card = f"{CUSTOMERS}/{order['customer']['id']}"
    erased = client.delete(card, headers={"If-Match": client.get(card).headers["ETag"]})
    assert erased.status_code < 300
    last = client.post(ORDERS, json={"items": []})
    told = client.get(f"{CHANGES}?after={before}", headers={"X-Min-Position": last.headers["X-Position"]}).get_json()
    assert told["resync"]


def test_a_place_to_wait_in_is_asked_for_once_and_until_something_changes(app: Flask, client: FlaskClient) -> None:
    before = now(client)["position"]

    def parked(query: str) -> int | None:
        parking = Parking()
        client.get(f"{CHANGES}?{query}", environ_overrides={PARKING: parking})
        return parking.after

    assert parked(f"after={before}&wait=5") == before
    assert parked(f"after={before}") is None
    assert parked(f"after={before - 1}&wait=5") == before - 1  # until the server says when
    again = Parking(deadline=float("inf"))
    client.get(f"{CHANGES}?after={before - 1}&wait=5", environ_overrides={PARKING: again})
    assert again.after is None
    over = Parking(deadline=0.0)
    over.ask(before, 5)
    assert over.after is None
    refused(client.get(f"{CHANGES}?wait=31"), 422, "invalid-fields")


def test_desks_that_wait_are_told_together_and_each_caller_is_looked_at(
    app: Flask, client: FlaskClient, runtime: Runtime
) -> None:
    desks: Desks = app.extensions[EXTENSION]
    bearer = f"Bearer {issue(runtime, 'desk', 'operator')}"  # an event too, and so before what is looked at
    before = now(client)
    order = create(client)
    after = now(client)["position"]
    asked = Question(
        after=before["position"], wait=5, epoch=before["epoch"], authorization=bearer, session=None,
        address=None, gzip=False,
    )  # fmt: skip
    questions = {
        "told": asked,
        "nothing new": asked._replace(after=after),
        "another epoch": asked._replace(epoch="another"),
        "from later": asked._replace(after=after + 1),
        "nobody": asked._replace(authorization=None),
        "unknown token": asked._replace(authorization="Bearer carnet_1_2"),
        "ended session": asked._replace(authorization=None, session="ended"),
    }
    answers = dict(zip(questions, desks.told(list(questions.values())), strict=True))
    told = {name: msgspec.json.decode(answer.body) for name, answer in answers.items() if answer}
    assert set(questions) - set(told) == {"nobody", "unknown token", "ended session"}
    assert order["id"] in {one["id"] for one in told["told"]["orders"]}
    assert (told["nothing new"]["orders"], told["nothing new"]["resync"]) == ([], False)
    assert told["another epoch"]["resync"]
    assert told["from later"]["resync"]
    plain = client.get(f"{CHANGES}?after={before['position']}").get_json()
    assert plain == told["told"]


def test_a_desk_whose_caller_lost_the_permission_or_asks_too_often_is_not_told(
    app: Flask, client: FlaskClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    desks: Desks = app.extensions[EXTENSION]
    header = f"Bearer {issue(runtime, 'desk', 'operator')}"
    asked = Question(after=0, wait=5, epoch=None, authorization=header, session=None, address=None, gzip=True)
    monkeypatch.setitem(app.extensions, LIMITS, Limits(replace(runtime.settings, caller_requests=1)))
    first, second = desks.told([asked, asked])
    assert first
    assert second is None
    assert '"caller";q=1;w=60' in first.headers["RateLimit-Policy"]
    monkeypatch.setattr(changes_told, "PERMISSION", "nobody:holds")
    monkeypatch.setitem(app.extensions, LIMITS, Limits(runtime.settings))
    assert desks.told([asked]) == [None]

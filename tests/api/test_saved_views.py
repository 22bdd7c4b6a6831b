"""Saved views: kept for oneself or shared, changed by who made them or by managers, counted all at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from projections.access.saved_views import MOST
from projections.runtime import Runtime
from projections.views.orders import counting
from tests.api.desk import API, BILLING, SETTINGS, place, position_of
from tests.api.test_problems import refused
from tests.fixtures_api import dump

VIEWS = f"{API}/views"
pytestmark = pytest.mark.usefixtures("projecting")


def keep(client: FlaskClient, name: str = "To do", **facts: Any) -> dict[str, Any]:
    answer = client.post(VIEWS, json={"name": name, **facts})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    view: dict[str, Any] = answer.get_json()
    return view


def names(client: FlaskClient) -> list[str]:
    return [view["name"] for view in client.get(VIEWS).get_json()["items"]]


def test_a_view_is_kept_as_it_was_told(client: FlaskClient) -> None:
    told = {
        "filter": {"status": ["draft", "pending"], "tag": ["gift"]},
        "sort": "-total",
        "columns": ["number", "total"],
    }
    view = keep(client, "Gifts", **told)
    assert {name: view[name] for name in told} == told
    assert (view["name"], view["shared"], view["changeable"], view["errors"]) == ("Gifts", False, True, [])
    assert client.get(VIEWS).get_json() == {"items": [view], "next": None}
    changed = client.put(f"{VIEWS}/{view['id']}", json={"name": "Presents", "filter": {"stage": "draft"}})
    assert changed.status_code == 200
    assert (changed.get_json()["name"], changed.get_json()["filter"]) == ("Presents", {"stage": "draft"})
    assert client.delete(f"{VIEWS}/{view['id']}").status_code == 204
    assert names(client) == []
    refused(client.delete(f"{VIEWS}/{view['id']}"), 404, "view-not-found")
    refused(client.put(f"{VIEWS}/{view['id']}", json={"name": "x"}), 404, "view-not-found")


def test_asking_twice_under_one_key_keeps_one_view(client: FlaskClient) -> None:
    for _ in range(2):
        answer = client.post(VIEWS, json={"name": "Once"}, headers={"Idempotency-Key": "once"})
        assert answer.status_code == 201
    assert names(client) == ["Once"]


def test_a_view_is_ones_own_unless_shared_and_a_shared_one_is_changed_by_its_maker_or_a_manager(
    client_as: Callable[..., FlaskClient],
) -> None:
    maker, other, manager, auditor = (client_as(role) for role in ("operator", "operator", "manager", "auditor"))
    own, shared = keep(maker, "Own"), keep(maker, "Shared", shared=True)
    assert names(maker) == ["Own", "Shared"]
    assert names(other) == names(manager) == ["Shared"]
    refused(other.put(f"{VIEWS}/{own['id']}", json={"name": "x"}), 404, "view-not-found")
    refused(manager.delete(f"{VIEWS}/{own['id']}"), 404, "view-not-found")
    refused(other.put(f"{VIEWS}/{shared['id']}", json={"name": "x"}), 403, "permission-missing")
    refused(other.delete(f"{VIEWS}/{shared['id']}"), 403, "permission-missing")
    assert [view["changeable"] for view in other.get(VIEWS).get_json()["items"]] == [False]
    answer = manager.put(f"{VIEWS}/{shared['id']}", json={"name": "Ours", "shared": True})
    assert (answer.status_code, answer.get_json()["owner"]) == (200, shared["owner"])
    assert names(other) == ["Ours"]
    refused(auditor.post(VIEWS, json={"name": "x", "shared": True}), 403, "permission-missing")


@pytest.mark.parametrize(
    ("told", "pointer", "code"),
    [
        ({"filter": {"colour": "red"}}, "/filter/colour", "unknown-field"),
        ({"filter": {"stage": "limbo"}}, "/filter/stage/0", "invalid-value"),
        ({"filter": {"status": "nothing"}}, "/filter/status", "unknown-choice"),
        ({"filter": {"total_min": "1.5"}}, "/filter/total_min", "wrong-amount"),
        ({"sort": "price"}, "/sort", "invalid-value"),
        ({"name": ""}, "/name", "text-missing"),
        ({"columns": ["c"] * 41}, "/columns", "invalid-value"),
    ],
)
def test_a_filter_that_the_list_would_refuse_is_refused_where_it_stands(
    client: FlaskClient, told: dict[str, Any], pointer: str, code: str
) -> None:
    problem = refused(client.post(VIEWS, json={"name": "x", **told}), 422, "invalid-fields")
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [(pointer, code)]
    assert names(client) == []


def test_a_filter_that_no_longer_exists_is_told(client: FlaskClient) -> None:
    client.put(f"{SETTINGS}/statuses/packing", json={"label": "Packing", "stage": "processing"})
    view = keep(client, filter={"status": "packing"})
    removed = client.delete(f"{SETTINGS}/statuses/packing")
    assert removed.status_code == 200, removed.get_data(as_text=True)
    [listed] = client.get(VIEWS).get_json()["items"]
    assert [(one["pointer"], one["code"]) for one in listed["errors"]] == [("/filter/status", "unknown-choice")]
    headers = {"X-Min-Position": removed.headers["X-Position"]}
    assert client.get(f"{VIEWS}/counts", headers=headers).get_json()["counts"] == {
        view["id"]: {"value": None, "exact": False}
    }


def test_every_view_is_counted_in_one_answer(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    everything, gifts = keep(client, "All"), keep(client, "Gifts", filter={"tag": ["gift"]})
    place(client)
    answer = client.post(f"{API}/orders", json={"items": [], "tags": ["gift"], "billing_address": BILLING})
    headers = {"X-Min-Position": answer.headers["X-Position"]}
    told = client.get(f"{VIEWS}/counts", headers=headers).get_json()
    assert told["counts"] == {everything["id"]: {"value": 2, "exact": True}, gifts["id"]: {"value": 1, "exact": True}}
    assert told["position"] >= position_of(answer)
    monkeypatch.setattr(counting, "CHEAP", 0.0)
    told = client.get(f"{VIEWS}/counts").get_json()
    assert {count["exact"] for count in told["counts"].values()} == {False}


def test_a_name_that_is_searched_for_stands_sealed_and_is_shown_to_none_who_may_not_see_it(
    client: FlaskClient, client_as: Callable[..., FlaskClient], runtime: Runtime
) -> None:
    keep(client, "Hers", shared=True, filter={"q": "Noraexample"})
    keep(client, "By name", shared=True, sort="customer")
    assert "Noraexample" not in dump(runtime)
    assert names(client_as("analyst")) == []
    assert names(client_as("auditor")) == ["Hers", "By name"]
    refused(client_as("analyst").post(VIEWS, json={"name": "x", "filter": {"q": "x"}}), 403, "permission-missing")


def test_there_are_so_many_views_and_no_more(client: FlaskClient) -> None:
    for number in range(MOST):
        keep(client, f"View {number}")
    refused(client.post(VIEWS, json={"name": "One more"}), 409, "too-many-views")

"""The shop's set-up over HTTP."""

from __future__ import annotations

from typing import Any, cast

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from domain.labels import FRENCH
from domain.statuses import TRANSITIONS
from projections.runtime import Runtime, open_runtime
from tests.api.desk import API, ORDERS, SETTINGS, News, create
from tests.api.test_problems import refused

PARTS: list[tuple[str, str, dict[str, Any], str]] = [
    ("statuses", "packed", {"label": "Packed", "stage": "processing", "colour": "#00ff00", "position": 25}, "status"),
    ("payment-methods", "voucher", {"label": "Voucher"}, "payment-method"),
    ("shipping-methods", "bicycle", {"label": "Bicycle", "carrier": "dhl"}, "shipping-method"),
    ("carriers", "post", {"label": "Post", "tracking_url": "https://post.example.com/?c={code}"}, "carrier"),
]


@pytest.mark.parametrize(("part", "code", "told", "topic"), PARTS)
def test_a_part_is_defined_listed_changed_and_retired(
    client: FlaskClient, news: News, part: str, code: str, told: dict[str, Any], topic: str
) -> None:
    url = f"{SETTINGS}/{part}/{code}"
    defined = client.put(url, json=told)
    assert defined.status_code == 200
    assert defined.get_json() == client.get(SETTINGS).get_json()
    [shown] = [one for one in client.get(f"{SETTINGS}/{part}").get_json()["items"] if one["code"] == code]
    assert told.items() <= shown.items()
    assert client.put(url, json=told).headers["ETag"] == defined.headers["ETag"]
    assert client.put(url, json={**told, "label": "Other"}).status_code == 200
    assert client.delete(url).status_code == 200
    assert code not in [one["code"] for one in client.get(f"{SETTINGS}/{part}").get_json()["items"]]
    assert news.topics() == [f"settings.{topic}-{what}" for what in ("defined", "defined", "retired")]
    assert client.delete(url).status_code == 422


def test_a_status_of_the_merchant_is_used_at_once(client: FlaskClient) -> None:
    client.put(f"{SETTINGS}/statuses/packed", json={"label": "Packed", "stage": "processing"})
    order = create(client, status="packed")
    assert order["status"] == {"code": "packed", "label": "Packed", "stage": "processing"}
    client.put(f"{SETTINGS}/statuses/packed", json={"label": "Boxed", "stage": "processing"})
    assert client.get(f"{ORDERS}/{order['id']}").get_json()["status"]["label"] == "Boxed"


def test_a_standard_status_without_a_word_in_a_language_has_its_own_label_there(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(cast("dict[str, str]", FRENCH["status"]), "on_hold")
    statuses = client.get(SETTINGS).get_json()["statuses"]
    assert {one["code"]: one["labels"]["fr"] for one in statuses}["on_hold"] == "On hold"


def test_another_process_sees_the_change(client: FlaskClient, runtime: Runtime) -> None:
    """The shop as another process knows it is brought forward by what was decided here."""
    with open_runtime(runtime.settings) as other:
        assert "packed" not in other.desk.shop().statuses
        client.put(f"{SETTINGS}/statuses/packed", json={"label": "Packed", "stage": "processing"})
        assert other.desk.shop().statuses["packed"].label == "Packed"
        assert create_app(other).extensions["carnet"].desk.shop() == runtime.desk.shop()


def test_a_stage_keeps_its_last_status_and_a_status_its_stage(client: FlaskClient, news: News) -> None:
    refused(client.delete(f"{SETTINGS}/statuses/pending"), 422, "last-status-of-stage")
    moved = {"label": "Pending", "stage": "shipped"}
    refused(client.put(f"{SETTINGS}/statuses/pending", json=moved), 422, "stage-fixed")
    assert news.events() == []


def test_seller_and_defaults_are_set(client: FlaskClient, news: News) -> None:
    seller = {
        "name": "The Invented Shop",
        "line1": "1 Market",
        "city": "Paris",
        "country": "FR",
        "vat_number": "FR00732829320",
    }
    assert seller.items() <= client.put(f"{SETTINGS}/seller", json=seller).get_json()["seller"].items()
    problem = refused(client.put(f"{SETTINGS}/seller", json={**seller, "vat_number": "FR1"}), 422, "wrong-vat-number")
    assert (problem["errors"][0]["pointer"], problem["details"]["form"]) == ("/vat_number", "FRXX999999999")
    defaults = {"currency": "KWD", "prices_include_tax": False, "locale": "fr", "timezone": "Europe/Paris"}
    answer = client.put(f"{SETTINGS}/defaults", json=defaults)
    assert answer.get_json()["defaults"] == defaults | {"number_prefix": "C", "tax_rate": None, "taxes": None}
    assert news.topics() == ["settings.seller-set", "settings.defaults-set"]


@pytest.mark.parametrize(
    ("path", "told", "pointer"),
    [
        ("statuses/x", {"label": "X", "stage": "limbo"}, "/stage"),
        ("statuses/x", {"label": "X", "stage": "pending", "colour": "red"}, "/colour"),
        ("statuses/x", {"label": "X", "stage": "pending", "position": -1}, "/position"),
        ("statuses/x", {"label": "X", "stage": "pending", "needs_tracking": "yes"}, "/needs_tracking"),
        ("statuses/x", {"stage": "pending"}, "/label"),
        ("carriers/x", {"label": "X", "tracking_url": "http://x.example.com/{code}"}, "/tracking_url"),
        ("carriers/x", {"label": "X", "tracking_url": "javascript:alert({code})"}, "/tracking_url"),
        ("seller", {"country": "ZZ"}, "/country"),
        ("seller", {}, ""),
        ("defaults", {"currency": "XXX"}, "/currency"),
        ("defaults", {"locale": "tlh"}, "/locale"),
    ],
)
def test_a_set_up_is_refused_by_field(
    client: FlaskClient, news: News, path: str, told: dict[str, Any], pointer: str
) -> None:
    answer = client.put(f"{SETTINGS}/{path}", json=told)
    assert answer.status_code == 422
    assert answer.get_json(force=True)["errors"][0]["pointer"] == pointer
    assert news.events() == []


def test_a_code_in_the_address_that_is_none_is_refused_without_a_pointer_into_the_body(client: FlaskClient) -> None:
    answer = client.put(f"{SETTINGS}/payment-methods/%20x", json={"label": "X"})
    assert answer.status_code == 422
    assert answer.get_json(force=True)["type"] == "/problems/bad-code"
    [error] = answer.get_json(force=True)["errors"]
    assert (error["parameter"], "pointer" in error) == ("code", False)


def test_the_table_of_moves_is_served(client: FlaskClient) -> None:
    table = client.get(f"{API}/meta/transitions").get_json()
    assert {stage: tuple(to) for stage, to in table["transitions"].items()} == TRANSITIONS
    assert [status["code"] for status in table["statuses"]] == list(table["stages"])


def test_rules_say_which_purchases_tag_their_customers(client: FlaskClient) -> None:
    rules = [{"pattern": "CUP-*", "tags": ["cups"], "on": "placed"}]
    assert client.put(f"{SETTINGS}/tag-rules", json={"rules": rules}).get_json()["tag_rules"] == rules
    assert client.get(f"{SETTINGS}/tag-rules").get_json() == {"items": rules, "next": None}
    wrong = [{"pattern": "CUP-*", "tags": [], "on": "sent"}]
    problem = refused(client.put(f"{SETTINGS}/tag-rules", json={"rules": wrong}), 422, "invalid-fields")
    assert {fault["pointer"] for fault in problem["errors"]} == {"/rules/0/tags", "/rules/0/on"}

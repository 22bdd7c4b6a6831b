"""The feed: narrowed, line by line, with schemas; and what stands in it in place of what is not shown."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import jsonschema_rs
import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.exports.routes import Slots
from domain.topics import EVENTS as KINDS
from projections.published import reading
from projections.runtime import Runtime
from tests.api.desk import API, CUSTOMERS, eur, place
from tests.api.test_problems import refused

EVENTS, SCHEMAS = f"{API}/events", f"{API}/events/schemas"
LINES = {"Accept": "application/x-ndjson"}


def pages(client: FlaskClient, query: str = "") -> list[dict[str, Any]]:
    """Every item of the feed, page by page."""
    found, after = [], 0
    while True:
        page = client.get(f"{EVENTS}?after={after}&limit=7{query}").get_json()
        found += page["items"]
        if page["next"] >= page["head"]:
            return found
        after = page["next"]


def lines(client: FlaskClient, query: str = "", **headers: str) -> list[dict[str, Any]]:
    """The lines of the feed, the last one among them."""
    answer = client.get(f"{EVENTS}?{query}", headers=LINES | headers)
    assert (answer.status_code, answer.mimetype) == (200, "application/x-ndjson")
    body = gzip.decompress(answer.data) if answer.headers.get("Content-Encoding") == "gzip" else answer.data
    return [json.loads(text) for text in body.splitlines()]


def test_it_is_narrowed_to_topics_and_to_a_stream(client: FlaskClient) -> None:
    first, second = place(client), place(client)
    everything = pages(client)
    topics = {"order.created", "order.placed"}
    assert pages(client, "&topics=order.created&topics=order.placed") == [
        one for one in everything if one["topic"] in topics
    ]
    assert pages(client, f"&stream={second['id']}") == [
        one for one in everything if one["event"]["originator_id"] == second["id"]
    ]
    [begun] = pages(client, f"&stream={first['id']}&topics=order.created")
    assert begun["event"]["number"] == first["number"]
    assert pages(client, f"&stream={uuid4()}") == []


def test_it_says_where_the_log_ends_and_how_far_it_looked(
    client: FlaskClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(client), place(client)
    head = runtime.log.head()
    page = client.get(f"{EVENTS}?topics=order.placed&limit=1").get_json()
    assert (len(page["items"]), page["next"], page["head"]) == (1, page["items"][0]["position"], head)
    assert client.get(f"{EVENTS}?topics=order.shipped").get_json()["next"] == head
    monkeypatch.setattr(reading, "SCANNED", 3)
    page = client.get(f"{EVENTS}?topics=order.shipped").get_json()
    assert (page["items"], page["next"], page["head"]) == ([], 3, head)


def test_topics_that_no_event_has_are_refused(client: FlaskClient) -> None:
    problem = refused(client.get(f"{EVENTS}?topics=order.placed&topics=order.vanished"), 422, "unknown-topic")
    assert [one["parameter"] for one in problem["errors"]] == ["topics"]
    refused(client.get(f"{EVENTS}?stream=x"), 422, "invalid-fields")
    refused(client.get(f"{EVENTS}?wait=31"), 422, "invalid-fields")


def test_lines_are_the_pages_and_end_with_where_they_end(client: FlaskClient, runtime: Runtime) -> None:
    place(client)
    *items, end = lines(client)
    head = runtime.log.head()
    assert items == pages(client)
    assert end == {"next": head, "head": head, "epoch": runtime.log.epoch().id}
    *some, end = lines(client, "after=2&limit=3")
    assert ([one["position"] for one in some], end["next"], end["head"]) == ([3, 4, 5], 5, head)
    *placed, end = lines(client, "topics=order.placed")
    assert ([one["topic"] for one in placed], end["next"]) == (["order.placed"], head)
    assert lines(client, f"after={head}") == [end]


def test_lines_are_packed_for_who_takes_them_so(client: FlaskClient) -> None:
    place(client)
    answer = client.get(EVENTS, headers=LINES | {"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert lines(client, **{"Accept-Encoding": "gzip"}) == lines(client)


def test_lines_take_a_place_of_exports_and_give_it_back(client: FlaskClient, app: Flask, runtime: Runtime) -> None:
    slots: Slots = app.extensions["carnet.exports"]
    taken = [slots.take() for _ in range(runtime.settings.exports)]
    refused(client.get(EVENTS, headers=LINES), 503, "exports-busy")
    for release in taken:
        release()
    for _ in range(runtime.settings.exports + 1):
        lines(client)


def test_lines_of_another_epoch_are_refused(client: FlaskClient) -> None:
    refused(client.get(f"{EVENTS}?epoch=another", headers=LINES), 409, "epoch-changed")


def test_fields_at_their_default_are_written_out_with_a_currency_beside_amounts(client: FlaskClient) -> None:
    order = place(client)
    paid = client.post(f"{API}/orders/{order['id']}/payments", json={"method": "cash", "amount": eur("20.00")})
    assert paid.status_code == 201
    for one in pages(client, f"&stream={order['id']}"):
        schema = client.get(f"{SCHEMAS}/{one['topic']}").get_json(force=True)
        assert list(one["event"]) == schema["required"]
        assert one["version"] == schema["x-version"]
        if any("x-amount" in field for field in schema["properties"].values()):
            assert one["event"]["currency"] == "EUR"
    [payment] = pages(client, "&topics=order.payment-recorded")
    assert (payment["event"]["amount"], payment["event"]["currency"], payment["event"]["reference"]) == (
        2000,
        "EUR",
        "",
    )


def test_what_is_erased_and_what_is_withheld_are_told_apart(
    client: FlaskClient, client_as: Callable[..., FlaskClient]
) -> None:
    order = place(client)
    analyst, query = client_as("analyst"), "&topics=order.customer-assigned"
    [shown], [withheld] = pages(client, query), pages(analyst, query)
    assert shown["event"]["name"] == "Nora Example"
    assert withheld["event"]["name"] == withheld["event"]["email"] == {"withheld": True}
    assert lines(analyst, "topics=order.customer-assigned")[0] == withheld
    raw = analyst.get(f"{API}/orders/{order['id']}/events").get_json()["items"]
    assert [one for one in raw if one["topic"] == "order.customer-assigned"] == [withheld]
    customer = f"{CUSTOMERS}/{order['customer']['id']}"
    etag = client.get(customer).headers["ETag"]
    assert client.delete(customer, headers={"If-Match": etag}).status_code in (200, 202, 204)
    for reader in (client, analyst):
        assert pages(reader, query)[0]["event"]["name"] == {"erased": True}


def test_every_topic_has_a_schema(client: FlaskClient) -> None:
    items = client.get(SCHEMAS).get_json()["items"]
    assert {(one["topic"], one["version"]) for one in items} == {(kind.TOPIC, kind.VERSION) for kind in KINDS}
    answer = client.get(f"{SCHEMAS}/order.shipped")
    assert answer.mimetype == "application/schema+json"
    assert json.loads(answer.data) == next(one["schema"] for one in items if one["topic"] == "order.shipped")
    jsonschema_rs.meta.validate(json.loads(answer.data))
    refused(client.get(f"{SCHEMAS}/order.vanished"), 404, "unknown-topic")
    refused(client.get(f"{SCHEMAS}/order.vanished%0a"), 404, "unknown-topic")


def test_feed_and_webhooks_are_told_as_asyncapi(client: FlaskClient) -> None:
    answer = client.get(f"{EVENTS}/asyncapi.json")
    document = json.loads(answer.data)
    assert document["asyncapi"] == "3.0.0"
    found: list[str] = []

    def references(part: Any) -> None:
        for name, value in part.items() if isinstance(part, dict) else enumerate(part):
            if name == "$ref":
                found.append(value)
            elif isinstance(value, dict | list):
                references(value)

    references(document)
    for reference in set(found):
        target = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]
    assert len(document["channels"]["webhooks"]["messages"]) == len(KINDS)


def test_the_description_tells_items_apart_by_their_topic(client: FlaskClient) -> None:
    place(client)
    known = client.get(f"{API}/openapi.json").get_json()["components"]["schemas"]
    whole = {"$ref": "#/components/schemas/RecordedAnswer", "components": {"schemas": known}}
    validator = jsonschema_rs.validator_for(whole)
    items = pages(client)
    assert [list(map(str, validator.iter_errors(one))) for one in items] == [[] for _ in items]
    for one in items:
        assert not validator.is_valid({**one, "topic": "order.vanished"})
        assert not validator.is_valid({**one, "event": {}})

"""The feed of everything that happened, and how the views follow it."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask.testing import FlaskClient

from projections.log.seals import seal
from projections.postgres.embedded import EmbeddedServer
from projections.runtime import Runtime
from projections.views import PROJECTIONS
from tests.api.desk import API, ORDERS, cart, create, position_of
from tests.api.test_problems import refused
from tests.damage import unguarded

EVENTS = f"{API}/events"


def test_the_feed_brings_every_event_once_and_in_order(client: FlaskClient, runtime: Runtime) -> None:
    for _ in range(3):
        create(client)
    seen, after = [], 0
    while page := client.get(f"{EVENTS}?after={after}&limit=4").get_json()["items"]:
        seen += page
        after = page[-1]["position"]
    assert [one["position"] for one in seen] == list(range(1, runtime.log.head() + 1))
    assert [one["topic"] for one in seen] == [one.event.TOPIC for one in runtime.log.read(0, 1000)]


def test_the_end_of_the_feed_is_asked_again_from_where_it_was(client: FlaskClient, runtime: Runtime) -> None:
    create(client)
    head = runtime.log.head()
    assert client.get(f"{EVENTS}?after={head}").get_json() == {
        "items": [],
        "next": head,
        "head": head,
        "epoch": runtime.log.epoch().id,
    }
    stored = client.post(ORDERS, json=cart())
    page = client.get(f"{EVENTS}?after={head}").get_json()
    assert page["next"] == position_of(stored)
    assert page["items"][0]["topic"] == "order.created"
    assert page["items"][0]["event"]["metadata"]["actor"].startswith("token:admin-")


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=1001", "after=1.0", "before=1"])
def test_a_wrong_question_names_its_parameter(client: FlaskClient, query: str) -> None:
    problem = refused(client.get(f"{EVENTS}?{query}"), 422, "invalid-fields")
    assert problem["errors"][0]["parameter"] == query.split("=")[0]


def test_the_seals_of_the_log_are_told_with_the_key_that_checks_them(client: FlaskClient, runtime: Runtime) -> None:
    create(client)
    assert client.get(f"{API}/audit/seals").get_json()["items"] == []
    seal(runtime)
    told = client.get(f"{API}/audit/seals").get_json()
    [checkpoint] = told["items"]
    assert checkpoint["position"] == told["next"] == runtime.log.head()
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(told["key"]))
    with pytest.raises(InvalidSignature):
        key.verify(bytes.fromhex(checkpoint["signature"]), b"something else")
    assert client.get(f"{API}/audit/seals?after={told['next']}").get_json()["items"] == []


@pytest.mark.usefixtures("projecting")
def test_every_view_tells_how_far_behind_it_is(client: FlaskClient) -> None:
    stored = client.post(ORDERS, json=cart())
    client.get(ORDERS, headers={"X-Min-Position": stored.headers["X-Position"]})
    views = {view["projection"]: view for view in client.get(f"{API}/projections").get_json()["items"]}
    assert views.keys() == PROJECTIONS.keys()
    assert (views["orders"]["position"], views["orders"]["behind"], views["orders"]["parked"]) == (
        position_of(stored), 0, 0,
    )  # fmt: skip


def test_an_event_that_cannot_be_read_holds_nobody_up(
    client: FlaskClient, runtime: Runtime, server: EmbeddedServer
) -> None:
    create(client)
    head = runtime.log.head()
    with unguarded(server, runtime.settings.database_url) as connection:
        connection.execute("UPDATE log.events SET state = '{\"a\": 1}' WHERE position = 2")
    told = client.get(EVENTS).get_json()
    assert [one["position"] for one in told["items"]] == list(range(1, head + 1))
    assert told["next"] == head
    assert [one["position"] for one in told["items"] if one["event"] == {"unreadable": True}] == [2]
    assert (told["items"][1]["topic"], told["items"][1]["occurred_at"]) == ("order.created", None)

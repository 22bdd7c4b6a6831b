"""Webhook endpoints over HTTP: who may make them, what is shown of them, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from projections.log import EventLog
from projections.runtime import Runtime
from projections.work import webhook_endpoints as work
from projections.work.webhook_endpoints import Call
from tests.api.desk import API, News, create
from tests.api.test_problems import refused

ENDPOINTS = f"{API}/webhook-endpoints"
URL = "https://warehouse.example/carnet"


def endpoint(client: FlaskClient, **facts: Any) -> dict[str, Any]:
    """An endpoint and its secret, as the answer has them."""
    answer = client.post(ENDPOINTS, json={"url": URL, **facts})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made: dict[str, Any] = answer.get_json()
    assert answer.headers["Location"] == f"{ENDPOINTS}/{made['id']}"
    return made


def test_a_secret_is_shown_once_and_kept_sealed(client: FlaskClient, runtime: Runtime) -> None:
    headers = {"Idempotency-Key": "webhook-warehouse"}
    first = client.post(ENDPOINTS, json={"url": URL}, headers=headers).get_json()
    again = client.post(ENDPOINTS, json={"url": URL}, headers=headers).get_json()
    assert first["secret"].startswith("whsec_")
    assert (first["secret_shown"], again["secret_shown"], again["secret"]) == (False, True, None)
    assert first["id"] == again["id"]
    shown = client.get(f"{ENDPOINTS}/{first['id']}").get_json()
    assert "secret" not in shown
    with runtime.reading() as connection:
        stored = str(connection.execute("SELECT * FROM work.webhook_endpoints").fetchall())
        assert first["secret"] not in stored
        assert work.secrets_of(connection, runtime.log.keys, _id(first)) == [first["secret"]]
    assert first["secret"] not in str(runtime.log.read(0, 1_000))


def test_it_begins_where_the_log_ends(client: FlaskClient, runtime: Runtime) -> None:
    create(client)
    head = runtime.log.head()
    made = endpoint(client, topics=["order.shipped", "order.placed", "order.placed"], description="The warehouse")
    expected = {
        "url": URL,
        "description": "The warehouse",
        "topics": ["order.placed", "order.shipped"],
        "personal": False,
    }
    assert {name: made[name] for name in expected} == expected
    assert (made["position"], made["state"], made["attempts"], made["stopped"]) == (head, "sending", 0, None)
    assert client.get(ENDPOINTS).get_json()["items"][0]["id"] == made["id"]


def test_what_is_done_to_it_is_recorded(client: FlaskClient, runtime: Runtime) -> None:
    news = News(runtime)
    path = f"{ENDPOINTS}/{endpoint(client)['id']}"
    assert client.put(path, json={"url": URL, "enabled": False}).get_json()["state"] == "disabled"
    rotated = client.post(f"{path}/secret", json={}).get_json()
    assert rotated["secret"].startswith("whsec_")
    assert rotated["previous_secret_until"] is not None
    assert client.post(f"{path}/replay", json={"after": 0}).get_json()["position"] == 0
    assert client.delete(path).status_code == 204
    topics = [event.TOPIC for event in news.events() if event.TOPIC.startswith("webhook")]
    assert topics == [
        "webhook-endpoint.defined", "webhook-endpoint.changed", "webhook-endpoint.secret-rotated",
        "webhook-endpoint.replayed", "webhook-endpoint.removed",
    ]  # fmt: skip
    refused(client.get(path), 404, "webhook-endpoint-not-found")
    refused(client.put(path, json={"url": URL}), 404, "webhook-endpoint-not-found")
    refused(client.get(f"{path}/deliveries"), 404, "webhook-endpoint-not-found")


@pytest.mark.parametrize(
    ("facts", "status", "code", "pointer"),
    [
        ({"url": "http://127.0.0.1/hook"}, 422, "private-target", "/url"),
        ({"url": "http://localhost/hook"}, 422, "private-target", "/url"),
        ({"url": "ftp://warehouse.example/"}, 422, "wrong-webhook-address", "/url"),
        ({"topics": ["order.placed", "order.vanished"]}, 422, "unknown-topic", "/topics/1"),
        ({"topics": "order.placed"}, 422, "invalid-fields", "/topics"),
        ({"personal": "yes"}, 422, "invalid-fields", "/personal"),
        ({"secret": "mine"}, 422, "invalid-fields", "/secret"),
    ],
)
def test_what_cannot_be_is_refused(
    client: FlaskClient, facts: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    problem = refused(client.post(ENDPOINTS, json={"url": URL, **facts}), status, code)
    assert problem["errors"][0]["pointer"] == pointer
    assert client.get(ENDPOINTS).get_json()["items"] == []


def test_nobody_gives_out_more_than_they_may_read(client_as: Callable[..., FlaskClient]) -> None:
    blind = client_as("data", "webhooks:write", "webhooks:read", "events:read")
    made = endpoint(blind)
    missing = refused(blind.post(ENDPOINTS, json={"url": URL, "personal": True}), 403, "permission-missing")
    assert missing["details"] == {"permission": "personal:read"}
    refused(blind.put(f"{ENDPOINTS}/{made['id']}", json={"url": URL, "personal": True}), 403, "permission-missing")
    deaf = client_as("data", "webhooks:write", "personal:read")
    missing = refused(deaf.post(ENDPOINTS, json={"url": URL}), 403, "permission-missing")
    assert missing["details"] == {"permission": "events:read"}


def test_one_that_is_told_of_persons_is_rotated_and_replayed_by_who_may_read_them(
    client: FlaskClient, client_as: Callable[..., FlaskClient]
) -> None:
    path = f"{ENDPOINTS}/{endpoint(client, personal=True)['id']}"
    blind = client_as("data", "webhooks:write", "events:read")
    for action, body in (("secret", {}), ("replay", {"after": 0})):
        refused(blind.post(f"{path}/{action}", json=body), 403, "permission-missing")


def test_it_is_told_from_a_position_that_there_is(client: FlaskClient, runtime: Runtime) -> None:
    path = f"{ENDPOINTS}/{endpoint(client)['id']}/replay"
    refused(client.post(path, json={"after": runtime.log.head() + 100}), 422, "position-ahead")
    refused(client.post(path, json={"after": 0, "epoch": "another"}), 409, "epoch-changed")
    assert client.post(path, json={"after": 1, "epoch": runtime.log.epoch().id}).status_code == 200


def test_a_change_names_the_version_it_was_decided_on(client: FlaskClient) -> None:
    made = endpoint(client)
    path, version = f"{ENDPOINTS}/{made['id']}", {"If-Match": f'"{made["version"]}"'}
    assert client.put(path, json={"url": URL, "topics": ["order.placed"]}, headers=version).status_code == 200
    assert client.put(path, json={"url": URL}, headers=version).status_code == 412


def test_deliveries_come_page_by_page_the_newest_first(client: FlaskClient, runtime: Runtime) -> None:
    made = endpoint(client)
    _deliver(runtime, made, range(1, 6))
    path = f"{ENDPOINTS}/{made['id']}/deliveries"
    first = client.get(f"{path}?limit=3").get_json()
    second = client.get(f"{path}?limit=3&cursor={first['next']}").get_json()
    assert [one["position"] for one in first["items"] + second["items"]] == [5, 4, 3, 2, 1]
    assert second["next"] is None
    assert {one["state"] for one in client.get(f"{path}?state=delivered").get_json()["items"]} == {"delivered"}
    assert client.get(f"{path}?state=failing").get_json()["items"] == []
    refused(client.get(f"{path}?state=lost"), 422, "invalid-fields")


def test_a_shop_has_so_many_at_most(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "MOST", 1)
    endpoint(client)
    refused(client.post(ENDPOINTS, json={"url": URL}), 422, "too-many-webhook-endpoints")
    assert len(client.get(ENDPOINTS).get_json()["items"]) == 1


def _id(made: dict[str, Any]) -> UUID:
    return UUID(made["id"])


def _deliver(runtime: Runtime, made: dict[str, Any], positions: range) -> None:
    """Notes calls about these positions, as a worker does."""
    log: EventLog = runtime.log
    incarnation, _ = log.end()
    with runtime.pool.connection() as connection:
        connection.execute("UPDATE work.webhook_endpoints SET position = 0")
        for position in positions:
            row = work.find(connection, _id(made))
            assert row is not None
            call = Call(position, uuid4(), "order.placed", "delivered", 1, 200, None, None, 12)
            assert work.note(connection, row, call, incarnation)

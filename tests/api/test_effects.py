"""Effects over HTTP: seen, and retried, settled or dropped by who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from projections.runtime import Runtime
from projections.work import effects, positions
from tests.api.desk import API, NOBODY
from tests.api.test_problems import refused
from tests.workers.working import ask

EFFECTS = f"{API}/effects"


def left(runtime: Runtime, state: str, **facts: Any) -> UUID:
    """An effect in a state that a worker left it in."""
    key, token = ask(runtime, "webhook.send", **facts), uuid4()
    with runtime.reading() as connection:
        effects.claim(connection, [key], token, 30, runtime.log.ready(connection))
        effects.finish(connection, key, token, state, "worker-lost")
    return key


def test_an_effect_tells_how_far_it_came(client: FlaskClient, runtime: Runtime) -> None:
    order, message = uuid4(), str(uuid4())
    key = left(runtime, "unknown", order_id=order, payload={"message_id": message}, position=12)
    row = client.get(f"{EFFECTS}/{key}").get_json()
    assert (row["kind"], row["state"], row["attempts"], row["error"]) == ("webhook.send", "unknown", 1, "worker-lost")
    assert (row["payload"], row["order_id"], row["position"]) == ({"message_id": message}, str(order), 12)
    assert client.get(EFFECTS).get_json()["items"] == [row]


def test_effects_are_found_by_state_kind_and_order(client: FlaskClient, runtime: Runtime) -> None:
    order = uuid4()
    waiting, unknown = ask(runtime, "refund.send", order_id=order), left(runtime, "unknown")

    def keys(query: str) -> list[str]:
        return [row["key"] for row in client.get(f"{EFFECTS}?{query}").get_json()["items"]]

    assert keys("state=waiting") == keys("kind=refund.send") == keys(f"order_id={order}") == [str(waiting)]
    assert keys("state=unknown&kind=webhook.send") == [str(unknown)]
    assert keys("state=done") == []
    assert client.get(f"{EFFECTS}?state=unknown&count=exact").get_json()["count"]["value"] == 1
    refused(client.get(f"{EFFECTS}?state=lost"), 422, "invalid-fields")


def test_effects_come_page_by_page(client: FlaskClient, runtime: Runtime) -> None:
    asked = {str(ask(runtime, "test")) for _ in range(5)}
    seen, query = [], "limit=2"
    while query:
        page = client.get(f"{EFFECTS}?{query}").get_json()
        seen += [row["key"] for row in page["items"]]
        query = f"limit=2&cursor={page['next']}" if page["next"] else ""
    assert len(seen) == 5
    assert set(seen) == asked


@pytest.mark.parametrize(
    ("state", "action", "after"),
    [
        ("unknown", "retry", "waiting"),
        ("failed", "retry", "waiting"),
        ("unknown", "settle", "settled"),
        ("failed", "settle", "settled"),
        ("unknown", "drop", "dropped"),
        ("failed", "drop", "dropped"),
    ],
)
def test_what_is_stuck_is_decided_on(
    client: FlaskClient, runtime: Runtime, state: str, action: str, after: str
) -> None:
    key = left(runtime, state)
    row = client.post(f"{EFFECTS}/{key}/{action}").get_json()
    assert row["state"] == after
    assert row["changed_by"].startswith("token:admin")
    assert row["attempts"] == (0 if action == "retry" else 1)


@pytest.mark.parametrize("action", ["retry", "settle", "drop"])
def test_what_is_done_stays_done(client: FlaskClient, runtime: Runtime, action: str) -> None:
    key = left(runtime, "done")
    problem = refused(client.post(f"{EFFECTS}/{key}/{action}"), 409, "wrong-effect-state")
    assert problem["details"]["state"] == "done"


def test_an_effect_that_is_not_there_is_404(client: FlaskClient) -> None:
    refused(client.get(f"{EFFECTS}/{NOBODY}"), 404, "effect-not-found")
    refused(client.post(f"{EFFECTS}/{NOBODY}/retry"), 404, "effect-not-found")


def test_a_repeated_request_gets_the_same_answer(client: FlaskClient, runtime: Runtime) -> None:
    key, headers = left(runtime, "unknown"), {"Idempotency-Key": "settled-once"}
    first = client.post(f"{EFFECTS}/{key}/settle", headers=headers)
    again = client.post(f"{EFFECTS}/{key}/settle", headers=headers)
    assert first.status_code == again.status_code == 200
    assert again.get_json() == first.get_json()
    assert again.headers["Idempotent-Replayed"] == "true"


def test_who_may_read_may_not_decide(client_as: Callable[..., FlaskClient], runtime: Runtime) -> None:
    key, auditor = left(runtime, "unknown"), client_as("auditor")
    assert auditor.get(f"{EFFECTS}/{key}").status_code == 200
    assert auditor.post(f"{EFFECTS}/{key}/settle").status_code == 403
    assert client_as("admin", "orders:read").get(EFFECTS).status_code == 403


def test_processes_tell_where_they_stand_and_what_was_refused(client: FlaskClient, runtime: Runtime) -> None:
    with runtime.reading() as connection:
        positions.begin(connection, ("mail_on_status",))
        positions.refuse(connection, "mail_on_status", 3, uuid4(), "RequestMessage", "no-such-template")
        positions.report_trouble(connection, "mail_on_status", "KeyError")
    [process] = client.get(f"{API}/processes").get_json()["items"]
    assert (process["process"], process["position"], process["trouble"]) == ("mail_on_status", 0, "KeyError")
    assert process["behind"] == runtime.log.head()
    [refusal] = client.get(f"{API}/processes/refusals").get_json()["items"]
    assert (refusal["command"], refusal["code"], refusal["position"]) == ("RequestMessage", "no-such-template", 3)


def test_effects_are_counted_for_operations(client: FlaskClient, runtime: Runtime) -> None:
    left(runtime, "unknown")
    told = client.get("/metrics").get_data(as_text=True)
    assert 'carnet_effects{state="unknown"} 1.0' in told
    assert 'carnet_effects{state="failed"} 0.0' in told

"""Upkeep over HTTP: a view built anew by a job, events taken after all, and the proof that nothing was changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from projections.engine.tables import Connection
from projections.postgres.embedded import EmbeddedServer
from projections.runtime import Runtime
from tests.api.desk import API, place
from tests.api.test_problems import refused
from tests.damage import lose
from tests.workers.working import eventually, working
from workers.upkeep import UPKEEP

VIEWS = f"{API}/projections"


@pytest.fixture
def workers(runtime: Runtime) -> Iterator[None]:
    """A worker that does upkeep."""
    with working(runtime, UPKEEP):
        yield


def done(client: FlaskClient, job: dict[str, Any], state: str = "done") -> dict[str, Any]:
    """The job once it has come to the state."""
    path = f"{API}/jobs/{job['id']}"
    eventually(lambda: client.get(path).get_json()["state"] == state, f"the job is {state}")
    told: dict[str, Any] = client.get(path).get_json()
    return told


@pytest.mark.usefixtures("workers")
def test_a_view_is_built_anew_by_a_job_and_serves_the_same(client: FlaskClient) -> None:
    order = place(client)
    before = _generation(client, "orders")
    answer = client.post(f"{VIEWS}/orders/rebuild")
    assert answer.status_code == 202
    job = done(client, answer.get_json())
    assert (job["kind"], job["parameters"]) == ("projections.rebuild", {"projection": "orders"})
    assert job["outcome"]["missing"] == []
    assert job["progress"]["done"] == job["outcome"]["events"] > 0
    assert _generation(client, "orders") > before
    assert client.get(f"{API}/orders/{order['id']}").status_code == 200
    refused(client.post(f"{VIEWS}/nonsense/rebuild"), 404, "view-not-found")


def _generation(client: FlaskClient, name: str) -> int:
    found = client.get(VIEWS).get_json()["items"]
    return next(int(one["generation"]) for one in found if one["projection"] == name)


@pytest.mark.usefixtures("projecting")
def test_events_that_a_view_could_not_take_are_listed_and_taken_after_all(
    client: FlaskClient, runtime: Runtime
) -> None:
    order = place(client)
    runtime.views.wait_for("orders", runtime.log.head())
    with runtime.pool.connection() as connection:
        _park(connection, order["id"])
    [letter] = client.get(f"{VIEWS}/dead-letters").get_json()["items"]
    assert (letter["projection"], letter["stream"], letter["error"]) == ("orders", order["id"], "KeyError")
    [taken] = client.post(f"{VIEWS}/orders/dead-letters/retry").get_json()["items"]
    assert (taken["stream"], taken["events"], taken["error"]) == (order["id"], 1, None)
    assert client.get(f"{VIEWS}/dead-letters").get_json()["items"] == []
    refused(client.post(f"{VIEWS}/nonsense/dead-letters/retry"), 404, "view-not-found")


def _park(connection: Connection, order_id: str) -> None:
    """Sets an order's last event aside, as a view does that could not take it."""
    connection.execute(
        """
        INSERT INTO views.dead_letters
            (projection, schema, position, originator_id, originator_version, topic, error, traceback)
        SELECT 'orders', 'views', position, originator_id, originator_version, topic, 'KeyError', ''
        FROM log.events WHERE originator_id = %s ORDER BY position DESC LIMIT 1
        """,
        (order_id,),
    )


@pytest.mark.usefixtures("workers")
def test_the_proof_is_asked_for_and_tells_what_does_not_hold(
    client: FlaskClient, runtime: Runtime, server: EmbeddedServer
) -> None:
    order = place(client)
    first = done(client, client.post(f"{API}/audit/verify").get_json())
    assert (first["outcome"]["holds"], first["outcome"]["faults"]) == (True, [])
    lose(server, runtime.settings.database_url, UUID(order["id"]), 1)
    second = done(client, client.post(f"{API}/audit/verify").get_json())
    assert second["outcome"]["holds"] is False
    assert second["outcome"]["faults"]

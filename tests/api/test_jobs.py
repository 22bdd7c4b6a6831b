"""Jobs over HTTP: whose they are, how far they came, and what may be asked of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from projections.runtime import Runtime
from projections.work import job_files, jobs
from projections.work.jobs import Part, Result

JOBS = "/api/v1/jobs"
Clients = Callable[..., FlaskClient]


def make(runtime: Runtime, actor: str, permission: str = "orders:write", **options: Any) -> UUID:
    """A job of one part whose first two of three items have their result."""
    job_id = uuid4()
    with runtime.log.session() as session:
        jobs.create(session, job_id, "test", {"action": "tag"}, [Part(3, {})], actor, permission=permission, **options)
        results = [Result(0, "a", "done", facts={"number": "1001"}), Result(1, "b", "refused", "order-closed")]
        jobs.record(session.connection, job_id, 0, results)
        session.commit()
    return job_id


def actor(client: FlaskClient, runtime: Runtime) -> str:
    """The actor of a client, as events name it."""
    made = client.post("/api/v1/orders", json={"currency": "EUR", "items": []}).get_json()
    return runtime.log.stream(UUID(made["id"]))[0].event.metadata.actor


def test_a_job_tells_how_far_it_came(client: FlaskClient, runtime: Runtime) -> None:
    asked = make(runtime, "operator:ada")
    answer = client.get(f"{JOBS}/{asked}").get_json()
    assert answer["progress"] == {"total": 3, "done": 1, "refused": 1, "unchanged": 0}
    assert (answer["state"], answer["kind"], answer["created_by"]) == ("running", "test", "operator:ada")
    assert answer["actions"] == ["cancel", "pause"]
    assert answer["parameters"] == {"action": "tag"}


def test_its_results_come_in_order_page_by_page(client: FlaskClient, runtime: Runtime) -> None:
    asked = make(runtime, "operator:ada")
    first = client.get(f"{JOBS}/{asked}/results?limit=1&count=exact").get_json()
    assert first["items"] == [{"item": "a", "outcome": "done", "code": None, "facts": {"number": "1001"}}]
    assert first["count"] == {"value": 2, "exact": True}
    rest = client.get(f"{JOBS}/{asked}/results?limit=1&cursor={first['next']}").get_json()
    assert [(one["item"], one["code"]) for one in rest["items"]] == [("b", "order-closed")]
    assert rest["next"] is None
    refused = client.get(f"{JOBS}/{asked}/results?outcome=refused").get_json()
    assert [one["item"] for one in refused["items"]] == ["b"]


def test_a_job_is_paused_resumed_and_cancelled_once(client: FlaskClient, runtime: Runtime) -> None:
    asked = make(runtime, "operator:ada")
    for action, state in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        answer = client.post(f"{JOBS}/{asked}/{action}", headers={"Idempotency-Key": action})
        assert (answer.status_code, answer.get_json()["state"]) == (200, state)
        again = client.post(f"{JOBS}/{asked}/{action}", headers={"Idempotency-Key": action})
        assert again.headers["Idempotent-Replayed"] == "true"
    refused = client.post(f"{JOBS}/{asked}/resume")
    assert (refused.status_code, refused.get_json()["type"]) == (409, "/problems/wrong-job-state")


def test_taking_a_job_back_makes_a_job_of_its_own(client: FlaskClient, runtime: Runtime) -> None:
    asked = make(runtime, "operator:ada", undo_kind="test-undo")
    assert client.post(f"{JOBS}/{asked}/undo").status_code == 409
    client.post(f"{JOBS}/{asked}/cancel")
    assert "undo" in client.get(f"{JOBS}/{asked}").get_json()["actions"]
    answer = client.post(f"{JOBS}/{asked}/undo")
    told = answer.get_json()
    assert (answer.status_code, told["kind"], told["undoes"]) == (202, "test-undo", str(asked))
    assert answer.headers["Location"] == f"{JOBS}/{told['id']}"
    second = client.post(f"{JOBS}/{asked}/undo")
    assert (second.status_code, second.get_json()["type"]) == (409, "/problems/job-undone")


@pytest.mark.parametrize("path", ["", "/results"])
def test_the_job_of_somebody_else_is_not_there(client_as: Clients, runtime: Runtime, path: str) -> None:
    answer = client_as("operator").get(f"{JOBS}/{make(runtime, 'operator:ada')}{path}")
    assert (answer.status_code, answer.get_json()["type"]) == (404, "/problems/job-not-found")


def test_an_operator_sees_and_stops_their_own_jobs(client_as: Clients, runtime: Runtime) -> None:
    operator = client_as("operator")
    make(runtime, "operator:ada")
    own = make(runtime, actor(operator, runtime))
    listed = operator.get(JOBS).get_json()["items"]
    assert [one["id"] for one in listed] == [str(own)]
    assert operator.post(f"{JOBS}/{own}/cancel").status_code == 200


def test_who_may_read_all_jobs_does_not_stop_them(client_as: Clients, runtime: Runtime) -> None:
    asked = make(runtime, "operator:ada", "orders:read")
    data = client_as("data")
    assert data.get(f"{JOBS}/{asked}").status_code == 200
    refused = data.post(f"{JOBS}/{asked}/cancel")
    assert (refused.status_code, refused.get_json()["details"]) == (403, {"permission": "jobs:write"})


def test_a_job_is_shown_to_nobody_who_could_not_have_made_it(client_as: Clients, runtime: Runtime) -> None:
    asked = make(runtime, "operator:ada")
    refused = client_as("auditor").get(f"{JOBS}/{asked}")
    assert (refused.status_code, refused.get_json()["details"]) == (403, {"permission": "orders:write"})


def test_a_job_nobody_knows_is_not_found(client: FlaskClient) -> None:
    assert client.post(f"{JOBS}/{uuid4()}/cancel").status_code == 404


def test_the_file_of_a_job_is_for_its_maker_and_for_who_may_act_on_all(client_as: Clients, runtime: Runtime) -> None:
    operator = client_as("operator")
    own, foreign = make(runtime, actor(operator, runtime)), make(runtime, "operator:ada")
    for job_id in (own, foreign):
        with job_files.writing(runtime.settings, job_id, "orders.csv") as file:
            file.write(b"number\r\n")
        told = job_files.described(runtime.settings, job_id, "orders.csv", "text/csv")
        with runtime.pool.connection() as connection:
            jobs.tell(connection, job_id, told.outcome())
    answer = operator.get(f"{JOBS}/{own}/file", buffered=True)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"number\r\n", "text/csv")
    assert answer.headers["Content-Disposition"] == "attachment; filename=orders.csv"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    known = {"If-None-Match": answer.headers["ETag"]}
    assert operator.get(f"{JOBS}/{own}/file", headers=known, buffered=True).status_code == 304
    assert operator.get(f"{JOBS}/{foreign}/file").status_code == 404
    assert client_as("manager").get(f"{JOBS}/{foreign}/file", buffered=True).status_code == 200
    refused = client_as("admin", "jobs:read", "orders:write").get(f"{JOBS}/{foreign}/file")
    assert (refused.status_code, refused.get_json()["details"]) == (403, {"permission": "jobs:write"})


def test_a_job_without_a_file_says_so(client: FlaskClient, runtime: Runtime) -> None:
    refused = client.get(f"{JOBS}/{make(runtime, 'operator:ada')}/file")
    assert (refused.status_code, refused.get_json()["type"]) == (404, "/problems/job-file-not-found")

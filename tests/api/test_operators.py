"""Operators: added, moved, listed, and not overwritten by two at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from domain.roles import ROLES
from projections.desk import desk
from projections.desk.gathered import Gathered
from projections.runtime import Runtime
from tests.api.test_problems import refused
from tests.fixtures_api import hire, issue

OPERATORS = "/api/v1/operators"


def test_two_who_change_one_operator_do_not_overwrite_each_other(client: FlaskClient) -> None:
    made = client.post(OPERATORS, json={"username": "ada", "role": "operator"}).get_json()
    address = f"{OPERATORS}/{made['id']}/role"
    first = client.put(address, json={"role": "manager"}, headers={"If-Match": '"1"'})
    assert first.headers["ETag"] == '"2"'
    stale = client.put(address, json={"role": "auditor"}, headers={"If-Match": '"1"'})
    refused(stale, 412, "stale-version")
    weak = client.put(address, json={"role": "auditor"}, headers={"If-Match": '"9", W/"2"'})
    assert weak.headers["ETag"] == '"3"'
    assert client.put(address, json={"role": "data"}, headers={"If-Match": "*"}).status_code == 200
    refused(client.put(address, json={"role": "admin"}, headers={"If-Match": '"x"'}), 412, "stale-version")
    refused(client.put(address, json={"role": "admin"}, headers={"If-Match": "4"}), 400, "malformed-request")


def test_twenty_at_once_under_one_key_are_one(app: Flask, runtime: Runtime) -> None:
    headers = {"Authorization": f"Bearer {issue(runtime, 'racer', 'admin')}", "Idempotency-Key": "once"}

    def add(_: int) -> dict[str, Any]:
        body = {"username": "ada", "role": "operator"}
        told: dict[str, Any] = app.test_client().post(OPERATORS, json=body, headers=headers).get_json()
        return told

    before = runtime.log.head()
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(add, range(20)))
    assert len([one for one in answers if one.pop("one_time_password") and not one["secret_shown"]]) == 1
    assert len({one["id"] for one in answers}) == 1
    assert runtime.log.head() == before + 1


def test_a_request_whose_twin_was_quicker_is_answered_like_it_not_refused_for_what_it_did(
    app: Flask, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"Authorization": f"Bearer {issue(runtime, 'racer', 'admin')}", "Idempotency-Key": "once"}
    decide, twins = desk._decide_and_save, list[TestResponse]()

    def add() -> TestResponse:
        return app.test_client().post(OPERATORS, json={"username": "ada", "role": "operator"}, headers=headers)

    def overtaken(gathered: Gathered, *arguments: Any) -> Any:
        if not twins:
            monkeypatch.setattr(desk, "_decide_and_save", decide)
            twins.append(add())
            gathered.session._loaded.clear()  # its request was looked up before its stream was read
        return decide(gathered, *arguments)

    monkeypatch.setattr(desk, "_decide_and_save", overtaken)
    late = add()
    assert (late.status_code, twins[0].status_code) == (201, 201)
    assert late.get_json()["id"] == twins[0].get_json()["id"]


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
def test_an_idempotency_key_has_a_form(client: FlaskClient, key: str) -> None:
    body = {"username": "ada", "role": "operator"}
    refused(client.post(OPERATORS, json=body, headers={"Idempotency-Key": key}), 400, "malformed-request")


@pytest.mark.parametrize("name", ["Ada", "ada lovelace", "-ada", "a" * 41, "ada@example.com", "a\u0301da"])
def test_a_username_must_fit_into_an_events_actor(client: FlaskClient, name: str) -> None:
    problem = refused(client.post(OPERATORS, json={"username": name, "role": "operator"}), 422, "wrong-name")
    assert problem["errors"][0]["pointer"] == "/username"


def test_a_name_is_given_once(client: FlaskClient) -> None:
    body = {"username": "ada", "role": "operator"}
    assert client.post(OPERATORS, json=body).status_code == 201
    refused(client.post(OPERATORS, json=body), 409, "username-taken")


def test_an_unknown_role_is_told_with_the_known_ones(client: FlaskClient) -> None:
    problem = refused(client.post(OPERATORS, json={"username": "ada", "role": "king"}), 422, "unknown-role")
    assert all(role in problem["detail"] for role in ROLES)


def test_operators_are_listed_by_pages(client: FlaskClient, runtime: Runtime) -> None:
    for name in ("carol", "ada", "bob"):
        hire(runtime, name, "operator")
    first = client.get(f"{OPERATORS}?limit=2").get_json()
    assert [row["username"] for row in first["items"]] == ["ada", "bob"]
    second = client.get(OPERATORS, query_string={"limit": 2, "cursor": first["next"]}).get_json()
    assert [row["username"] for row in second["items"]] == ["carol"]
    assert second["next"] is None

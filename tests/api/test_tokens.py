"""Tokens: issued once, cut down by scopes, revoked."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from projections.access import credentials
from projections.runtime import Runtime
from tests.api.desk import position_of
from tests.api.test_problems import refused
from tests.fixtures_api import SESSION, dump, issue

OPERATORS = "/api/v1/operators"
TOKENS = "/api/v1/tokens"


def test_the_secret_of_another_token_does_not_open(runtime: Runtime, stranger: FlaskClient) -> None:
    first, second = issue(runtime, "first", "admin"), issue(runtime, "second", "admin")
    mixed = first.rsplit("_", 1)[0][: len("carnet_") + 16] + "_" + second.split("_", 2)[2]
    refused(stranger.get(OPERATORS, headers={"Authorization": f"Bearer {mixed}"}), 401, "not-authenticated")


def test_a_token_past_its_date_is_turned_away_also_where_it_was_believed(
    runtime: Runtime, stranger: FlaskClient
) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=0.5)
    header = {"Authorization": f"Bearer {issue(runtime, 'short', 'admin', expires_at=soon)}"}
    assert stranger.get(OPERATORS, headers=header).status_code == 200
    while datetime.now(UTC) <= soon:
        stranger.get(OPERATORS, headers=header)
    refused(stranger.get(OPERATORS, headers=header), 401, "not-authenticated")


def test_a_token_that_another_process_revoked_is_believed_no_longer_than_told(
    runtime: Runtime, stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "BELIEVED", 0.2)
    header = {"Authorization": f"Bearer {issue(runtime, 'short', 'admin')}"}
    assert stranger.get(OPERATORS, headers=header).status_code == 200
    with runtime.pool.connection() as connection:
        connection.execute("DELETE FROM access.tokens WHERE name = 'short'")
    until = time.monotonic() + 0.2
    while time.monotonic() <= until:
        stranger.get(OPERATORS, headers=header)
    refused(stranger.get(OPERATORS, headers=header), 401, "not-authenticated")


def test_a_revoked_token_is_worthless_at_once(client: FlaskClient, stranger: FlaskClient) -> None:
    made = client.post(TOKENS, json={"name": "till", "role": "operator"}).get_json()
    header = {"Authorization": f"Bearer {made['token']}"}
    assert stranger.get(SESSION, headers=header).get_json()["actor"] == "token:till"
    assert client.delete(f"{TOKENS}/{made['id']}").status_code == 204
    refused(stranger.get(SESSION, headers=header), 401, "not-authenticated")


def test_the_text_of_a_token_is_shown_once_and_kept_nowhere(client: FlaskClient, runtime: Runtime) -> None:
    text = client.post(TOKENS, json={"name": "till", "role": "operator"}).get_json()["token"]
    secret = text.split("_", 2)[2]
    assert secret not in client.get(TOKENS).get_data(as_text=True)
    assert secret not in dump(runtime)


def test_a_token_issued_twice_under_one_key_is_the_same_and_shown_the_first_time_alone(client: FlaskClient) -> None:
    asked = {"json": {"name": "till", "role": "operator"}, "headers": {"Idempotency-Key": "once"}}
    first, second = client.post(TOKENS, **asked), client.post(TOKENS, **asked)
    assert (first.get_json()["secret_shown"], second.get_json()["secret_shown"]) == (False, True)
    assert second.get_json() == {**first.get_json(), "token": None, "secret_shown": True}
    assert second.headers["Idempotent-Replayed"] == "true"
    other = client.post(TOKENS, json={"name": "desk", "role": "operator"}, headers={"Idempotency-Key": "once"})
    refused(other, 422, "idempotency-key-reused")


def test_a_replay_tells_a_position_that_shows_what_it_did(client: FlaskClient) -> None:
    asked = {"json": {"name": "till", "role": "operator"}, "headers": {"Idempotency-Key": "once"}}
    first, second = client.post(TOKENS, **asked), client.post(TOKENS, **asked)
    assert position_of(second) >= position_of(first) > 0


def test_a_scope_outside_the_role_is_refused(client: FlaskClient) -> None:
    body = {"name": "till", "role": "operator", "scopes": ["orders:read", "tokens:write"]}
    problem = refused(client.post(TOKENS, json=body), 422, "scope-outside-role")
    assert problem["errors"][0]["pointer"] == "/scopes/1"

"""Signing in and out, passwords, and the brake on guessing."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from domain.operators import operator_id
from projections.access.attempts import Attempts
from projections.runtime import Runtime
from tests.api.desk import NOBODY, position_of
from tests.api.test_problems import refused
from tests.fixtures_api import PASSWORD, SESSION, dump, hire, sign_in

OPERATORS = "/api/v1/operators"


def test_an_operator_is_added_signs_in_and_must_change_the_password(client: FlaskClient, stranger: FlaskClient) -> None:
    made = client.post(OPERATORS, json={"username": "ada", "role": "operator"})
    assert made.status_code == 201
    assert made.headers["ETag"] == '"1"'
    assert position_of(made) > 0
    first = made.get_json()["one_time_password"]
    answer = sign_in(stranger, password=first)
    assert answer.get_json()["temporary_password"] is True
    refused(stranger.get(OPERATORS), 403, "password-change-required")
    headers = {"X-CSRF-Token": answer.get_json()["csrf_token"]}
    short = stranger.put(f"{SESSION}/password", json={"current": first, "new": "short"}, headers=headers)
    refused(short, 422, "weak-password")
    body = {"current": first, "new": PASSWORD}
    changed = stranger.put(f"{SESSION}/password", json=body, headers=headers)
    assert changed.get_json()["temporary_password"] is False
    refused(stranger.get(OPERATORS), 403, "permission-missing")
    refused(sign_in(stranger, password=first), 401, "wrong-credentials")


def test_a_password_is_changed_only_by_who_knows_it(ada: tuple[FlaskClient, dict[str, str]]) -> None:
    client, headers = ada
    body = {"current": "not the password", "new": "another invented one"}
    problem = refused(client.put(f"{SESSION}/password", json=body, headers=headers), 422, "wrong-password")
    assert problem["errors"][0]["pointer"] == "/current"


def test_a_session_cookie_is_closed_to_scripts_and_other_sites(runtime: Runtime, stranger: FlaskClient) -> None:
    hire(runtime, "ada", "admin")
    plain = sign_in(stranger).headers["Set-Cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=Strict" in plain
    assert "Secure" not in plain
    body = {"username": "ada", "password": PASSWORD}
    assert "Secure" in stranger.post(SESSION, json=body, base_url="https://shop.example").headers["Set-Cookie"]


def test_a_write_by_cookie_needs_the_csrf_token(ada: tuple[FlaskClient, dict[str, str]]) -> None:
    client, headers = ada
    body = {"username": "bob", "role": "operator"}
    refused(client.post(OPERATORS, json=body), 403, "csrf-token-missing")
    refused(client.post(OPERATORS, json=body, headers={"X-CSRF-Token": "0" * 64}), 403, "csrf-token-missing")
    assert client.post(OPERATORS, json=body, headers=headers).status_code == 201
    assert client.get(OPERATORS).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/orders"),
        ("PUT", f"/api/v1/orders/{NOBODY}/source"),
        ("PATCH", f"/api/v1/orders/{NOBODY}/items/1"),
        ("DELETE", f"/api/v1/orders/{NOBODY}/items/1"),
        ("DELETE", SESSION),
    ],
)
def test_no_method_that_writes_goes_by_cookie_alone(
    ada: tuple[FlaskClient, dict[str, str]], method: str, path: str
) -> None:
    client, headers = ada
    refused(client.open(path, method=method, json={}), 403, "csrf-token-missing")
    answer = client.open(path, method=method, json={}, headers=headers)
    assert "csrf" not in answer.get_data(as_text=True)


def test_signing_out_ends_the_session(ada: tuple[FlaskClient, dict[str, str]]) -> None:
    client, headers = ada
    cookie = client.get_cookie("carnet_session")
    assert cookie is not None
    assert client.delete(SESSION, headers=headers).status_code == 204
    client.set_cookie("carnet_session", cookie.value)
    refused(client.get(SESSION), 401, "not-authenticated")


def test_a_session_ends_after_its_hours(ada: tuple[FlaskClient, dict[str, str]], runtime: Runtime) -> None:
    client, _ = ada
    with runtime.pool.connection() as connection:
        connection.execute("UPDATE access.sessions SET expires_at = now()")
    refused(client.get(SESSION), 401, "not-authenticated")


def test_who_is_shut_out_is_out_at_once(
    client: FlaskClient, ada: tuple[FlaskClient, dict[str, str]], runtime: Runtime
) -> None:
    identifier = operator_id("ada")
    assert client.post(f"{OPERATORS}/{identifier}/disable").get_json()["disabled"] is True
    refused(ada[0].get(SESSION), 401, "not-authenticated")
    refused(sign_in(ada[0]), 401, "wrong-credentials")
    client.post(f"{OPERATORS}/{identifier}/enable")
    refused(ada[0].get(SESSION), 401, "not-authenticated")
    assert sign_in(ada[0]).status_code == 200
    with runtime.pool.connection() as connection:
        connection.execute("UPDATE access.operators SET disabled = true")
    refused(ada[0].get(SESSION), 401, "not-authenticated")


def test_nobody_shuts_themselves_out(ada: tuple[FlaskClient, dict[str, str]], runtime: Runtime) -> None:
    client, headers = ada
    identifier = operator_id("ada")
    refused(client.post(f"{OPERATORS}/{identifier}/disable", headers=headers), 422, "own-account")
    refused(client.put(f"{OPERATORS}/{identifier}/role", json={"role": "data"}, headers=headers), 422, "own-account")


def test_a_role_change_counts_from_the_next_request_on(
    client: FlaskClient, ada: tuple[FlaskClient, dict[str, str]], runtime: Runtime
) -> None:
    identifier = operator_id("ada")
    client.put(f"{OPERATORS}/{identifier}/role", json={"role": "operator"})
    refused(ada[0].get(OPERATORS), 403, "permission-missing")


def test_an_unknown_name_and_a_wrong_password_are_told_alike(runtime: Runtime, stranger: FlaskClient) -> None:
    hire(runtime, "ada", "admin")
    wrong = refused(sign_in(stranger, password="x"), 401, "wrong-credentials")
    unknown = refused(sign_in(stranger, username="nobody", password="x"), 401, "wrong-credentials")
    assert wrong["detail"] == unknown["detail"]


def test_guessing_is_braked_and_only_where_it_comes_from(runtime: Runtime, stranger: FlaskClient) -> None:
    hire(runtime, "ada", "admin")
    for _ in range(10):
        assert sign_in(stranger, password="x").status_code == 401
    answer = sign_in(stranger)
    refused(answer, 429, "too-many-attempts")
    assert int(answer.headers["Retry-After"]) > 0
    assert sign_in(stranger, address="192.0.2.2").status_code == 200


def test_the_brake_lets_go_after_a_quarter_of_an_hour(runtime: Runtime, stranger: FlaskClient) -> None:
    hire(runtime, "ada", "admin")
    with runtime.pool.connection() as connection:
        for _ in range(20):
            Attempts(runtime.pool).count(["both:ada:192.0.2.1"])
        refused(sign_in(stranger), 429, "too-many-attempts")
        connection.execute("UPDATE access.attempts SET began_at = began_at - interval '16 minutes'")
    assert sign_in(stranger).status_code == 200


def test_guessing_many_names_from_one_address_is_braked(runtime: Runtime, stranger: FlaskClient) -> None:
    with runtime.pool.connection() as connection:
        for name in range(50):
            Attempts(runtime.pool).count([f"both:{name}", "address:192.0.2.1"])
        assert connection.execute("SELECT max(count) FROM access.attempts").fetchone() == (50,)
    refused(sign_in(stranger), 429, "too-many-attempts")


def test_no_password_is_in_the_log_or_in_the_clear(
    client: FlaskClient, runtime: Runtime, stranger: FlaskClient
) -> None:
    made = client.post(OPERATORS, json={"username": "ada", "role": "operator"}, headers={"Idempotency-Key": "k"})
    password = made.get_json()["one_time_password"]
    cookie = sign_in(stranger, password=password).headers["Set-Cookie"].split("=")[1].split(";")[0]
    assert password not in dump(runtime)
    assert cookie not in dump(runtime)

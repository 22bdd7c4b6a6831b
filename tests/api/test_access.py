"""Who comes in, who does not, and what each may do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql

from api.operators import OneTimeForm, OperatorForm
from api.sessions import CallerForm
from api.tokens import SecretTokenForm, TokenForm
from domain.operators import operator_id
from domain.roles import PERMISSIONS, ROLES
from projections.credentials import Credentials
from projections.runtime import Runtime
from tests.api.test_problems import refused
from tests.fixtures_api import PASSWORD, hire, issue

SESSION = "/api/v1/session"
OPERATORS = "/api/v1/operators"
TOKENS = "/api/v1/tokens"

# Who needs no permission: signing in, and what machines and readers of the documentation ask.
OPEN = {
    "session.sign_in", "health.alive", "health.ready", "health.show_metrics", "docs.page", "docs.start", "docs.file",
    "api-docs.openapi_json",
}  # fmt: skip


def sign_in(client: FlaskClient, username: str = "ada", password: str = PASSWORD, address: str = "192.0.2.1") -> Any:
    return client.post(
        SESSION, json={"username": username, "password": password}, environ_base={"REMOTE_ADDR": address}
    )


@pytest.fixture
def ada(runtime: Runtime, stranger: FlaskClient) -> tuple[FlaskClient, dict[str, str]]:
    """An administrator who is signed in, and the header her writes must carry."""
    hire(runtime, "ada", "admin")
    answer = sign_in(stranger)
    return stranger, {"X-CSRF-Token": answer.get_json()["csrf_token"]}


def test_every_route_says_who_may_enter(app: Flask) -> None:
    unguarded = {name for name, view in app.view_functions.items() if not hasattr(view, "permission")}
    assert unguarded == OPEN
    named = {view.permission for view in app.view_functions.values() if hasattr(view, "permission")} - {None}
    assert named <= PERMISSIONS


def test_a_stranger_is_turned_away_before_anything_is_read(stranger: FlaskClient) -> None:
    answer = stranger.post(OPERATORS, data="{", content_type="application/json")
    refused(answer, 401, "not-authenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer x",
        "Bearer carnet_0011223344556677_wrong",
        "Basic YTpi",
        "",
        "Bearer carnet_\x7f_x",
        "Bearer a_b_c_d",
    ],
)
def test_a_wrong_token_is_turned_away(stranger: FlaskClient, header: str) -> None:
    refused(stranger.get(OPERATORS, headers={"Authorization": header}), 401, "not-authenticated")


def test_the_secret_of_another_token_does_not_open(runtime: Runtime, stranger: FlaskClient) -> None:
    first, second = issue(runtime, "first", "admin"), issue(runtime, "second", "admin")
    mixed = first.rsplit("_", 1)[0][: len("carnet_") + 16] + "_" + second.split("_", 2)[2]
    refused(stranger.get(OPERATORS, headers={"Authorization": f"Bearer {mixed}"}), 401, "not-authenticated")


def test_a_token_past_its_date_is_turned_away(runtime: Runtime, stranger: FlaskClient) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=30)
    text = issue(runtime, "short", "admin", expires_at=soon)
    assert stranger.get(OPERATORS, headers={"Authorization": f"Bearer {text}"}).status_code == 200
    with runtime.pool.connection() as connection:
        connection.execute("UPDATE access.tokens SET expires_at = now()")
    refused(stranger.get(OPERATORS, headers={"Authorization": f"Bearer {text}"}), 401, "not-authenticated")


def test_a_missing_permission_is_named(client_as: Callable[..., FlaskClient]) -> None:
    problem = refused(client_as("operator").get(TOKENS), 403, "permission-missing")
    assert problem["details"] == {"permission": "tokens:read"}


def test_scopes_cut_a_token_down(client_as: Callable[..., FlaskClient]) -> None:
    client = client_as("admin", "operators:read")
    assert client.get(OPERATORS).status_code == 200
    refused(client.get(TOKENS), 403, "permission-missing")


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


def test_a_token_issued_twice_under_one_key_is_the_same(client: FlaskClient) -> None:
    asked = {"json": {"name": "till", "role": "operator"}, "headers": {"Idempotency-Key": "once"}}
    first, second = client.post(TOKENS, **asked), client.post(TOKENS, **asked)
    assert first.get_json() == second.get_json()
    assert second.headers["Idempotent-Replayed"] == "true"
    other = client.post(TOKENS, json={"name": "desk", "role": "operator"}, headers={"Idempotency-Key": "once"})
    refused(other, 422, "idempotency-key-reused")


def test_a_replay_tells_a_position_that_shows_what_it_did(client: FlaskClient) -> None:
    asked = {"json": {"name": "till", "role": "operator"}, "headers": {"Idempotency-Key": "once"}}
    first, second = client.post(TOKENS, **asked), client.post(TOKENS, **asked)
    assert int(second.headers["X-Position"]) >= int(first.headers["X-Position"]) > 0


def test_answers_have_the_form_that_is_described(client: FlaskClient, ada: tuple[FlaskClient, dict[str, str]]) -> None:
    CallerForm().load(ada[0].get(SESSION).get_json())
    OneTimeForm().load(client.post(OPERATORS, json={"username": "bob", "role": "data"}).get_json())
    SecretTokenForm().load(client.post(TOKENS, json={"name": "till", "role": "data"}).get_json())
    for form, path in ((OperatorForm, OPERATORS), (TokenForm, TOKENS)):
        rows = client.get(path).get_json()["items"]
        assert rows
        form(many=True).load(rows)
        form().load(client.get(f"{path}/{rows[0]['id']}").get_json())


def test_nobody_gives_more_than_they_hold(client_as: Callable[..., FlaskClient], runtime: Runtime) -> None:
    client = client_as("admin", "tokens:write", "operators:write")
    problem = refused(client.post(TOKENS, json={"name": "more", "role": "operator"}), 403, "cannot-grant")
    assert "orders:write" in problem["details"]["permissions"]
    allowed = {"name": "same", "role": "admin", "scopes": ["tokens:write"]}
    assert client.post(TOKENS, json=allowed).status_code == 201
    hire(runtime, "boss", "admin")
    boss = operator_id("boss")
    refused(client.post(f"{OPERATORS}/{boss}/password"), 403, "cannot-grant")
    refused(client.put(f"{OPERATORS}/{boss}/role", json={"role": "operator"}), 403, "cannot-grant")


def test_a_scope_outside_the_role_is_refused(client: FlaskClient) -> None:
    body = {"name": "till", "role": "operator", "scopes": ["orders:read", "tokens:write"]}
    problem = refused(client.post(TOKENS, json=body), 422, "scope-outside-role")
    assert problem["errors"][0]["pointer"] == "/scopes/1"


def test_an_operator_is_added_signs_in_and_must_change_the_password(client: FlaskClient, stranger: FlaskClient) -> None:
    made = client.post(OPERATORS, json={"username": "ada", "role": "operator"})
    assert made.status_code == 201
    assert made.headers["ETag"] == '"1"'
    assert int(made.headers["X-Position"]) > 0
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


def test_guessing_many_names_from_one_address_is_braked(runtime: Runtime, stranger: FlaskClient) -> None:
    with runtime.pool.connection() as connection:
        for name in range(50):
            Credentials(runtime.pool).attempts([f"both:{name}", "address:192.0.2.1"])
        assert connection.execute("SELECT max(count) FROM access.attempts").fetchone() == (50,)
    refused(sign_in(stranger), 429, "too-many-attempts")


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

    def add(_: int) -> str:
        body = {"username": "ada", "role": "operator"}
        return app.test_client().post(OPERATORS, json=body, headers=headers).get_data(as_text=True)

    before = runtime.log.head()
    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(add, range(20)))
    assert len(answers) == 1
    assert runtime.log.head() == before + 1


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


def test_no_password_is_in_the_log_or_in_the_clear(
    client: FlaskClient, runtime: Runtime, stranger: FlaskClient
) -> None:
    made = client.post(OPERATORS, json={"username": "ada", "role": "operator"}, headers={"Idempotency-Key": "k"})
    password = made.get_json()["one_time_password"]
    cookie = sign_in(stranger, password=password).headers["Set-Cookie"].split("=")[1].split(";")[0]
    assert password not in dump(runtime)
    assert cookie not in dump(runtime)


def dump(runtime: Runtime) -> str:
    """Every row of every table, as text."""
    listed = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('log', 'views', 'access')"
    with runtime.pool.connection() as connection:
        tables = [sql.Identifier(*row) for row in connection.execute(listed).fetchall()]
        return "".join(str(connection.execute(sql.SQL("SELECT * FROM {}").format(one)).fetchall()) for one in tables)

"""Who comes in, who does not, and what each may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import Schema

from api.operators import OneTimeForm, OperatorForm
from api.sessions.routes import CallerForm
from api.tokens import SecretTokenForm, TokenForm
from domain.operators import operator_id
from domain.roles import PERMISSIONS
from projections.runtime import Runtime
from tests.api.test_problems import refused
from tests.fixtures_api import SESSION, hire

OPERATORS = "/api/v1/operators"
TOKENS = "/api/v1/tokens"


# Who needs no permission: the console's own files, signing in, what machines and readers of the documentation ask, and
# what is signed itself: links to pay or to unsubscribe, and the webhooks of providers.
OPEN = {
    "console.icon", "console.page", "console.part", "session.sign_in",
    "health.alive", "health.ready", "health.show_metrics", "docs.page", "docs.start", "docs.file",
    "api-docs.openapi_json", "payment_page.pay", "payment_page.sandbox_page", "payment_page.sandbox_choice",
    "unsubscribe.ask", "unsubscribe.leave", "webhooks.take_webhook",
}  # fmt: skip


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


def test_a_missing_permission_is_named(client_as: Callable[..., FlaskClient]) -> None:
    problem = refused(client_as("operator").get(TOKENS), 403, "permission-missing")
    assert problem["details"] == {"permission": "tokens:read"}


def test_scopes_cut_a_token_down(client_as: Callable[..., FlaskClient]) -> None:
    client = client_as("admin", "operators:read")
    assert client.get(OPERATORS).status_code == 200
    refused(client.get(TOKENS), 403, "permission-missing")


def test_answers_have_the_form_that_is_described(client: FlaskClient, ada: tuple[FlaskClient, dict[str, str]]) -> None:
    answers: list[tuple[type[Schema], Any]] = [
        (CallerForm, ada[0].get(SESSION).get_json()),
        (OneTimeForm, client.post(OPERATORS, json={"username": "bob", "role": "data"}).get_json()),
        (SecretTokenForm, client.post(TOKENS, json={"name": "till", "role": "data"}).get_json()),
    ]
    for listed, path in ((OperatorForm, OPERATORS), (TokenForm, TOKENS)):
        rows = client.get(path).get_json()["items"]
        assert rows
        answers += [*((listed, row) for row in rows), (listed, client.get(f"{path}/{rows[0]['id']}").get_json())]
    for form, answer in answers:
        assert form().validate(answer) == {}


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

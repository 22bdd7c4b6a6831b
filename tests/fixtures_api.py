"""The API over a real database: a runtime, its application, and clients that hold a role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql

from api.app import create_app
from domain.events import Context
from domain.operators import AddOperator, operator_id
from domain.tokens import IssueToken, token_id
from projections.access.credentials import keep_password, keep_token, new_token
from projections.access.passwords import hash_password
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from scripts.mappings import FileMappings
from tests.described import watch

SESSION = "/api/v1/session"
PASSWORD = "an invented password"


def context_of(actor: str = "process:tests") -> Context:
    """A context with a command id of its own, now."""
    return Context(command_id=uuid4(), actor=actor, at=datetime.now(UTC))


def issue(runtime: Runtime, name: str, role: str, *scopes: str, expires_at: datetime | None = None) -> str:
    """A token's text."""
    text, context = new_token(), context_of()
    command = IssueToken(
        token_id=token_id(name), context=context, name=name, role=role, scopes=scopes, expires_at=expires_at
    )
    runtime.desk.handle(command, beside=lambda saving, token: keep_token(saving, token, text, context.at, "tests"))
    return text


def hire(runtime: Runtime, username: str, role: str, *, temporary: bool = False) -> None:
    """An operator whose password is PASSWORD."""
    command = AddOperator(operator_id=operator_id(username), context=context_of(), username=username, role=role)
    hashed = hash_password(PASSWORD)
    runtime.desk.handle(
        command, beside=lambda saving, operator: keep_password(saving, operator, hashed, temporary=temporary)
    )


class TokenClient(FlaskClient):
    """A client that sends a token with everything."""

    token = ""

    def open(self, *args: Any, **options: Any) -> Any:
        headers = dict(options.pop("headers", None) or {})
        headers.setdefault("Authorization", f"Bearer {self.token}")
        return super().open(*args, headers=headers, **options)


@pytest.fixture
def runtime(settings: Settings) -> Iterator[Runtime]:
    """The open runtime of a test installation."""
    with open_runtime(settings) as opened:
        yield opened


@pytest.fixture
def app(runtime: Runtime) -> Flask:
    """The application over it, whose answers hold no field that its description lacks."""
    made = create_app(runtime, FileMappings())
    watch(made)
    return made


@pytest.fixture
def client_as(runtime: Runtime, app: Flask) -> Callable[..., FlaskClient]:
    """Makes clients that hold a role, cut down to scopes where some are given."""

    def make(role: str, *scopes: str) -> FlaskClient:
        client = TokenClient(app, app.response_class)
        client.token = issue(runtime, f"{role}-{uuid4().hex[:8]}", role, *scopes)
        return client

    return make


@pytest.fixture
def client(client_as: Callable[..., FlaskClient]) -> FlaskClient:
    """A client that may do everything."""
    return client_as("admin")


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """A client that nobody knows."""
    return app.test_client()


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


def dump(runtime: Runtime) -> str:
    """Every row of every table, as text."""
    listed = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('log', 'views', 'access')"
    with runtime.pool.connection() as connection:
        tables = [sql.Identifier(*row) for row in connection.execute(listed).fetchall()]
        return "".join(str(connection.execute(sql.SQL("SELECT * FROM {}").format(one)).fetchall()) for one in tables)

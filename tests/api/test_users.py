"""`carnet users` and `carnet tokens`: what they print opens the door."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from projections.access import credentials
from projections.runtime import Runtime
from scripts import tokens as tokens_script
from scripts import users as users_script
from tests.api.test_problems import refused
from tests.fixtures_api import SESSION, sign_in

OPERATORS = "/api/v1/operators"
Carnet = Callable[..., Result]


@pytest.fixture
def carnet(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Carnet:
    """Runs `users ...` or `tokens ...` on the test's installation."""

    @contextmanager
    def opened(**_: object) -> Iterator[Runtime]:
        yield runtime

    monkeypatch.setattr(users_script, "opened_runtime", opened)
    monkeypatch.setattr(tokens_script, "opened_runtime", opened)
    groups = {"users": users_script.users, "tokens": tokens_script.tokens}

    def run(command: str, *arguments: str, fails: bool = False) -> Result:
        result = CliRunner().invoke(groups[command], arguments)
        assert (result.exit_code != 0) == fails, result.output
        return result

    return run


def test_the_first_administrator_is_made_once(carnet: Carnet, stranger: FlaskClient) -> None:
    name, password = carnet("users", "ensure-admin").output.split()
    assert name == "admin"
    answer = sign_in(stranger, "admin", password)
    assert answer.get_json()["temporary_password"] is True
    assert carnet("users", "ensure-admin").output == ""


def test_a_user_is_added_moved_shut_out_and_let_in(carnet: Carnet, stranger: FlaskClient) -> None:
    password = carnet("users", "add", "ada", "--role", "operator").output.strip()
    assert sign_in(stranger, "ada", password).status_code == 200
    carnet("users", "role", "ada", "manager")
    assert stranger.get(SESSION).get_json()["role"] == "manager"
    carnet("users", "disable", "ada")
    refused(stranger.get(SESSION), 401, "not-authenticated")
    carnet("users", "enable", "ada")
    fresh = carnet("users", "password", "ada").output.strip()
    refused(sign_in(stranger, "ada", password), 401, "wrong-credentials")
    assert sign_in(stranger, "ada", fresh).status_code == 200
    (row,) = json.loads(carnet("users", "list", "--json").output)
    assert (row["username"], row["role"], row["disabled"]) == ("ada", "manager", False)
    assert carnet("users", "list").output.split() == ["ada", "manager", "one-time", "password"]


def test_a_refusal_is_one_line(carnet: Carnet) -> None:
    carnet("users", "add", "ada", "--role", "operator")
    assert carnet("users", "add", "ada", "--role", "operator", fails=True).output.startswith(
        "Error: There is an operator"
    )
    carnet("users", "disable", "nobody", fails=True)
    carnet("tokens", "revoke", "nothing", fails=True)


def test_a_token_is_printed_alone_listed_and_revoked(
    carnet: Carnet, stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "BELIEVED", 0.0)  # the command is another process than the server
    text = carnet("tokens", "create", "till", "--role", "admin", "--scope", "operators:read").output.strip()
    headers = {"Authorization": f"Bearer {text}"}
    assert stranger.get(OPERATORS, headers=headers).status_code == 200
    assert carnet("tokens", "list").output.split("until")[0].split() == ["till", "admin", "operators:read"]
    carnet("tokens", "revoke", "till")
    refused(stranger.get(OPERATORS, headers=headers), 401, "not-authenticated")
    assert carnet("tokens", "list", "--json").output.strip() == "[]"


def test_a_token_expires_on_a_day_to_come(carnet: Carnet) -> None:
    today = datetime.now(UTC).date()
    last, beyond = today + timedelta(days=3_660), today + timedelta(days=3_662)
    carnet("tokens", "create", "till", "--role", "data", "--expires", f"{last}")
    (row,) = json.loads(carnet("tokens", "list", "--json").output)
    assert row["expires_at"].startswith(f"{last}")
    told = carnet("tokens", "create", "far", "--role", "data", "--expires", f"{beyond}", fails=True).output
    assert told.startswith("Error: A token expires within 3660 days")
    carnet("tokens", "create", "year", "--role", "data")
    carnet("tokens", "create", "ever", "--role", "data", "--expires", "never")
    ends = {row["name"]: row["expires_at"] for row in json.loads(carnet("tokens", "list", "--json").output)}
    assert datetime.fromisoformat(ends["year"]) - datetime.now(UTC) < timedelta(days=365)
    assert ends["ever"] is None
    carnet("tokens", "create", "late", "--role", "data", "--expires", "2001-01-31", fails=True)
    carnet("tokens", "create", "odd", "--role", "data", "--expires", "soon", fails=True)

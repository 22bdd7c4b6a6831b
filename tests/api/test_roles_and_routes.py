"""The table of routes and roles is whole, and what it says is so."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from projections.engine import freshness as views
from tests.api.desk import API
from tests.api.roles_and_routes import FURTHER, NOBODY, ROLES, rows

VALUES = {"uuid": NOBODY, "int": "1", "string": "x"}


def test_every_route_stands_in_the_table_once(app: Flask) -> None:
    served = {
        (method, rule.rule.replace(API, "", 1))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    named = [(row.method, row.rule) for row in rows()]
    assert set(named) == served
    assert len(named) == len(served)


def address(rule: str) -> str:
    """An address of the rule, of nothing that is there."""
    return API + re.sub(r"<(\w+):\w+>", lambda part: VALUES[part[1]], rule)


def is_let_in(answer: TestResponse) -> bool:
    """Whether the caller may do this; what they asked may be wrong all the same."""
    assert answer.status_code != 401
    if answer.status_code != 403:
        return True
    problem = answer.get_json()["type"]
    assert problem in ("/problems/permission-missing", "/problems/operators-only"), problem
    return bool(problem != "/problems/permission-missing")


@pytest.mark.parametrize("letter", ROLES)
def test_each_role_is_let_in_where_the_table_says_and_nowhere_else(
    client_as: Callable[..., FlaskClient], letter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views.Views.wait_for, "__defaults__", (0, 0.0))  # nobody follows the log here
    client = client_as(ROLES[letter])
    asked: list[tuple[str, str, str, dict[str, Any]]] = [
        (row.who, row.method, address(row.rule), {}) for row in rows() if row.who != "open"
    ]
    asked += [(one.who, one.method, API + one.path, one.said) for one in FURTHER]
    wrong = [
        (method, path, said)
        for who, method, path, said in asked
        if is_let_in(client.open(path, method=method, **said)) != (letter in who)
    ]
    assert wrong == []


def test_a_stranger_is_let_in_where_the_table_says_open_and_nowhere_else(stranger: FlaskClient) -> None:
    guarded = [row for row in rows() if row.who != "open"]
    assert {stranger.open(address(row.rule), method=row.method).status_code for row in guarded} == {401}

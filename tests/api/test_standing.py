"""What somebody may do holds now: for their tokens, those made by these, and the work that waits for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.operators import operator_id
from projections.runtime import Runtime
from projections.work import jobs
from scripts.importing import importing
from tests.api.desk import ORDERS, SETTINGS, News, place
from tests.api.test_imports import IMPORTS, ended, export, post
from tests.api.test_problems import refused
from tests.fixtures_api import TokenClient, hire, issue, sign_in
from tests.workers.working import eventually, working
from workers.bulk import BULK

OPERATORS = "/api/v1/operators"
TOKENS = "/api/v1/tokens"
MAPPING = {"mapping": 'source = "till"'}
STATUSES = b"number,status\nC1001,cancelled\n"


@pytest.fixture
def workers(runtime: Runtime) -> Iterator[None]:
    with working(runtime, importing(runtime)):
        yield


@pytest.fixture
def bearer(app: Flask) -> Callable[[str], FlaskClient]:
    """A client that sends a token's text."""

    def make(text: str) -> FlaskClient:
        client = TokenClient(app, app.response_class)
        client.token = text
        return client

    return make


class Hired:
    """An operator who is signed in, and writes."""

    def __init__(self, runtime: Runtime, app: Flask, name: str, role: str) -> None:
        hire(runtime, name, role)
        self.client = app.test_client()
        self.headers = {"X-CSRF-Token": sign_in(self.client, name).get_json()["csrf_token"]}

    def token(self, **facts: Any) -> Any:
        """The answer to asking for a token."""
        body = {"name": "till", "role": "admin", **facts}
        return self.client.post(TOKENS, json=body, headers=self.headers)


@pytest.fixture
def ada(runtime: Runtime, app: Flask) -> Hired:
    return Hired(runtime, app, "ada", "admin")


def at(role: str, name: str = "ada") -> tuple[str, dict[str, str]]:
    """The address of an operator's role, and the body that sets it."""
    return f"{OPERATORS}/{operator_id(name)}/role", {"role": role}


@pytest.mark.parametrize(
    ("query", "body", "missing"),
    [
        ("", None, "customers:write"),
        ("?kind=orders&stock=apply", None, "customers:write"),
        ("?kind=statuses", STATUSES, "orders:write"),
        ("?kind=tracking", b"number,carrier,code\nC1001,dhl,X1\n", "orders:write"),
    ],
)
def test_an_import_needs_the_permission_of_what_it_does(
    client_as: Callable[..., FlaskClient], news: News, query: str, body: bytes | None, missing: str
) -> None:
    reader = client_as("data")
    news.events()
    problem = refused(post(reader, body, query), 403, "permission-missing")
    assert problem["details"] == {"permission": missing}
    assert news.events() == []


def test_an_import_that_moves_stock_needs_the_permission_for_stock(client_as: Callable[..., FlaskClient]) -> None:
    taker = client_as("manager", "imports:write", "orders:write", "orders:refund", "customers:write")
    assert post(taker).status_code == 202
    problem = refused(post(taker, query="?stock=apply"), 403, "permission-missing")
    assert problem["details"] == {"permission": "stock:write"}


def test_who_may_not_do_what_an_import_does_neither_resumes_nor_undoes_it(
    client: FlaskClient, client_as: Callable[..., FlaskClient]
) -> None:
    import_id = post(client).get_json()["id"]
    reader = client_as("data")
    for step in ("resume", "undo"):
        refused(reader.post(f"{IMPORTS}/{import_id}/{step}"), 403, "permission-missing")


def test_a_mapping_is_a_setting_of_the_shop(client_as: Callable[..., FlaskClient]) -> None:
    reader = client_as("data")
    for answer in (
        reader.put(f"{IMPORTS}/mappings/till", json=MAPPING),
        reader.delete(f"{IMPORTS}/mappings/till"),
    ):
        assert refused(answer, 403, "permission-missing")["details"] == {"permission": "settings:write"}


def test_an_import_that_waits_is_not_done_for_who_lost_the_permission_and_goes_on_for_who_has_it(
    runtime: Runtime, client: FlaskClient, ada: Hired
) -> None:
    answer = ada.client.post(IMPORTS, data=export(), content_type="text/csv", headers=ada.headers)
    import_id = answer.get_json()["id"]
    where, role = at("operator")
    assert client.put(where, json=role).status_code == 200
    with working(runtime, importing(runtime)):
        told = ended(client, import_id, "failed")
        assert told["reason"] == "no-longer-allowed"
        assert told["totals"] == {}
        assert client.post(f"{IMPORTS}/{import_id}/resume").status_code == 200
        assert ended(client, import_id)["totals"]["orders"]["new"] == 2


def test_a_job_that_waits_is_not_done_for_a_token_that_was_revoked(runtime: Runtime, client: FlaskClient) -> None:
    order = place(client)
    made = client.post(TOKENS, json={"name": "till", "role": "operator"}).get_json()
    headers = {"Authorization": f"Bearer {made['token']}"}
    asked = {"action": "tags", "add": ["seen"], "ids": [order["id"]]}
    job_id = UUID(client.post(f"{ORDERS}/bulk", json=asked, headers=headers).get_json()["id"])
    client.delete(f"{TOKENS}/{made['id']}")

    def found() -> jobs.JobRow | None:
        with runtime.reading() as connection:
            return jobs.find(connection, job_id)

    with working(runtime, BULK):
        eventually(lambda: (row := found()) is not None and row.state == "failed", "the job fails")
    row = found()
    assert row is not None
    assert row.error == "no-longer-allowed"
    assert client.get(f"{ORDERS}/{order['id']}").get_json()["tags"] == []


def test_a_token_outlives_neither_a_year_nor_the_one_that_makes_it(
    runtime: Runtime, client: FlaskClient, bearer: Callable[[str], FlaskClient]
) -> None:
    now = datetime.now(UTC)
    usual = client.post(TOKENS, json={"name": "usual", "role": "data"}).get_json()
    assert timedelta(days=364) < datetime.fromisoformat(usual["expires_at"]) - now <= timedelta(days=366)
    assert client.post(TOKENS, json={"name": "ever", "role": "data", "expires_at": None}).status_code == 201
    ends = now + timedelta(hours=1)
    short = bearer(issue(runtime, "short", "admin", expires_at=ends))
    made = short.post(TOKENS, json={"name": "child", "role": "data"}).get_json()
    assert datetime.fromisoformat(made["expires_at"]) == ends
    for later in (None, (ends + timedelta(seconds=1)).isoformat()):
        asked = {"name": "later", "role": "data", "expires_at": later}
        refused(short.post(TOKENS, json=asked), 403, "outlives-maker")


def test_a_token_is_revoked_with_the_one_that_made_it(
    client: FlaskClient, bearer: Callable[[str], FlaskClient], news: News
) -> None:
    first = client.post(TOKENS, json={"name": "first", "role": "admin"}).get_json()
    second = bearer(first["token"]).post(TOKENS, json={"name": "second", "role": "admin"}).get_json()
    third = bearer(second["token"]).post(TOKENS, json={"name": "third", "role": "data"}).get_json()
    news.events()
    assert client.delete(f"{TOKENS}/{first['id']}").status_code == 204
    assert news.topics() == ["token.revoked"] * 3
    for made in (first, second, third):
        refused(bearer(made["token"]).get(TOKENS), 401, "not-authenticated")
    assert client.post(TOKENS, json={"name": "third", "role": "data"}).status_code == 201


def test_nobody_revokes_others_tokens_without_the_permission_for_it(
    runtime: Runtime, client_as: Callable[..., FlaskClient], bearer: Callable[[str], FlaskClient], client: FlaskClient
) -> None:
    writer = client_as("admin", "tokens:write", "orders:read")
    others = client.post(TOKENS, json={"name": "others", "role": "data", "scopes": ["orders:read"]}).get_json()
    problem = refused(writer.delete(f"{TOKENS}/{others['id']}"), 403, "permission-missing")
    assert problem["details"] == {"permission": "tokens:manage"}
    own = writer.post(TOKENS, json={"name": "own", "role": "data", "scopes": ["orders:read"]}).get_json()
    assert writer.delete(f"{TOKENS}/{own['id']}").status_code == 204
    mighty = client.post(TOKENS, json={"name": "mighty", "role": "admin"}).get_json()
    refused(client_as("admin", "tokens:write", "tokens:manage").delete(f"{TOKENS}/{mighty['id']}"), 403, "cannot-grant")


def test_a_demoted_operator_is_demoted_in_their_tokens_and_sessions_at_once(
    client: FlaskClient, ada: Hired, bearer: Callable[[str], FlaskClient]
) -> None:
    till = bearer(ada.token().get_json()["token"])
    child = bearer(till.post(TOKENS, json={"name": "child", "role": "admin"}).get_json()["token"])
    for one in (till, child, ada.client):
        assert one.get(OPERATORS).status_code == 200
    where, role = at("operator")
    client.put(where, json=role)
    for one in (till, child, ada.client):
        refused(one.get(OPERATORS), 403, "permission-missing")
        assert one.get(SETTINGS).status_code == 200


def test_an_operator_who_is_shut_out_is_so_with_their_tokens_until_they_are_let_in(
    client: FlaskClient, ada: Hired, bearer: Callable[[str], FlaskClient]
) -> None:
    till = bearer(ada.token().get_json()["token"])
    assert till.get(SETTINGS).status_code == 200
    client.post(f"{OPERATORS}/{operator_id('ada')}/disable")
    for one in (till, ada.client):
        refused(one.get(SETTINGS), 401, "not-authenticated")
    client.post(f"{OPERATORS}/{operator_id('ada')}/enable")
    assert till.get(SETTINGS).status_code == 200


def test_when_a_token_was_used_last_is_known_to_the_minute_and_written_once_a_minute(
    runtime: Runtime, client: FlaskClient, stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = client.post(TOKENS, json={"name": "till", "role": "data"}).get_json()
    assert made["last_used_at"] is None
    monkeypatch.setattr("projections.access.credentials.BELIEVED", 0.0)

    def used() -> tuple[str, str]:
        stranger.get(ORDERS, headers={"Authorization": f"Bearer {made['token']}"})
        with runtime.pool.connection() as connection:
            version = "SELECT xmin::text FROM access.tokens WHERE name = 'till'"
            [[row]] = connection.execute(version).fetchall()
        return client.get(f"{TOKENS}/{made['id']}").get_json()["last_used_at"], row

    first = used()
    at = datetime.fromisoformat(first[0])
    assert (at.second, at.microsecond) == (0, 0)
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=2)
    assert len({first, *(used() for _ in range(5))}) <= 2, "written more often than once a minute"

"""Passwords that are good enough, one-time passwords that end, and sessions that are seen and ended."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.operators import operator_id
from projections.access.common_passwords import is_common
from projections.access.sessions import Client
from projections.runtime import Runtime
from tests.api.test_problems import refused
from tests.fixtures_api import PASSWORD, SESSION, hire, sign_in

OPERATORS = "/api/v1/operators"
SESSIONS = "/api/v1/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

Ada = tuple[FlaskClient, dict[str, str]]


def change(ada: Ada, new: str, current: str = PASSWORD) -> Any:
    client, headers = ada
    return client.put(f"{SESSION}/password", json={"current": current, "new": new}, headers=headers)


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (PASSWORD, "same-password"),
        ("tvn8-krq2-zmw7", "weak-password"),
        ("my name is Ada Lovelace", "named-password"),
        ("passwordpassword", "common-password"),
        ("Qwertyuiop123456", "common-password"),
        ("P@ssw0rd!P@ssw0rd!", "common-password"),
        ("iloveyou-2026-2026", "common-password"),
        ("1q2w3e4r5t6y7u8i", "common-password"),
        ("zkzkzkzkzkzkzkzkzk", "common-password"),
        ("xvbnqzxvbnqzxvbnqz", "common-password"),
    ],
)
def test_a_new_password_is_long_uncommon_another_one_and_holds_no_name(ada: Ada, new: str, code: str) -> None:
    problem = refused(change(ada, new), 422, code)
    assert problem["errors"][0]["pointer"] == "/new"
    assert new not in str(problem)


@pytest.mark.parametrize("new", ["tvn8-krq2-zmw7-abc", "correct horse battery staple", "пароль очень длинный"])
def test_any_other_password_will_do(ada: Ada, new: str) -> None:
    assert not is_common(new, "ada")
    assert change(ada, new).status_code == 200


def test_a_one_time_password_ends_at_its_first_use(client: FlaskClient, app: Flask) -> None:
    first = client.post(OPERATORS, json={"username": "bea", "role": "operator"}).get_json()["one_time_password"]
    here, there = app.test_client(), app.test_client()
    headers = {"X-CSRF-Token": sign_in(here, "bea", first).get_json()["csrf_token"]}
    refused(sign_in(there, "bea", first), 401, "one-time-password-ended")
    refused(sign_in(there, "bea", "a wrong password"), 401, "wrong-credentials")
    assert change((here, headers), PASSWORD, first).status_code == 200
    assert sign_in(there, "bea").status_code == 200


def test_a_one_time_password_ends_after_its_time_and_a_new_one_begins(
    client: FlaskClient, app: Flask, runtime: Runtime
) -> None:
    made = client.post(OPERATORS, json={"username": "bea", "role": "operator"}).get_json()
    with runtime.pool.connection() as connection:
        connection.execute("UPDATE access.operators SET password_ends_at = password_ends_at - interval '73 hours'")
    refused(sign_in(app.test_client(), "bea", made["one_time_password"]), 401, "one-time-password-ended")
    again = client.post(f"{OPERATORS}/{made['id']}/password").get_json()["one_time_password"]
    assert sign_in(app.test_client(), "bea", again).status_code == 200


def test_a_one_time_password_is_shown_in_the_first_answer_alone(client: FlaskClient) -> None:
    asked = {"json": {"username": "bea", "role": "data"}, "headers": {"Idempotency-Key": "bea"}}
    first, again = client.post(OPERATORS, **asked).get_json(), client.post(OPERATORS, **asked).get_json()
    assert (first["secret_shown"], again["secret_shown"]) == (False, True)
    assert first["one_time_password"]
    assert again == {**first, "one_time_password": None, "secret_shown": True}


class TestSessions:
    @pytest.fixture
    def two(self, ada: Ada, app: Flask) -> tuple[Ada, Ada]:
        """Ada twice: here, and in another program."""
        there = app.test_client()
        body = {"username": "ada", "password": PASSWORD}
        answer = there.post(
            SESSION, json=body, headers={"User-Agent": FIREFOX}, environ_base={"REMOTE_ADDR": "8.8.8.8"}
        )
        return ada, (there, {"X-CSRF-Token": answer.get_json()["csrf_token"]})

    def test_sessions_are_listed_by_kinds_of_address_and_program(self, two: tuple[Ada, Ada]) -> None:
        (here, _), _ = two
        answer = here.get(SESSIONS)
        newest, own = answer.get_json()["items"]
        assert (newest["address"], newest["agent"], newest["current"]) == ("public IPv4", "Firefox on Linux", False)
        assert own["current"] is True
        assert "8.8.8.8" not in answer.get_data(as_text=True)

    def test_one_session_is_ended_and_the_other_goes_on(self, two: tuple[Ada, Ada]) -> None:
        (here, headers), (there, _) = two
        [other] = [one for one in here.get(SESSIONS).get_json()["items"] if not one["current"]]
        assert here.delete(f"{SESSIONS}/{other['id']}", headers=headers).status_code == 204
        refused(there.get(SESSION), 401, "not-authenticated")
        assert here.get(SESSION).status_code == 200
        refused(here.delete(f"{SESSIONS}/{other['id']}", headers=headers), 404, "session-not-found")

    def test_all_sessions_are_ended_or_all_others(self, two: tuple[Ada, Ada]) -> None:
        (here, headers), (there, _) = two
        assert here.delete(f"{SESSIONS}?others=true", headers=headers).status_code == 204
        refused(there.get(SESSION), 401, "not-authenticated")
        assert here.delete(SESSIONS, headers=headers).status_code == 204
        refused(here.get(SESSION), 401, "not-authenticated")

    def test_nobody_ends_anothers_session_but_administrators(
        self, two: tuple[Ada, Ada], app: Flask, runtime: Runtime, client: FlaskClient
    ) -> None:
        (here, _), _ = two
        hire(runtime, "bea", "manager")
        bea = app.test_client()
        headers = {"X-CSRF-Token": sign_in(bea, "bea").get_json()["csrf_token"]}
        [one, *_] = here.get(SESSIONS).get_json()["items"]
        refused(bea.delete(f"{SESSIONS}/{one['id']}", headers=headers), 404, "session-not-found")
        theirs = f"{OPERATORS}/{operator_id('ada')}/sessions"
        refused(bea.delete(theirs, headers=headers), 403, "permission-missing")
        assert len(client.get(theirs).get_json()["items"]) == 2
        assert client.delete(f"{theirs}/{one['id']}").status_code == 204
        assert client.delete(theirs).status_code == 204
        assert client.get(theirs).get_json()["items"] == []
        refused(here.get(SESSION), 401, "not-authenticated")

    def test_a_token_has_no_sessions(self, client: FlaskClient) -> None:
        refused(client.get(SESSIONS), 403, "operators-only")

    def test_when_a_session_was_seen_is_written_once_a_minute(self, ada: Ada, runtime: Runtime) -> None:
        def row() -> Any:
            with runtime.pool.connection() as connection:
                return connection.execute("SELECT xmin::text, last_seen_at FROM access.sessions").fetchone()

        before = row()
        ada[0].get(SESSION)
        assert row() == before
        with runtime.pool.connection() as connection:
            connection.execute("UPDATE access.sessions SET last_seen_at = now() - interval '2 minutes'")
        seen = set()
        for _ in range(4):
            ada[0].get(SESSION)
            seen.add(row())
        assert len(seen) <= 2, "written more often than once a minute"
        assert {at.second for _, at in seen} == {0}


@pytest.mark.parametrize(
    ("address", "agent", "shown"),
    [
        ("127.0.0.1", FIREFOX, ("loopback IPv4", "Firefox on Linux")),
        ("::ffff:10.0.0.1", "curl/8.5.0", ("private IPv4", "curl")),
        ("2a00:1450::1", "Mozilla/5.0 (iPhone) Safari/604.1", ("public IPv6", "Safari on iOS")),
        ("fe80::1%eth0", "x" * 10_000, ("private IPv6", "another program")),
        (None, None, ("", "")),
    ],
)  # fmt: skip
def test_an_address_and_a_program_are_kept_by_their_kinds(
    address: str | None, agent: str | None, shown: tuple[str, str]
) -> None:
    assert Client.of(address, agent) == shown

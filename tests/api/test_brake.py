"""The brake on guessing counts failures, by the client's own place, and shuts nobody out from elsewhere."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from projections.access.attempts import Attempts
from projections.runtime import Runtime
from tests.api.test_problems import refused
from tests.fixtures_api import PASSWORD, SESSION, hire, sign_in

HOME, AWAY, ELSEWHERE = "192.0.2.1", "198.51.100.7", "203.0.113.9"


@pytest.fixture(autouse=True)
def ada_and_bob(runtime: Runtime) -> None:
    """Two operators."""
    hire(runtime, "ada", "admin")
    hire(runtime, "bob", "operator")


def failures(runtime: Runtime) -> int:
    """How many attempts count at the moment."""
    with runtime.pool.connection() as connection:
        row = connection.execute("SELECT coalesce(sum(count), 0) FROM access.attempts").fetchone()
    assert row is not None
    return int(row[0])


def fail(runtime: Runtime, count: int, *keys: str) -> None:
    for _ in range(count):
        Attempts(runtime.pool).count(keys)


def test_who_signs_in_well_is_never_braked(runtime: Runtime, stranger: FlaskClient) -> None:
    assert {sign_in(stranger).status_code for _ in range(12)} == {200}
    assert failures(runtime) == 0


def test_an_attempt_that_is_refused_counts_for_nothing(runtime: Runtime, stranger: FlaskClient) -> None:
    for _ in range(10):
        sign_in(stranger, password="x")
    counted = failures(runtime)
    for _ in range(5):
        refused(sign_in(stranger, password="x"), 429, "too-many-attempts")
    assert failures(runtime) == counted


def test_strangers_everywhere_do_not_shut_a_named_person_out(runtime: Runtime, stranger: FlaskClient) -> None:
    sign_in(stranger, address=HOME)
    fail(runtime, 250, "account:ada")
    refused(sign_in(stranger, password="x", address=ELSEWHERE), 429, "too-many-attempts")
    refused(sign_in(stranger, address=AWAY), 429, "too-many-attempts")
    assert sign_in(stranger, address=HOME).status_code == 200
    assert sign_in(stranger, username="bob", address=ELSEWHERE).status_code == 200


def test_who_guesses_from_a_shared_address_shuts_out_nobody_who_is_known_there(
    runtime: Runtime, stranger: FlaskClient
) -> None:
    sign_in(stranger)
    fail(runtime, 60, f"address:{HOME}")
    assert sign_in(stranger).status_code == 200
    refused(sign_in(stranger, username="bob"), 429, "too-many-attempts")


def test_at_a_known_place_guessing_is_braked_as_well(stranger: FlaskClient) -> None:
    sign_in(stranger)
    answers = [sign_in(stranger, password="x").status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]


def test_a_place_is_known_for_ninety_days(runtime: Runtime, stranger: FlaskClient) -> None:
    sign_in(stranger)
    fail(runtime, 250, "account:ada")
    with runtime.pool.connection() as connection:
        connection.execute("UPDATE access.origins SET seen_at = now() - interval '91 days'")
    refused(sign_in(stranger), 429, "too-many-attempts")


def test_guesses_sent_at_once_are_no_more_than_those_sent_one_by_one(app: Flask) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda _: sign_in(app.test_client(), password="x").status_code, range(30))
        counts = Counter(answers)
    assert counts[401] <= 10
    assert counts[401] + counts[429] == 30


def test_behind_proxies_the_place_is_the_clients_own(runtime: Runtime) -> None:
    settings = replace(runtime.settings, trusted_proxies=2)
    client = create_app(replace(runtime, settings=settings)).test_client()

    def from_(place: str, password: str = PASSWORD) -> int:
        body = {"username": "ada", "password": password}
        headers = {"X-Forwarded-For": f"10.9.8.7, {place}, 10.0.0.1"}
        return client.post(SESSION, json=body, headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.2"}).status_code

    assert [from_(HOME, "x") for _ in range(11)] == [401] * 10 + [429]
    assert from_(AWAY) == 200


def test_all_addresses_of_an_ipv6_network_are_one_place(stranger: FlaskClient) -> None:
    answers = [sign_in(stranger, password="x", address=f"2001:db8::{part}").status_code for part in range(11)]
    assert answers == [401] * 10 + [429]
    assert sign_in(stranger, address="2001:db8:0:1::1").status_code == 200


def test_a_new_password_that_is_too_weak_is_no_failed_attempt(runtime: Runtime, stranger: FlaskClient) -> None:
    headers = {"X-CSRF-Token": sign_in(stranger).get_json()["csrf_token"]}
    body = {"current": PASSWORD, "new": "short"}
    for _ in range(12):
        refused(stranger.put(f"{SESSION}/password", json=body, headers=headers), 422, "weak-password")
    assert failures(runtime) == 0

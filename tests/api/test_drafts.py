"""Drafts of what operators type: each one's own, sealed in the database, gone after a time and with an erasure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient

from projections.access.drafts import LARGEST, forget_before, forget_old
from projections.runtime import Runtime
from tests.api.desk import API
from tests.api.test_problems import refused

DRAFT = f"{API}/drafts/new-order"
TYPED = {"at": "2026-11-30T09:41:07Z", "typed": {"note": "Zoé Brindillac, quai des Brumes"}}


def test_a_draft_is_kept_as_it_was_typed_until_it_is_removed(client: FlaskClient) -> None:
    refused(client.get(DRAFT), 404, "draft-not-found")
    first = client.put(DRAFT, json={"content": {"typed": 1}}).get_json()
    second = client.put(DRAFT, json={"content": TYPED}).get_json()
    assert (first["version"], second["version"]) == (1, 2)
    assert client.get(DRAFT).get_json() == {**second, "content": TYPED}
    for _ in range(2):
        assert client.delete(DRAFT).status_code == 204
    refused(client.get(DRAFT), 404, "draft-not-found")


def test_a_draft_is_its_makers_alone(client_as: Callable[..., FlaskClient]) -> None:
    ada, bob = client_as("operator"), client_as("operator")
    ada.put(DRAFT, json={"content": TYPED})
    refused(bob.get(DRAFT), 404, "draft-not-found")
    bob.delete(DRAFT)
    assert ada.get(DRAFT).get_json()["content"] == TYPED


def test_nothing_of_it_can_be_read_in_the_database(client: FlaskClient, runtime: Runtime) -> None:
    client.put(DRAFT, json={"content": TYPED})
    with runtime.reading() as connection:
        [[row]] = connection.execute("SELECT d::text FROM access.drafts d").fetchall()
    assert "Brindillac" not in row
    assert "sealed:v1:" in row


def test_one_that_is_too_large_is_refused_and_the_former_stays(client: FlaskClient) -> None:
    client.put(DRAFT, json={"content": TYPED})
    refused(client.put(DRAFT, json={"content": {"note": "x" * LARGEST}}), 422, "draft-too-large")
    assert client.get(DRAFT).get_json()["content"] == TYPED


def test_half_a_character_is_refused_and_the_former_stays(client: FlaskClient) -> None:
    client.put(DRAFT, json={"content": TYPED})
    refused(client.put(DRAFT, json={"content": {"note": "cut \ud83d"}}), 422, "draft-not-text")
    assert client.get(DRAFT).get_json()["content"] == TYPED


def test_old_ones_are_forgotten_and_all_of_before_with_a_person(client: FlaskClient, runtime: Runtime) -> None:
    client.put(DRAFT, json={"content": TYPED})
    with runtime.pool.connection() as connection:
        assert forget_old(connection, timedelta(days=1)) == 0
        forget_before(connection, datetime.now(UTC) - timedelta(minutes=1))
    assert client.get(DRAFT).status_code == 200
    with runtime.pool.connection() as connection:
        assert forget_old(connection, timedelta()) == 1
    refused(client.get(DRAFT), 404, "draft-not-found")
    client.put(DRAFT, json={"content": TYPED})
    with runtime.pool.connection() as connection:
        forget_before(connection, datetime.now(UTC) + timedelta(minutes=1))
    refused(client.get(DRAFT), 404, "draft-not-found")

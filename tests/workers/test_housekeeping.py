"""Housekeeping seals what was recorded and forgets old answers, by itself."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from projections import PROJECTIONS, generations
from projections.log.seals import verify
from projections.runtime import Runtime
from tests.workers.working import ask
from workers import housekeeping
from workers.housekeeping import Housekeeping

PATIENCE = 20.0


def eventually(runtime: Runtime, statement: str, wanted: int) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with runtime.reading() as connection:
            [[found]] = connection.execute(statement.encode()).fetchall()
        if found == wanted:
            return True
    return False


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "SEAL_EVERY", 0.01)


def test_what_was_recorded_is_sealed_without_being_asked(runtime: Runtime, client: FlaskClient) -> None:
    client.post("/api/v1/orders", json={})
    head = runtime.log.head()
    keeping = Housekeeping(runtime)
    keeping.start()
    sealed = eventually(runtime, "SELECT coalesce(max(position), 0) FROM log.seals", head)
    keeping.stop()
    assert sealed
    assert verify(runtime).holds
    assert verify(runtime).sealed == head


def test_answers_older_than_the_setting_are_forgotten(runtime: Runtime, client: FlaskClient) -> None:
    for key in ("old", "new"):
        client.post("/api/v1/orders", json={}, headers={"Idempotency-Key": key})
    with runtime.reading() as connection:
        connection.execute("UPDATE log.requests SET created_at = now() - interval '31 days' WHERE key = 'old'")
    keeping = Housekeeping(replace(runtime, settings=replace(runtime.settings, idempotency_days=30)))
    keeping.start()
    purged = eventually(runtime, "SELECT count(*) FROM log.requests", 1)
    keeping.stop()
    assert purged


def test_effects_done_long_ago_are_forgotten_and_what_is_not_done_stays(runtime: Runtime) -> None:
    old, new, stuck = (ask(runtime, "test") for _ in range(3))
    with runtime.reading() as connection:
        connection.execute("UPDATE work.effects SET state = 'done' WHERE key = ANY(%s)", ([old, new],))
        connection.execute("UPDATE work.effects SET state = 'failed' WHERE key = %s", (stuck,))
        connection.execute(
            "UPDATE work.effects SET created_at = now() - interval '31 days', changed_at = now() - interval '31 days'"
            " WHERE key = ANY(%s)",
            ([old, stuck],),
        )
    keeping = Housekeeping(replace(runtime, settings=replace(runtime.settings, idempotency_days=30)))
    keeping.start()
    purged = eventually(runtime, "SELECT count(*) FROM work.effects", 2)
    keeping.stop()
    assert purged
    with runtime.reading() as connection:
        assert {key for (key,) in connection.execute("SELECT key FROM work.effects")} == {new, stuck}


def test_a_list_of_the_past_that_a_killed_export_left_is_removed(runtime: Runtime) -> None:
    with runtime.pool.connection() as connection:
        connection.execute("CREATE SCHEMA export_left")
        generations.create(connection, PROJECTIONS["stock"], "export_left", instant=datetime.now(UTC))
    keeping = Housekeeping(runtime)
    keeping.start()
    removed = eventually(runtime, "SELECT count(*) FROM pg_namespace WHERE nspname = 'export_left'", 0)
    keeping.stop()
    assert removed


def test_documents_nobody_has_to_keep_and_files_of_old_jobs_are_let_go(runtime: Runtime) -> None:
    with runtime.pool.connection() as connection:
        connection.execute(
            "INSERT INTO log.issued_documents (subject, issued_on) VALUES (%s, '2001-01-01'), (%s, now())",
            (uuid4(), uuid4()),
        )
    old = runtime.settings.files / "jobs" / str(uuid4())
    old.mkdir(parents=True)
    os.utime(old, (0, 0))
    keeping = Housekeeping(runtime)
    keeping.start()
    released = eventually(runtime, "SELECT count(*) FROM log.issued_documents", 1)
    keeping.stop()
    assert released
    assert not old.exists()

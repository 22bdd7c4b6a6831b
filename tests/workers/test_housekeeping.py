"""Housekeeping seals what was recorded and forgets old answers, by itself."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from domain.points_in_time import PointInTime
from projections.engine import generations
from projections.log.seals import verify
from projections.runtime import Runtime
from projections.views import PROJECTIONS
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


def test_a_list_of_the_past_that_a_killed_export_left_is_removed(runtime: Runtime) -> None:
    with runtime.pool.connection() as connection:
        connection.execute("CREATE SCHEMA export_left")
        generations.create(connection, PROJECTIONS["stock"], "export_left", point=PointInTime(datetime.now(UTC)))
    keeping = Housekeeping(runtime)
    keeping.start()
    removed = eventually(runtime, "SELECT count(*) FROM pg_namespace WHERE nspname = 'export_left'", 0)
    keeping.stop()
    assert removed

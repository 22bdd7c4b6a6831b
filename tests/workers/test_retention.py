"""What is kept for a time is deleted at night, each kind by its setting, and whoever asks is told."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from projections.runtime import Runtime
from projections.settings import Settings
from projections.work import job_files
from projections.work.retention import KINDS
from tests.damage import as_owner
from tests.workers.jobs import ask_for_job
from tests.workers.working import ask, becomes, working
from workers import retention
from workers.effects import PERFORMED
from workers.schedule import RECURRING

RETENTION = "/api/v1/retention"
DAY = 86_400


def set_to(runtime: Runtime, **settings: Any) -> Runtime:
    return replace(runtime, settings=replace(runtime.settings, **settings))


def count(runtime: Runtime, statement: str) -> int:
    with runtime.reading() as connection:
        [[found]] = connection.execute(statement.encode()).fetchall()
    return int(found)


def change(runtime: Runtime, statement: str) -> None:
    with as_owner(runtime.settings.database_url) as connection:
        connection.execute(statement.encode())


def test_every_kind_has_a_setting_and_is_deleted_by_somebody() -> None:
    assert [kind.name for kind in KINDS] == list(retention.DELETE)
    assert {kind.setting for kind in KINDS} <= set(Settings.__dataclass_fields__)
    assert RECURRING["retention"].kind in PERFORMED


def test_each_kind_is_shown_with_its_setting_and_its_last_look(
    runtime: Runtime, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = client.get(RETENTION).get_json()["items"]
    assert [one["kind"] for one in shown] == [kind.name for kind in KINDS]
    assert {one["last_run_at"] for one in shown} == {None}

    def broken(_: Runtime) -> int:
        raise OSError("a disk that is gone")

    monkeypatch.setitem(retention.DELETE, "uploads", broken)
    with working(runtime, {"retention.run": PERFORMED["retention.run"]}):
        becomes(runtime, ask(runtime, "retention.run"), "done")
    seen = {one["kind"]: one for one in client.get(RETENTION).get_json()["items"]}
    assert (seen["uploads"]["error"], seen["jobs"]["error"]) == ("OSError", None)
    assert (seen["jobs"]["setting"], seen["jobs"]["kept"], seen["jobs"]["unit"]) == ("CARNET_JOBS_DAYS", 180, "days")
    assert all(one["last_run_at"] for one in seen.values())


def test_answers_older_than_the_setting_are_forgotten(runtime: Runtime, client: FlaskClient) -> None:
    for key in ("old", "new"):
        client.post("/api/v1/orders", json={}, headers={"Idempotency-Key": key})
    change(runtime, "UPDATE log.requests SET created_at = now() - interval '31 days' WHERE key = 'old'")
    retention.run(set_to(runtime, idempotency_days=30))
    assert count(runtime, "SELECT count(*) FROM log.requests") == 1


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
    retention.run(set_to(runtime, idempotency_days=30))
    with runtime.reading() as connection:
        assert {key for (key,) in connection.execute("SELECT key FROM work.effects")} == {new, stuck}


def test_documents_nobody_has_to_keep_and_files_of_old_jobs_are_let_go(runtime: Runtime) -> None:
    with as_owner(runtime.settings.database_url) as connection:
        connection.execute(
            "INSERT INTO log.issued_documents (subject, issued_on) VALUES (%s, '2001-01-01'), (%s, now())",
            (uuid4(), uuid4()),
        )
    old = runtime.settings.files / "jobs" / str(uuid4())
    old.mkdir(parents=True)
    os.utime(old, (0, 0))
    retention.run(runtime)
    assert count(runtime, "SELECT count(*) FROM log.issued_documents") == 1
    assert not old.exists()


def test_jobs_that_ended_long_ago_go_with_their_results_and_one_is_kept_beside_what_undid_it(runtime: Runtime) -> None:
    old, new, undone, undoing = (ask_for_job(runtime, (1,)) for _ in range(4))
    with runtime.reading() as connection:
        connection.execute(
            "UPDATE work.jobs SET state = 'done', ended_at = now() - interval '11 days' WHERE id = ANY(%s)",
            ([old, undone],),
        )
        connection.execute("UPDATE work.jobs SET undoes = %s WHERE id = %s", (undone, undoing))
    retention.run(set_to(runtime, jobs_days=10))
    with runtime.reading() as connection:
        left = {key for (key,) in connection.execute("SELECT id FROM work.jobs")}
    assert left == {new, undone, undoing}
    assert count(runtime, "SELECT count(*) FROM work.job_parts") == 3


def test_sessions_that_ended_are_deleted(runtime: Runtime) -> None:
    change(
        runtime,
        "WITH one AS (INSERT INTO access.operators (operator_id, username, role, disabled, version) "
        "VALUES (gen_random_uuid(), 'ada', 'operator', false, 1) RETURNING operator_id) "
        "INSERT INTO access.sessions (hash, operator_id, expires_at) "
        "SELECT hash, operator_id, at FROM one, (VALUES ('\\x01'::bytea, now() - interval '1 second'), "
        "('\\x02'::bytea, now() + interval '1 hour')) AS told (hash, at)",
    )
    retention.run(runtime)
    assert count(runtime, "SELECT count(*) FROM access.sessions WHERE expires_at > now()") == 1
    assert count(runtime, "SELECT count(*) FROM access.sessions") == 1


def test_a_log_is_set_aside_by_halves_of_its_time_and_its_writer_writes_on(tmp_path: Path) -> None:
    log, aside = tmp_path / "postgres.log", tmp_path / "postgres.log.1"
    assert retention.rotate(log, 30) == 0
    with log.open("a") as writer:
        writer.write("of old\n")
        writer.flush()
        assert retention.rotate(log, 30) == 0
        os.utime(aside, (time.time() - 16 * DAY,) * 2)
        assert retention.rotate(log, 30) == 1
        writer.write("of now\n")
    assert (log.read_text(), aside.read_text()) == ("of now\n", "of old\n")
    assert retention.rotate(log, 30) == 0
    assert aside.stat().st_mode & 0o777 == 0o600


def test_files_of_jobs_have_a_time_of_their_own(runtime: Runtime) -> None:
    made = runtime.settings.files / "jobs" / str(uuid4())
    made.mkdir(parents=True)
    os.utime(made, (time.time() - 3 * DAY,) * 2)
    with runtime.reading() as connection:
        assert job_files.delete_old(connection, set_to(runtime, job_files_days=4).settings) == 0
        assert job_files.delete_old(connection, set_to(runtime, job_files_days=2).settings) == 1

"""Jobs: shared by workers part by part, stopped and resumed, gone on with after a crash without doing an item twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest

from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from projections.work import jobs
from projections.work.jobs import (
    JobIrreversible,
    JobNotFound,
    JobUndone,
    Part,
    Result,
    Stopped,
    WrongJobState,
)
from tests.workers.brokers import ADDRESSES, address, forget
from tests.workers.jobs import ACTOR, KIND, Worker, ask_for_job, do, ends, job, results
from tests.workers.working import counts, eventually, working
from workers.jobs import MOST_ATTEMPTS, part_performer
from workers.tools import GiveUp, Performer

ROOT = Path(__file__).parent.parent.parent
BROKERS = [
    pytest.param(name, marks=[pytest.mark.broker] if ADDRESSES[name] else [], id=name) for name in sorted(ADDRESSES)
]


@pytest.fixture(params=BROKERS)
def carried(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Runtime]:
    """An installation whose effects one of the brokers carries."""
    chosen = replace(settings, broker_url=address(request.param), lease_seconds=1)
    with open_runtime(chosen) as opened:
        yield opened
    forget(chosen)


def performed(worker: Worker) -> dict[str, Performer]:
    return {KIND + jobs.PART: part_performer(worker)}


def test_a_job_is_done_part_by_part_on_every_broker(carried: Runtime) -> None:
    worker, asked = Worker(), ask_for_job(carried, [7] * 10)
    with working(carried, performed(worker)), working(carried, performed(worker)):
        done = ends(carried, asked)
    assert worker.times == Counter(range(70))
    assert (done.total, done.done, done.refused, done.parts) == (70, 70, 0, 10)
    assert [row.item for row in results(carried, asked)] == [str(item) for item in range(70)]


def test_a_part_killed_in_the_middle_goes_on_behind_its_last_item(settings: Settings, tmp_path: Path) -> None:
    mortal = replace(settings, lease_seconds=1)
    with open_runtime(mortal) as runtime:
        asked = ask_for_job(runtime, [4, 4])
        killed = started(mortal, tmp_path)
        try:
            eventually(lambda: job(runtime, asked).done == 4, "two items of each part are done")
        finally:
            os.kill(killed.pid, signal.SIGKILL)
            killed.wait()
        worker = Worker()
        with working(runtime, performed(worker)):
            ends(runtime, asked)
        assert worker.times == Counter((2, 3, 6, 7))
        assert len(results(runtime, asked)) == 8


def test_a_cancelled_job_does_not_do_another_item(runtime: Runtime) -> None:
    asked = ask_for_job(runtime, [10])
    worker = Worker(lambda item: do(runtime, asked, "cancel") if item == 3 else None)
    with working(runtime, performed(worker)):
        eventually(lambda: not counts(runtime), "the part was let go of")
    assert job(runtime, asked).state == "cancelled"
    assert worker.times == Counter(range(3))
    with pytest.raises(WrongJobState):
        do(runtime, asked, "resume")


def test_a_paused_job_goes_on_where_it_was(runtime: Runtime) -> None:
    asked, paused = ask_for_job(runtime, [10, 10]), Event()

    def pause(item: int) -> None:
        if item == 5 and not paused.is_set():
            paused.set()
            do(runtime, asked, "pause")

    worker = Worker(pause)
    with working(runtime, performed(worker)):
        eventually(lambda: not counts(runtime), "both parts were let go of")
        assert job(runtime, asked).state == "paused"
        before = worker.times.total()
        assert 5 <= before < 20
        do(runtime, asked, "resume")
        ends(runtime, asked)
    assert worker.times == Counter(range(20))


def test_a_part_of_an_earlier_round_stops_when_the_job_is_resumed(runtime: Runtime) -> None:
    asked = ask_for_job(runtime, [1])
    with runtime.reading() as connection:
        held = jobs.take(connection, asked, 0, 0)
        assert held is not None
        do(runtime, asked, "pause")
        do(runtime, asked, "resume")
        with pytest.raises(Stopped):
            jobs.hold(connection, held)
        with pytest.raises(Stopped):
            jobs.finish(connection, held)
        assert jobs.take(connection, asked, 0, 0) is None
        assert jobs.take(connection, asked, 0, 1) is not None


def test_an_item_keeps_its_first_result_and_counts_once(runtime: Runtime) -> None:
    asked = ask_for_job(runtime, [2])
    with runtime.reading() as connection:
        jobs.record(connection, asked, 0, [Result(0, "a", "refused", "order-closed", {"number": "1001"})])
        jobs.record(connection, asked, 0, [Result(0, "a", "done"), Result(1, "b", "unchanged")])
    row = job(runtime, asked)
    assert (row.done, row.refused, row.unchanged) == (0, 1, 1)
    assert [(one.item, one.outcome, one.code) for one in results(runtime, asked)] == [
        ("a", "refused", "order-closed"),
        ("b", "unchanged", None),
    ]
    assert [one.facts for one in results(runtime, asked, outcome="refused")] == [{"number": "1001"}]


def test_what_cannot_work_fails_the_job_with_its_reason_and_can_be_resumed(runtime: Runtime) -> None:
    asked = ask_for_job(runtime, [1, 1])

    def full(item: int) -> None:
        raise GiveUp("disk-full")

    with working(runtime, performed(Worker(full))):
        assert ends(runtime, asked, "failed").error == "disk-full"
    do(runtime, asked, "resume")
    with working(runtime, performed(Worker())):
        assert ends(runtime, asked).error is None


def test_a_part_that_never_gets_on_fails_its_job(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, tried = ask_for_job(runtime, [1]), list[int]()

    def broken(item: int) -> None:
        tried.append(item)
        raise ZeroDivisionError

    monkeypatch.setattr("workers.performing.pause", lambda job: timedelta(0))
    with working(runtime, performed(Worker(broken))):
        assert ends(runtime, asked, "failed").error == "ZeroDivisionError"
    assert len(tried) == MOST_ATTEMPTS


def test_a_job_without_parts_is_done(runtime: Runtime) -> None:
    assert job(runtime, ask_for_job(runtime, [])).state == "done"


def test_a_job_asked_for_twice_is_one(runtime: Runtime) -> None:
    job_id = uuid4()
    for total in (3, 5):
        with runtime.log.session() as session:
            jobs.create(session, job_id, KIND, {}, [Part(total, {})], ACTOR, permission="orders:write")
            session.commit()
    assert job(runtime, job_id).total == 3
    assert counts(runtime) == {"waiting": 1}


def test_a_job_is_taken_back_once_by_a_job_with_the_same_parts(runtime: Runtime) -> None:
    asked = ask_for_job(runtime, [2, 3], undo_kind="test-undo")
    with runtime.log.session() as session, pytest.raises(WrongJobState):
        jobs.undo(session, job(runtime, asked), ACTOR)
    with working(runtime, performed(Worker())):
        ends(runtime, asked)
    with runtime.log.session() as session:
        undone_by = jobs.undo(session, job(runtime, asked), ACTOR)
        session.commit()
    row = job(runtime, undone_by)
    assert (row.kind, row.undoes, row.parts, row.total) == ("test-undo", asked, 2, 5)
    with runtime.log.session() as session, pytest.raises(JobUndone):
        jobs.undo(session, job(runtime, asked), ACTOR)


def test_a_job_without_an_opposite_is_not_taken_back(runtime: Runtime) -> None:
    with runtime.log.session() as session, pytest.raises(JobIrreversible):
        jobs.undo(session, job(runtime, ask_for_job(runtime, [])), ACTOR)


def test_a_job_nobody_knows_is_not_found(runtime: Runtime) -> None:
    with pytest.raises(JobNotFound):
        do(runtime, uuid4(), "cancel")


def started(settings: Settings, folder: Path) -> subprocess.Popen[bytes]:
    """A worker process that hangs in the middle of each part."""
    variables = {
        "CARNET_DATABASE_URL": settings.database_url,
        "CARNET_SECRET_KEY": settings.secret_key,
        "CARNET_LEASE_SECONDS": "1",
    }
    return subprocess.Popen(
        (sys.executable, "-m", "tests.workers.mortal_jobs", str(folder)), cwd=ROOT, env=os.environ | variables
    )

"""What every broker must do: carry each effect at least once, whatever is lost on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

import pytest

from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from projections.work import effects
from tests.workers.brokers import ADDRESSES, address, forget
from tests.workers.working import ask, becomes, counts, effect, eventually, working
from workers.brokers import UnknownBroker, carrier, opened_broker, queue_name
from workers.tools import Job, Performer, Retry, Tools

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


class Done:
    """A performer that counts how often each key was done."""

    def __init__(self) -> None:
        self.times: Counter[UUID] = Counter()
        self.at: dict[UUID, datetime] = {}
        self._lock = Lock()

    def __call__(self, _tools: Tools, job: Job) -> None:
        with self._lock:
            self.times[job.key] += 1
            self.at[job.key] = datetime.now(UTC)


def performed(performer: Any) -> dict[str, Performer]:
    return {"test": Performer(performer, repeatable=True, attempts=3)}


def test_every_effect_is_done_once(carried: Runtime) -> None:
    done, keys = Done(), [ask(carried, "test") for _ in range(100)]
    with working(carried, performed(done)):
        eventually(lambda: len(done.times) == 100, "all were done")
        eventually(lambda: counts(carried) == {}, "all are marked so")
    assert done.times == Counter(keys)


def test_two_workers_share_the_work_and_double_nothing(carried: Runtime) -> None:
    done, other = Done(), Done()
    with working(carried, performed(done)), working(carried, performed(other)):
        keys = [ask(carried, "test") for _ in range(60)]
        eventually(lambda: len(done.times) + len(other.times) == 60, "all were done")
    assert done.times + other.times == Counter(keys)


def test_a_key_that_is_carried_twice_is_done_once(carried: Runtime) -> None:
    done, key = Done(), ask(carried, "test")
    with opened_broker(carried.settings) as broker:
        carry = carrier(broker, queue_name(carried.settings.database_url), lambda keys: None)
        for _ in range(3):
            carry([key])
    with working(carried, performed(done)):
        becomes(carried, key, "done")
        last = ask(carried, "test")
        becomes(carried, last, "done")
    assert done.times == Counter((key, last))


def test_a_failure_is_tried_again_no_sooner_than_told(carried: Runtime) -> None:
    began: list[datetime] = []

    def fails_once(_tools: Tools, job: Job) -> None:
        began.append(datetime.now(UTC))
        if job.attempt == 1:
            raise Retry("busy", timedelta(seconds=0.5))

    with working(carried, performed(fails_once)):
        becomes(carried, ask(carried, "test"), "done")
    assert began[1] - began[0] >= timedelta(seconds=0.5)


def test_what_is_due_later_comes_later(carried: Runtime) -> None:
    done, due = Done(), datetime.now(UTC) + timedelta(seconds=1)
    later = ask(carried, "test", due_at=due)
    with working(carried, performed(done)):
        becomes(carried, ask(carried, "test"), "done")
        becomes(carried, later, "done")
    assert done.at[later] >= due


def test_what_is_exhausted_is_listed_and_can_be_sent_again(carried: Runtime) -> None:
    def busy(_tools: Tools, job: Job) -> None:
        raise Retry("busy", timedelta(0))

    key = ask(carried, "test")
    with working(carried, performed(busy)):
        assert becomes(carried, key, "failed").attempts == 3
    with carried.reading() as connection:
        [listed] = effects.LISTING.page(connection, effects.EffectFilters(state="failed"), limit=10).items
        assert (listed.key, listed.error) == (key, "busy")
        assert effects.change(connection, key, "retry", "operator:ada")
    with working(carried, performed(Done())):
        becomes(carried, key, "done")


def test_a_key_lost_on_the_way_is_carried_again(carried: Runtime) -> None:
    done, key = Done(), ask(carried, "test")
    with carried.reading() as connection:
        assert [one.key for one in effects.hand_out(connection, 1, (), carried.log.ready(connection))] == [key]
    with working(carried, performed(done)):
        becomes(carried, key, "done")


def written(file: Path) -> bool:
    """Whether a line stands in the file; one that was only opened says nothing yet."""
    return file.exists() and bool(file.read_text().strip())


def test_a_worker_killed_in_the_middle_of_a_job_is_followed_or_leaves_an_unknown(
    carried: Runtime, tmp_path: Path
) -> None:
    before, past = ask(carried, "before"), ask(carried, "past")
    killed = mortal(carried.settings, tmp_path)
    try:
        eventually(
            lambda: {effect(carried, before).state, effect(carried, past).state} == {"claimed", "acting"}, "both"
        )
        eventually(lambda: all(written(tmp_path / name) for name in ("before", "past")), "both began")
    finally:
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
    follower = mortal(carried.settings, tmp_path)
    try:
        assert becomes(carried, before, "done").attempts == 2
        assert becomes(carried, past, "unknown").error == "worker-lost"
    finally:
        follower.terminate()
        assert follower.wait(30) == 0
    assert (tmp_path / "before").read_text().split() == [str(before)] * 2
    assert (tmp_path / "past").read_text().split() == [str(past)]


def test_shops_that_share_a_broker_have_queues_of_their_own() -> None:
    one, other = queue_name("postgresql://carnet@db/one"), queue_name("postgresql://carnet@db/other")
    assert one != other
    assert one == queue_name("host=db dbname=one user=someone_else")


def test_a_broker_nobody_knows_is_refused(settings: Settings) -> None:
    with pytest.raises(UnknownBroker, match="redis://"), opened_broker(replace(settings, broker_url="kafka://here")):
        pass


def mortal(settings: Settings, folder: Path) -> subprocess.Popen[bytes]:
    """A worker process to be killed."""
    variables = {
        "CARNET_DATABASE_URL": settings.database_url,
        "CARNET_SECRET_KEY": settings.secret_key,
        "CARNET_BROKER_URL": settings.broker_url,
        "CARNET_LEASE_SECONDS": "1",
    }
    return subprocess.Popen(
        (sys.executable, "-m", "tests.workers.mortal", str(folder)), cwd=ROOT, env=os.environ | variables
    )

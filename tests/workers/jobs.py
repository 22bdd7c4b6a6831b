"""Jobs of a test: asked for, worked through by a performer that notes what it did, looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any
from uuid import UUID, uuid4

from projections.runtime import Runtime
from projections.work import jobs
from projections.work.jobs import Held, JobRow, Part, Result, ResultRow
from tests.workers.working import eventually
from workers.tools import Tools

KIND = "test"
ACTOR = "process:tests"


def ask_for_job(runtime: Runtime, parts: Sequence[int], kind: str = KIND, **options: Any) -> UUID:
    """Asks for a job whose parts have so many items."""
    job_id = uuid4()
    shares = [Part(total, {"first": sum(parts[:number])}) for number, total in enumerate(parts)]
    with runtime.log.session() as session:
        jobs.create(session, job_id, kind, {"n": 1}, shares, ACTOR, **{"permission": "orders:write", **options})
        session.commit()
    return job_id


def do(runtime: Runtime, job_id: UUID, action: str) -> None:
    """Cancels, pauses or resumes a job."""
    with runtime.log.session() as session:
        jobs.change(session, job_id, action, ACTOR)
        session.commit()


def job(runtime: Runtime, job_id: UUID) -> JobRow:
    """A job as it stands."""
    with runtime.reading() as connection:
        found = jobs.find(connection, job_id)
    assert found is not None
    return found


def results(runtime: Runtime, job_id: UUID, **filters: Any) -> list[ResultRow]:
    """The results of a job, all on one page."""
    with runtime.reading() as connection:
        return jobs.RESULTS.page(connection, jobs.ResultFilters(job_id=job_id, **filters), limit=100_000).items


def ends(runtime: Runtime, job_id: UUID, state: str = "done", patience: float = 30.0) -> JobRow:
    """The job once it has come to a state."""
    eventually(lambda: job(runtime, job_id).state == state, f"job {state}: {job(runtime, job_id)}", patience)
    return job(runtime, job_id)


class Worker:
    """Does the items of a part one by one, counts how often each was done; `before` is called for each of them."""

    def __init__(self, before: Callable[[int], None] = lambda item: None) -> None:
        self.times: Counter[int] = Counter()
        self._before = before
        self._lock = Lock()

    def __call__(self, tools: Tools, held: Held) -> dict[str, Any]:
        for number in range(held.total):
            if number in held.finished:
                continue
            item = held.content["first"] + number
            self._before(item)
            with tools.runtime.pool.connection() as connection, connection.transaction():
                jobs.hold(connection, held)
                jobs.record(connection, held.job_id, held.part, [Result(number, str(item), "done")])
            with self._lock:
                self.times[item] += 1
        return {"part": held.part}

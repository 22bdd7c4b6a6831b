"""Parts of jobs as effects: taken in hand, worked through, ended; a job that cannot go on says why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from projections.access.standing import NoLongerAllowed, require_allowed
from projections.work import jobs
from projections.work.jobs import Held, Stopped
from workers.tools import GiveUp, Job, Performer, Tools

MOST_ATTEMPTS = 10  # in a row in which a part recorded nothing new
MANY = 10_000  # attempts of one effect: a part that gets on may be taken up again as often as workers are lost

Work = Callable[[Tools, Held], Mapping[str, Any] | None]


def part_performer(work: Work) -> Performer:
    """Performs the parts of a kind of job by `work`, which gives what is to be told of the job at its end, if anything.

    `work` leaves out the items in `held.finished`, and before each batch of items, in the transaction that does them,
    asks `jobs.hold` whether the job still runs, and writes their results by `jobs.record`. `GiveUp` fails the job at
    once with its reason, anything else once it has happened too often in a row. A job whose asker may no longer do what
    it does fails as well; somebody who may can resume it.
    """

    def perform(tools: Tools, job: Job) -> None:
        job_id, part, turn = UUID(job.payload["job"]), int(job.payload["part"]), int(job.payload["round"])
        with tools.runtime.pool.connection() as connection, connection.transaction():
            held = jobs.take(connection, job_id, part, turn)
        if held is None:
            return
        if held.attempts > MOST_ATTEMPTS:
            return _fail(tools, held, "attempts-used-up")
        try:
            with tools.runtime.reading() as connection:
                require_allowed(connection, held.asked_by, frozenset({held.permission}))
            outcome = work(tools, held)
            with tools.runtime.pool.connection() as connection:
                jobs.finish(connection, held, outcome)
        except Stopped:
            return
        except NoLongerAllowed as refusal:
            return _fail(tools, held, refusal.code)
        except GiveUp as end:
            _fail(tools, held, end.reason)
            raise
        except Exception as fault:
            if held.attempts == MOST_ATTEMPTS:
                _fail(tools, held, type(fault).__name__)
            raise

    return Performer(perform, repeatable=True, attempts=MANY)


def _fail(tools: Tools, held: Held, reason: str) -> None:
    with tools.runtime.pool.connection() as connection:
        jobs.fail(connection, held, reason)

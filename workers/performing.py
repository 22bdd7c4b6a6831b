"""Performs effects: claims each by its key, holds it while it works, and notes how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from threading import Event, Lock, Thread
from typing import Any
from uuid import UUID, uuid4, uuid5

import psycopg
import structlog

from projections.faults import with_trace
from projections.runtime import Runtime
from projections.work import effects
from workers.handed_over import HandedOver
from workers.open_connections import OpenConnections
from workers.tools import GiveUp, Job, LostClaim, Performer, Retry, Tools, Unknown

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=1)
TURN = 1.0  # seconds after which effects that came in one message are let go where they were not begun

_logger = structlog.get_logger()


class Performing:
    """The performers of one worker process, and the effects they have in hand. Safe for threads."""

    def __init__(
        self, runtime: Runtime, performed: Mapping[str, Performer], ended: Callable[[], object] = lambda: None
    ) -> None:
        """`ended` is called whenever effects are no longer in hand: others may have waited for that."""
        self._runtime = runtime
        self._ended = ended
        self._performed = performed
        self._lease = runtime.settings.lease_seconds
        self._held: dict[UUID, UUID] = {}
        self._lock = Lock()
        self._opened = OpenConnections()
        self._handed_over = HandedOver(runtime.settings.data_dir)
        self._stopping = Event()
        self._thread = Thread(target=self._renew, name="leases", daemon=True)

    def start(self) -> None:
        """Begins to renew what is held."""
        self._thread.start()

    def stop(self) -> None:
        """Ends; what is still held runs out by itself."""
        self._stopping.set()
        self._thread.join()
        self._opened.close()
        self._handed_over.close()

    def perform(self, keys: Sequence[UUID]) -> None:
        """Does the effects of these keys where they are there to be done; a key that came twice does nothing."""
        token = uuid4()
        with self._runtime.pool.connection() as connection:
            claimed = effects.claim(connection, keys, token, self._lease, self._runtime.log.ready(connection))
        jobs = [Job(one.key, one.kind, one.payload, one.order_id, one.attempts, one.position) for one in claimed]
        with self._lock:
            self._held.update(dict.fromkeys((job.key for job in jobs), token))
        try:
            self._do_all(jobs, token)
        finally:
            with self._lock:
                for job in jobs:
                    self._held.pop(job.key, None)
            self._ended()

    def _tools(self, token: UUID) -> Tools:
        return Tools(self._runtime, token, self._handed_over, self._opened)

    def _do_all(self, jobs: Sequence[Job], token: UUID) -> None:
        """Does what can be done together, then the rest one by one; what would wait long for its turn is let go."""
        let_go_at = time.monotonic() + TURN
        done = self._done_together(jobs, token)
        left = [job for job in jobs if job.key not in done]
        for number, job in enumerate(left):
            if number and time.monotonic() > let_go_at:
                with self._runtime.pool.connection() as connection:
                    effects.release(connection, [other.key for other in left[number:]], token)
                return
            self._do(job, token)

    def _done_together(self, jobs: Sequence[Job], token: UUID) -> Collection[UUID]:
        """The keys that were done and ended in one transaction; none where anything went wrong."""
        performer = self._performed.get(jobs[0].kind) if jobs else None
        if performer is None or performer.together is None:
            return ()
        able = [job for job in jobs if job.kind == jobs[0].kind and job.attempt <= performer.attempts]
        try:
            return performer.together(self._tools(token), able)
        except Retry as failure:
            for job in able:
                self._again(job, token, performer, failure)
            return [job.key for job in able]
        except Exception as fault:
            keys = [str(job.key) for job in able]
            _logger.info(
                "effects done one by one", action="effects.apart", kind=jobs[0].kind, keys=keys, **with_trace(fault)
            )
        return () if performer.repeatable else self._doubted(jobs, token)

    def _doubted(self, jobs: Sequence[Job], token: UUID) -> Collection[UUID]:
        """Of effects that were broken off together, those that were past the point of no return: unknown now."""
        with self._runtime.pool.connection() as connection:
            return effects.doubt(connection, [job.key for job in jobs], token)

    def _do(self, job: Job, token: UUID) -> None:
        performer = self._performed.get(job.kind)
        if performer is None:
            return self._end(job, token, "failed", "unknown-kind")
        if job.attempt > performer.attempts:
            return self._end(job, token, "failed", "attempts-used-up")
        try:
            performer.perform(self._tools(token), job)
        except LostClaim:
            _logger.info("effect was taken away", action="effect.lost", **_ids(job))
        except GiveUp as end:
            self._end(job, token, "failed", end.reason, end)
        except Unknown as end:
            self._end(job, token, "unknown", end.reason, end)
        except Retry as failure:
            self._again(job, token, performer, failure)
        except Exception as fault:
            self._broken(job, token, performer, fault)
        else:
            self._end(job, token, "done")

    def _broken(self, job: Job, token: UUID, performer: Performer, fault: Exception) -> None:
        """Something nobody thought of: tried again, unless it may have worked and must not be done twice."""
        name = type(fault).__name__
        _logger.warning("effect broke", action="effect.broke", **_ids(job), **with_trace(fault))
        with self._runtime.pool.connection() as connection:
            found = effects.find(connection, job.key)
        if found and found.state == "acting" and not performer.repeatable:
            self._end(job, token, "unknown", name, fault)
        else:
            self._again(job, token, performer, Retry(name))

    def _again(self, job: Job, token: UUID, performer: Performer, failure: Retry) -> None:
        if job.attempt >= performer.attempts:
            return self._end(job, token, "failed", failure.reason, failure)
        after = pause(job) if failure.after is None else failure.after
        _logger.info(
            "effect is tried again", action="effect.again", reason=failure.reason, again_in=after.total_seconds(),
            **_ids(job), **with_trace(failure),
        )  # fmt: skip
        with self._runtime.pool.connection() as connection:
            effects.again(connection, job.key, token, after, failure.reason)

    def _end(self, job: Job, token: UUID, state: str, error: str | None = None, fault: Exception | None = None) -> None:
        """Notes how it ended; `error` is the code that people see, `fault` what came in the way, if anything did."""
        if state != "done":
            trace = with_trace(fault) if fault else {}
            _logger.warning("effect not done", action=f"effect.{state}", reason=error, **_ids(job), **trace)
            self._tell(job, token, error or state)
        with self._runtime.pool.connection() as connection:
            effects.finish(connection, job.key, token, state, error)

    def _tell(self, job: Job, token: UUID, reason: str) -> None:
        """Lets whoever waits for an effect know that it is stuck; what goes wrong with that changes nothing else."""
        performer = self._performed.get(job.kind)
        if performer is None or performer.stuck is None:
            return
        try:
            performer.stuck(self._tools(token), job, reason)
        except Exception as fault:
            _logger.warning("nobody was told", action="effect.untold", **_ids(job), **with_trace(fault))

    def _renew(self) -> None:
        """Holds what is in hand for longer, three times in each lease."""
        while not self._stopping.wait(self._lease / 3):
            with self._lock:
                held = dict(self._held)
            if not held:
                continue
            try:
                with self._runtime.pool.connection() as connection:
                    effects.renew(connection, held, self._lease)
            except psycopg.Error as fault:
                _logger.warning("leases not renewed", action="leases.failed", **with_trace(fault))


def _ids(job: Job) -> dict[str, Any]:
    """What a line of log names an effect by."""
    order = {"order": str(job.order_id)} if job.order_id else {}
    return {"key": str(job.key), "kind": job.kind, "attempt": job.attempt, "position": job.position, **order}


def pause(job: Job) -> timedelta:
    """How long an effect rests after an attempt: twice as long each time, less up to half, by chance."""
    whole = min(FIRST_PAUSE * (1 << min(job.attempt - 1, 30)), LONGEST_PAUSE)
    chance = uuid5(job.key, str(job.attempt)).int % 1000 / 1000
    return whole * (1 - chance / 2)

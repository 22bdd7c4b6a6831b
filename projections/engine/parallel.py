"""The worker processes of a rebuild: each takes its hand of shares and tells how far it is; all end together."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.context import SpawnProcess
from multiprocessing.queues import Queue
from queue import Empty
from threading import Event

from projections.engine.filling import Share, Source, fill_in_process
from projections.engine.projection import Projection
from projections.faults import name_of, trace_of

LOOK_EVERY = 0.25


class Stopped(Exception):
    """The rebuild was asked to stop."""


class WorkerFailed(Exception):
    """A worker process of a rebuild ended before its share was done."""


class _Failure(str):
    """Where a worker failed."""


class _Done:
    """A worker has finished its share."""


_Message = int | _Failure | _Done


def fill_in_processes(
    source: Source,
    projection: Projection,
    schema: str,
    hands: Sequence[Sequence[Share]],
    tell: Callable[[int], None],
    stop: Event,
) -> None:
    """Fills the tables in `schema`, a process for each hand of shares; `tell` hears how many events are done."""
    context = multiprocessing.get_context("spawn")
    messages: Queue[_Message] = context.Queue()
    workers = [
        context.Process(target=_work, args=(source, projection, schema, shares, messages), daemon=True)
        for shares in hands
    ]
    try:
        for worker in workers:
            worker.start()
        _watch(workers, messages, tell, stop)
    finally:
        for worker in workers:
            worker.kill()
            worker.join()
        messages.close()


def _watch(
    workers: Sequence[SpawnProcess], messages: Queue[_Message], tell: Callable[[int], None], stop: Event
) -> None:
    done, left = 0, len(workers)
    while left:
        if stop.is_set():
            raise Stopped
        try:
            message = messages.get(timeout=LOOK_EVERY)
        except Empty:
            if any(worker.exitcode for worker in workers):
                raise WorkerFailed("a worker was killed") from None
            continue
        match message:
            case _Done():
                left -= 1
            case _Failure():
                raise WorkerFailed(message)
            case int():
                done += message
                tell(done)


def _work(
    source: Source, projection: Projection, schema: str, shares: Sequence[Share], messages: Queue[_Message]
) -> None:
    try:
        fill_in_process(source, projection, schema, shares, partial(messages.put))
    except Exception as fault:
        messages.put(_Failure(f"{name_of(fault)}\n{trace_of(fault)}"))
    else:
        messages.put(_Done())

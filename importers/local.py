"""An import run by one command: this process reads the file, two others take in what it has read so far."""

from __future__ import annotations

import gc
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe
from multiprocessing.context import SpawnProcess
from uuid import UUID

from domain.import_answers import open_findings
from domain.imports import NEEDS_ANSWER, RUNNING, Import, ResumeImport
from importers.faults import UnusableFile
from importers.service import Intakes, change, complete, context_of, fail, read, standing_of, state_of, told_of
from projections.postgres.leases import Leases
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from projections.work import imports as work
from projections.work.imports import Progress

PROCESSES = 2
SMALL = 4 * 1024 * 1024  # bytes; a smaller file is taken in by this process alone
LOOK_EVERY = 0.2
NOTHING_TO_DO = 0.05

Tell = Callable[[Progress], None]

LEADER = 7106410  # kind of the lease that whoever works on an import holds


class ImportStopped(UnusableFile):
    """The import was paused or cancelled meanwhile."""


class AnswerNeeded(UnusableFile):
    """The import found something that somebody has to look at; nothing of the file is stored."""

    def __init__(self, one: Import) -> None:
        self.import_id = one.id
        self.findings = open_findings(one)
        names = ", ".join(finding.name for finding in self.findings)
        super().__init__(f"The import waits for an answer: {names}.")


class WorkerLost(Exception):
    """A process of the import was killed; start the import again, and it goes on where it was."""


def run(runtime: Runtime, import_id: UUID, tell: Tell, *, processes: int = PROCESSES) -> None:
    """Brings an import to its end, from wherever it stands; raises `UnusableFile` when it cannot go on.

    It is an `AnswerNeeded` where something looks wrong that nobody said to be right.
    """
    with _leading(runtime, import_id):
        standing = standing_of(runtime, import_id)
        if standing.state == NEEDS_ANSWER:
            raise AnswerNeeded(state_of(runtime, import_id))
        if standing.state in ("paused", "failed"):
            context = context_of(import_id, f"resume/{standing.turn}", "importer")
            change(runtime, ResumeImport(import_id=import_id, context=context), import_id)
        with runtime.pool.connection() as connection:
            work.free(connection, import_id)
        try:
            if standing.size <= SMALL or processes == 1:
                _alone(runtime, import_id, tell)
            else:
                _together(runtime, import_id, tell, processes)
        except UnusableFile as error:
            fail(runtime, import_id, *told_of(error))
            raise
        if not complete(runtime, import_id):
            one = state_of(runtime, import_id)
            if one.state == NEEDS_ANSWER:
                raise AnswerNeeded(one)
            raise ImportStopped(f"The import is {one.state}; resume it to go on.")


@contextmanager
def _leading(runtime: Runtime, import_id: UUID) -> Iterator[None]:
    """Lets one command at a time work on an import."""
    with Leases(runtime.settings.direct_url) as leases:
        if not leases.take(LEADER, str(import_id)):
            raise UnusableFile(f"Another process works on the import {import_id}.")
        yield


def _alone(runtime: Runtime, import_id: UUID, tell: Tell) -> None:
    _read(runtime, import_id)
    intakes = Intakes(runtime)
    while (number := _next(runtime, import_id)) is not None and intakes.take(import_id, number):
        _tell(runtime, import_id, tell)


def _read(runtime: Runtime, import_id: UUID) -> None:
    standing = standing_of(runtime, import_id)
    if not standing.is_read:
        read(runtime, standing)


def _next(runtime: Runtime, import_id: UUID) -> int | None:
    with runtime.pool.connection() as connection:
        return work.claim(connection, import_id)


def _tell(runtime: Runtime, import_id: UUID, tell: Tell) -> None:
    with runtime.reading() as connection:
        progress = work.progress(connection, import_id)
    if progress:
        tell(progress)


def _together(runtime: Runtime, import_id: UUID, tell: Tell, processes: int) -> None:
    context = multiprocessing.get_context("spawn")
    workers: list[tuple[SpawnProcess, Pipe]] = []
    for _ in range(processes):
        ours, theirs = context.Pipe(duplex=False)
        worker = context.Process(target=_work, args=(runtime.settings, import_id, os.getpid(), theirs), daemon=True)
        worker.start()
        theirs.close()
        workers.append((worker, ours))
    try:
        with _uncollected():
            _read(runtime, import_id)
            _take_rest(runtime, import_id, tell)
        while any(worker.is_alive() for worker, _ in workers):
            _tell(runtime, import_id, tell)
            for worker, _ in workers:
                worker.join(LOOK_EVERY / processes)
        _look(workers)
    finally:
        for worker, _ in workers:
            worker.kill()
            worker.join()


def _take_rest(runtime: Runtime, import_id: UUID, tell: Tell) -> None:
    """Takes ranges in beside the workers: while they wait for the database there is time left."""
    intakes = Intakes(runtime)
    while (number := _next(runtime, import_id)) is not None and intakes.take(import_id, number):
        gc.collect()
        _tell(runtime, import_id, tell)


def _look(workers: list[tuple[SpawnProcess, Pipe]]) -> None:
    """Raises what a worker could not do."""
    for worker, said in workers:
        if fault := _said(said):
            raise UnusableFile(fault)
        if worker.exitcode:
            raise WorkerLost("A process of the import was killed: start it again, and it goes on where it was.")


def _said(pipe: Pipe) -> str:
    """What a worker said before it ended, empty when nothing."""
    try:
        return str(pipe.recv()) if pipe.poll() else ""
    except EOFError:
        return ""


def _work(settings: Settings, import_id: UUID, parent: int, tell: Pipe) -> None:
    """Takes ranges in as they come, until the import is read and done, or its command is gone."""
    try:
        with open_runtime(settings) as runtime, _uncollected():
            _take_all(runtime, import_id, parent)
    except UnusableFile as error:
        tell.send(str(error))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leaves garbage to who asks: a batch is many small things without cycles, and to look for them takes a sixth."""
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def _take_all(runtime: Runtime, import_id: UUID, parent: int) -> None:
    intakes = Intakes(runtime)
    while os.getppid() == parent:
        number = _next(runtime, import_id)
        if number is not None:
            intakes.take(import_id, number)
            gc.collect()
            continue
        standing = standing_of(runtime, import_id)
        if standing.is_read or standing.state != RUNNING:
            return
        time.sleep(NOTHING_TO_DO)

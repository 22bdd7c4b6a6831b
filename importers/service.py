"""Imports from their start to their end, whoever runs them: this command by itself, or workers on many machines."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path
from uuid import UUID, uuid4, uuid5

import msgspec
from msgspec import to_builtins

from domain.events import Command, Context
from domain.import_answers import AnswerImport, AskAboutImport
from domain.imports import CompleteImport, FailImport, Import, ReadImport, StartImport
from importers import files
from importers.faults import UnusableFile
from importers.files import DiskFault, RangeWriter
from importers.findings import found
from importers.intakes import ImportRequest, Opened, opened
from importers.ranges import Taker, cut, totals_of
from importers.reading.rows import ADDED_COLUMNS
from importers.report import Totals
from projections.engine.tables import Connection
from projections.log import NothingRecorded, Session
from projections.runtime import Runtime
from projections.work import imports as work
from projections.work.import_files import RefusedRow, delete_rows, folder_of
from projections.work.import_files import error_report as joined_report
from projections.work.import_files import first_refused as first_of_refused
from projections.work.imports import RunningImport

EXAMINED = "findings"  # of what is told of an import: what looked wrong in its first orders
IMPORTS = UUID("2f0a5b7c-64d1-5c55-9a0e-6f1d2b7c8e31")

OnRange = Callable[[Connection, int], None]
"""What is done in the transaction that adds a range, told its number."""


def context_of(import_id: UUID, name: str, actor: str) -> Context:
    """The context of a step of an import; the same step gives the same command id."""
    return Context(command_id=uuid5(import_id, name), actor=actor, at=datetime.now(UTC))


def fingerprint_of(paths: Sequence[Path], asked: ImportRequest, mapping: bytes = b"") -> bytes:
    """What is the same for the same files, mapping and choices, whatever the files are called and their order."""
    digest = sha256(msgspec.json.encode(msgspec.structs.replace(asked, files=(), mapping="").stored()))
    digest.update(mapping)
    told = sorted(_digest_of(path) for path in paths)
    if len(set(told)) < len(told):
        raise UnusableFile("One of the files is given twice.")
    for one in told:
        digest.update(one)
    return digest.digest()


def _digest_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file_digest(file, "sha256").digest()


def begin(runtime: Runtime, asked: ImportRequest, fingerprint: bytes, size: int, actor: str) -> UUID:
    """The import of this file: the one that did not come to its end, else a new one."""
    with runtime.reading() as connection:
        known = work.unfinished(connection, fingerprint)
    if known:
        return known
    import_id = uuid4()
    command = StartImport(
        import_id=import_id,
        context=context_of(import_id, "start", actor),
        kind=asked.kind,
        source=asked.source,
        choices=asked.choices,
    )

    def beside(session: Session, _: Import) -> None:
        session.begin()
        work.begin(session.connection, import_id, fingerprint, asked.stored(), size)

    runtime.desk.handle(command, beside=beside)
    return import_id


def standing_of(runtime: Runtime, import_id: UUID) -> RunningImport:
    """The import as it stands; raises `UnusableFile` when there is none."""
    with runtime.reading() as connection:
        standing = work.find(connection, import_id)
    if standing is None:
        raise UnusableFile(f"There is no import {import_id}.")
    return standing


def state_of(runtime: Runtime, import_id: UUID) -> Import:
    """The import as its history tells it."""
    try:
        return runtime.log.load(Import, import_id)
    except NothingRecorded:
        raise UnusableFile(f"There is no import {import_id}.") from None


def change(runtime: Runtime, command: Command, import_id: UUID, also: OnRange | None = None) -> Import:
    """Handles a command on an import, and lets those who work on it know its state."""

    def beside(session: Session, one: Import) -> None:
        session.begin()
        work.set_state(session.connection, import_id, one.state)
        if also:
            also(session.connection, 0)

    changed: Import = runtime.desk.handle(command, beside=beside).aggregate
    return changed


def read(runtime: Runtime, standing: RunningImport, on_range: OnRange | None = None) -> None:
    """Reads the file once and cuts it into ranges; those cut before stay as they are.

    Its first orders are looked at before: where something looks wrong, the import waits for an answer instead.
    """
    asked, import_id = ImportRequest.restored(standing.told), standing.id
    folder = files.made_folder(runtime.settings, import_id)
    with runtime.reading() as connection:
        known = work.range_numbers(connection, import_id)

    def record(writer: RangeWriter, position: int) -> bool:
        with runtime.pool.connection() as connection, connection.transaction():
            fresh = work.add_range(connection, import_id, writer.number, writer.rows, writer.orders, writer.bytes)
            work.read_so_far(connection, import_id, position)
            if fresh and on_range:
                on_range(connection, writer.number)
        return standing_of(runtime, import_id).state == "running"

    with opened(runtime, import_id, asked) as file:
        with runtime.pool.connection() as connection:
            work.set_header(connection, import_id, (*file.header, *ADDED_COLUMNS), file.delimiter)
            if "explained" not in standing.told:
                work.set_told(connection, import_id, {**file.asked.stored(), "explained": file.explain()})
        if _asks(runtime, standing, file):
            return
        done = cut(file, folder, known, record)
    if done:
        _is_read(runtime, standing, file, done.rows, done.orders)


def _asks(runtime: Runtime, standing: RunningImport, file: Opened) -> bool:
    """Whether the import waits now for an answer; a dry run stores nothing, and only tells what it would ask."""
    if EXAMINED in standing.told or file.asked.kind != "orders":
        return False
    try:
        findings = found(file)
    except OSError as error:
        raise DiskFault(error) from None

    def noted(connection: Connection, _: int) -> None:
        told = (work.find(connection, standing.id) or standing).told
        work.set_told(connection, standing.id, {**told, EXAMINED: to_builtins(findings)})

    if findings and not file.asked.choices.dry_run:
        command = AskAboutImport(
            import_id=standing.id, context=context_of(standing.id, "ask", "importer"), findings=findings
        )
        change(runtime, command, standing.id, noted)
        return True
    with runtime.pool.connection() as connection:
        noted(connection, 0)
    return False


def _is_read(runtime: Runtime, standing: RunningImport, file: Opened, rows: int, orders: int) -> None:
    command = ReadImport(
        import_id=standing.id,
        context=context_of(standing.id, "read", "importer"),
        profile=file.profile,
        source=file.source,
        rows=rows,
        orders=orders,
    )

    def beside(session: Session, _: Import) -> None:
        session.begin()
        work.set_read(session.connection, standing.id)

    runtime.desk.handle(command, beside=beside)


class Intakes:
    """The imports that this process takes ranges of, each opened once."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._takers: dict[tuple[UUID, int], Taker] = {}

    def take(self, import_id: UUID, number: int) -> bool:
        """Takes a range in; see `Taker.take`."""
        standing = standing_of(self._runtime, import_id)
        key = (import_id, standing.turn)
        if key not in self._takers:
            self._takers.clear()
            with opened(self._runtime, import_id, ImportRequest.restored(standing.told)) as file:
                self._takers[key] = Taker(self._runtime, standing, file.intake)
        return self._takers[key].take(number)


def complete(runtime: Runtime, import_id: UUID) -> bool:
    """Ends an import whose last range is done, and deletes what is not needed any more; False while it is not."""
    with runtime.reading() as connection:
        if not work.has_ended(connection, import_id):
            return False
        ranges = work.ranges(connection, import_id)
    totals = totals_of(ranges)
    totals.check(sum(one.rows for one in ranges))
    command = CompleteImport(
        import_id=import_id, context=context_of(import_id, "complete", "importer"), totals=totals.as_dict()
    )
    change(runtime, command, import_id)
    delete_rows(folder_of(runtime.settings, import_id))
    return True


def told_of(error: UnusableFile) -> tuple[str, str]:
    """Why an import cannot go on, as a code and in words."""
    return "disk-fault" if isinstance(error, DiskFault) else "unusable-file", str(error)


def answer(runtime: Runtime, import_id: UUID, checked: Collection[str], actor: str) -> None:
    """Says of what looks wrong that it is right; the import can go on then."""
    context = context_of(import_id, f"answer/{','.join(sorted(checked))}", actor)
    change(runtime, AnswerImport(import_id=import_id, context=context, checked=tuple(sorted(checked))), import_id)


def fail(runtime: Runtime, import_id: UUID, code: str, detail: str) -> None:
    """Notes why an import cannot go on."""
    context = Context(command_id=uuid4(), actor="importer", at=datetime.now(UTC))
    change(runtime, FailImport(import_id=import_id, context=context, code=code, detail=detail), import_id)


def totals_so_far(runtime: Runtime, import_id: UUID) -> Totals:
    """What an import came to so far."""
    with runtime.reading() as connection:
        return totals_of(work.ranges(connection, import_id))


def first_refused(runtime: Runtime, import_id: UUID, most: int) -> list[RefusedRow]:
    """What is wrong with the first of the refused rows."""
    standing = standing_of(runtime, import_id)
    with runtime.reading() as connection:
        ranges = work.ranges(connection, import_id)
    folder = folder_of(runtime.settings, import_id)
    return first_of_refused(folder, standing.header, standing.delimiter, ranges, most)


def error_report(runtime: Runtime, import_id: UUID) -> Iterator[bytes]:
    """The refused rows so far, as a file to correct and load again."""
    standing = standing_of(runtime, import_id)
    with runtime.reading() as connection:
        ranges = work.ranges(connection, import_id)
    folder = folder_of(runtime.settings, import_id)
    return joined_report(folder, standing.header, standing.delimiter, ranges)

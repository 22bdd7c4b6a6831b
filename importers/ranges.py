"""An import range by range: cut where orders end, taken in batch by batch, each batch once whatever is killed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import psycopg

from domain.orders.intake import Result
from importers import files
from importers.faults import Problem, UnusableFile
from importers.files import DiskFault, RangeWriter, RefusedRows
from importers.intakes import Opened
from importers.reading.rows import ADDED_COLUMNS, Row
from importers.reading.table import split_header
from importers.report import Totals
from importers.taking import Entry, Intake, commands_of, count, diagnosed, judged, prepared
from projections.log import OutcomeUnknown, Session
from projections.runtime import Runtime
from projections.work import imports as work
from projections.work.import_files import folder_of
from projections.work.imports import Range, RunningImport

BATCH = 400
ATTEMPTS = 5
PAUSE = 0.5

Record = Callable[[RangeWriter, int], bool]
"""Adds a range that is on disk, told how many bytes of the file were read; False when the import no longer runs."""


class Cut(NamedTuple):
    """How much the whole file holds."""

    rows: int
    orders: int


class LostRange(Exception):
    """Another process has moved this range on, or the import no longer runs: nothing was stored."""


def cut(opened: Opened, folder: Path, known: set[int], record: Record) -> Cut | None:
    """Reads the file once and lays its rows down in ranges; those known are the same as before and only counted.

    None where the import was stopped meanwhile.
    """
    rows = orders = number = 0
    groups = judged(opened.groups())
    writer: RangeWriter | None = None
    try:
        for staged in groups:
            if writer is None:
                number += 1
                writer = RangeWriter(folder, number, write=number not in known)
            writer.add(staged)
            rows, orders = rows + len(staged.rows), orders + 1
            if writer.rows >= files.ROWS:
                if not _closed(writer, opened, record):
                    return None
                writer = None
        if writer and not _closed(writer, opened, record):
            return None
    except OSError as error:
        if writer:
            writer.abandon()
        raise DiskFault(error) from None
    if not rows:
        raise UnusableFile("The file has a header and no rows.")
    return Cut(rows, orders)


def _closed(writer: RangeWriter, opened: Opened, record: Record) -> bool:
    writer.close()
    return record(writer, opened.position)


class Taker:
    """Takes ranges of one import in, in this process."""

    def __init__(self, runtime: Runtime, standing: RunningImport, intake: Intake) -> None:
        self._runtime = runtime
        self._id = standing.id
        self._intake = intake
        columns = tuple(standing.header[: -len(ADDED_COLUMNS)])
        self._widths = [len(part) for part in split_header(columns)]
        self._delimiter = standing.delimiter
        self._folder = folder_of(runtime.settings, standing.id)

    def take(self, number: int) -> bool:
        """Takes a range in from its checkpoint; False when it was lost to another, or the import no longer runs."""
        for attempt in range(1, ATTEMPTS + 1):
            with self._runtime.pool.connection() as connection:
                one = work.find_range(connection, self._id, number)
            if one is None or one.is_done:
                return True
            try:
                self._take(one)
                return True
            except LostRange:
                return False
            except (psycopg.OperationalError, OutcomeUnknown):
                if attempt == ATTEMPTS:
                    raise
                time.sleep(PAUSE * attempt)
                self._runtime.pool.check()
            except OSError as error:
                raise DiskFault(error) from None
        return False

    def _take(self, one: Range) -> None:
        checkpoint = _Checkpoint(self._id, one, RefusedRows(self._folder, one.number, self._widths, self._delimiter))
        waiting = files.staged_from(self._folder, one.number, one.done_bytes)

        while found := list(islice(waiting, BATCH)):
            entries = diagnosed(self._intake, [prepared(self._intake, staged) for _, staged in found])
            checkpoint.begin(entries, found[-1][0], self._intake)
            self._intake.save(commands_of(entries), checkpoint.keep)
            checkpoint.adopt()


class _Checkpoint:
    """How far a range is; it moves in the transaction that stores a batch, or not at all."""

    def __init__(self, import_id: UUID, one: Range, refused: RefusedRows) -> None:
        self._id = import_id
        self._number = one.number
        self._refused = refused
        self._done, self._error_bytes = one.done_bytes, one.error_bytes
        self._totals = Totals.restored(one.totals)
        self._kept: tuple[int, int, Totals] = (self._done, self._error_bytes, self._totals)

    def begin(self, entries: Sequence[Entry], end: int, intake: Intake) -> None:
        """The next batch, which ends there."""
        self._entries, self._end, self._intake = entries, end, intake

    def keep(self, session: Session, results: Sequence[Result]) -> None:
        """Moves the checkpoint on in the batch's transaction; called again, it does the same again."""
        connection = session.connection
        if not work.advance(connection, self._id, self._number, self._done, self._end):
            raise LostRange
        totals = self._totals.copy()
        refused: list[tuple[Row, Sequence[Problem]]] = []
        count(self._entries, results, totals, lambda row, problems: refused.append((row, problems)), self._intake)
        error_bytes = self._refused.write(self._error_bytes, refused)
        work.tell(connection, self._id, self._number, error_bytes, totals.stored())
        self._kept = (self._end, error_bytes, totals)

    def adopt(self) -> None:
        """The batch is stored."""
        self._done, self._error_bytes, self._totals = self._kept


def totals_of(ranges: Sequence[Range]) -> Totals:
    """What all ranges came to so far."""
    whole = Totals()
    for one in ranges:
        if one.totals:
            whole.add(Totals.restored(one.totals))
    return whole

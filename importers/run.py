"""A run within one process: rows to groups, groups to commands, and batches of these to whoever stores them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from domain.orders.creation import CreateOrder
from domain.orders.intake import Result
from domain.settings import Shop
from importers.faults import UnusableFile
from importers.orders import Origin
from importers.profile import Profile
from importers.reading.rows import Row
from importers.reading.table import Table
from importers.report import ErrorFile, Totals
from importers.taking import Entry, OrdersIntake, commands_of, count, diagnosed, judged, prepared
from projections.desk.bulk import BatchHook

BATCH = 300

Save = Callable[[Sequence[CreateOrder]], Sequence[Result]]
"""Stores a batch of orders and answers for each, in their order; a refused one leaves the others alone."""


class Run:
    """One import: what it takes to turn the rows of a file into orders, and what has come of them so far."""

    def __init__(
        self,
        profile: Profile,
        origin: Origin,
        shop: Shop,
        save: Save,
        errors: ErrorFile,
        progress: Callable[[Totals], None] = lambda totals: None,
    ) -> None:
        self.totals = Totals()
        self._intake = OrdersIntake(profile, origin, shop, lambda commands, beside: save(commands), ())
        self._errors = errors
        self._progress = progress
        self._read = 0
        self._entries: list[Entry] = []

    def take(self, table: Table) -> Totals:
        """Takes in every row; raises `UnusableFile` when there is none, `RowsUnaccounted` when one got lost."""
        intake = self._intake
        intake.headers = table.headers
        groups = table.groups(lambda rows: intake.groups(self._counted(rows)), intake.follows, intake.heads)
        for staged in judged(groups):
            self._entries.append(prepared(self._intake, staged))
            if len(self._entries) >= BATCH:
                self._flush()
        self._flush()
        self._errors.close()
        if not self._read:
            raise UnusableFile("The file has a header and no rows.")
        self.totals.check(self._read)
        return self.totals

    def _counted(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            self._read += 1
            yield row

    def _flush(self) -> None:
        entries, self._entries = diagnosed(self._intake, self._entries), []
        commands = commands_of(entries)
        results = self._intake.save(commands, _nothing) if commands else []
        count(entries, results, self.totals, self._errors.add, self._intake)
        self._progress(self.totals)


_nothing: BatchHook = lambda session, results: None  # noqa: E731 - a constant of a callable type

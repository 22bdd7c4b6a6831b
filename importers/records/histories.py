"""Dated status histories of orders that are there: a row for each status, those of an order written down at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar, NamedTuple
from uuid import UUID

from domain.errors import Rejected
from domain.events import Command
from domain.orders.histories import TellHistory, ToldStatus, tell_history
from domain.orders.order import Order, OrderNotFound
from importers.faults import Fault
from importers.profile import ReadAs
from importers.reading.cells import Cells
from importers.reading.grouping import Group, scattered
from importers.reading.rows import Row
from importers.records.intake import RecordsIntake, TellRecord, step_of
from importers.taking import AHEAD, DATE_IN_FUTURE
from projections.views.orders.numbers import numbered

AT = "at"


class NumberAmbiguous(Rejected):
    """Several orders have this number."""

    code = "number-ambiguous"


class ToldHistory(NamedTuple):
    """What the rows of an order tell."""

    number: str
    statuses: tuple[ToldStatus, ...]


class HistoriesIntake(RecordsIntake):
    """A CSV file of `number, status, at, actor`, in any order of rows."""

    KIND = "statuses"
    KEY = "number"
    NEEDED = ("status", AT)
    NAMES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "number": ("number", "order", "order number", "name", "commande", "numéro"),
        "status": ("status", "statut", "state"),
        AT: (AT,),
        "actor": ("actor",),
    }
    READS: ClassVar[Mapping[str, ReadAs]] = {AT: "date"}
    POINTERS: ClassVar[Mapping[str, str]] = {"order-not-found": "number", "number-ambiguous": "number"}
    always_leads = True

    @classmethod
    def fits(cls, header: Sequence[str]) -> bool:
        """Whether a file of statuses is one of histories: it has the column `at`."""
        return any(column.strip().casefold() == AT for column in header)

    def groups(self, rows: Iterable[Row]) -> Iterator[Group]:
        """The rows of each order, wherever they stand."""
        place = self._table.index[self.named[self.KEY]]
        return scattered(rows, lambda cells: cells[place].strip() if place < len(cells) else "")

    def record(self, rows: Sequence[Cells]) -> ToldHistory:
        """The history that the rows tell."""
        return ToldHistory(rows[0].required(self.named[self.KEY]), tuple(self._told(row) for row in rows))

    def lead(self, told: TellRecord) -> tuple[UUID, bool, list[Command]]:
        """The order, and what of the history it has not yet."""
        history = told.record
        if not isinstance(history, ToldHistory):
            raise Fault("not-a-history", "These rows tell of no history.")
        with self._runtime.reading() as connection:
            found = numbered(connection, history.number)
        if len(found) > 1:
            raise NumberAmbiguous("/number")
        if not found:
            raise OrderNotFound("/number")
        context = step_of(told.context, "tell")
        command = TellHistory(order_id=found[0], context=context, statuses=history.statuses)
        return found[0], True, [command] if self._adds(command) else []

    def _adds(self, command: TellHistory) -> bool:
        order = self._runtime.log.load(Order, command.order_id)
        before = len(order.told_statuses)
        tell_history(order, command, self._runtime.desk.shop())
        return len(order.told_statuses) > before

    def _told(self, row: Cells) -> ToldStatus:
        try:
            at = row.required_instant(self.named[AT])
            if at > datetime.now(UTC) + AHEAD:
                fix = "Correct the date."
                raise Fault(DATE_IN_FUTURE, "This date lies in the future.", column=self.named[AT], fix=fix)
            return ToldStatus(row.required(self.named["status"]), at, self.text(row, "actor"))
        except Fault as fault:
            raise fault.at(row.line) from None

"""Stock as it was counted: by SKU, summed over the places of a file that tells them, put right as a stock take does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.events import Command
from domain.stock import AdjustStock, ReceiveStock, StockItem, stock_id_of
from domain.stock.item import MAX_UNITS
from domain.texts import CODE, check_text
from importers.faults import Fault
from importers.reading.cells import Cells
from importers.reading.grouping import Group, scattered
from importers.reading.rows import Row
from importers.records.intake import RecordsIntake, TellRecord

REASON = "stock import"
NOT_STOCKED = frozenset({"not stocked", ""})


class ToldStock(Struct, frozen=True):
    """How many lie on the shelf; None: the file says that it is not counted there."""

    counted: int | None


class StockIntake(RecordsIntake):
    """What a file counts becomes the figure, each SKU's once per import."""

    KIND = "stock"
    KEY = "sku"
    NEEDED = ("counted",)
    NAMES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "sku": ("sku", "variant sku", "reference", "référence", "article"),
        "counted": (
            "counted", "on hand (new)", "on hand", "on hand (current)", "quantity", "stock", "stock quantity",
            "variant inventory qty", "available", "quantité", "bestand",
        ),
        "place": ("location", "warehouse", "emplacement", "place"),
    }  # fmt: skip
    POINTERS: ClassVar[Mapping[str, str]] = {
        "quantity": "counted",
        "units-out-of-bounds": "counted",
        "stock-below-zero": "counted",
    }
    always_leads = True

    def groups(self, rows: Iterable[Row]) -> Iterator[Group]:
        """The rows of a SKU together where a file tells places, else each row by itself."""
        at = self._table.index[self.named["sku"]]
        if "place" not in self.named:
            return super().groups(rows)
        return scattered(rows, lambda cells: cells[at].strip() if at < len(cells) else "")

    def record(self, rows: Sequence[Cells]) -> ToldStock:
        """The units that the rows count together."""
        check_text(rows[0].text(self.named["sku"]).removeprefix("'"), CODE, "/sku", required=True)
        if "place" in self.named:
            self._require_places_once(rows)
        counted = [units for row in rows if (units := self._units(row)) is not None]
        return ToldStock(sum(counted) if counted else None)

    def lead(self, told: TellRecord) -> tuple[UUID, bool, list[Command]]:
        """The figure put right; a SKU that is not tracked begins with it."""
        sku = told.key.removeprefix("'")
        record, stock_id = told.record, stock_id_of(sku)
        counted = record.counted if isinstance(record, ToldStock) else None
        with self._runtime.log.session() as session:
            item = session.load_or_blank(StockItem, stock_id)
        if counted is None or told.context.command_id in item.commands:
            return stock_id, True, []
        context = replace(told.context, reason=told.context.reason or REASON)
        if not item.exists:
            return stock_id, False, [ReceiveStock(context=context, sku=sku, quantity=counted, reference=REASON)]
        if item.on_hand == counted:
            return stock_id, True, []
        return stock_id, True, [AdjustStock(stock_id=stock_id, context=context, counted=counted)]

    def _units(self, row: Cells) -> int | None:
        column = self.named["counted"]
        text = row.text(column)
        if text.casefold() in NOT_STOCKED:
            return None
        whole = text.removesuffix(".0").removesuffix(".00")
        if not (whole.isascii() and whole.isdigit() and int(whole[:12]) <= MAX_UNITS and len(whole) < 12):
            message = f"A count is a whole number from 0 to {MAX_UNITS}."
            raise Fault("not-a-count", message, column=column, fix="Write digits alone.", line=row.line)
        return int(whole)

    def _require_places_once(self, rows: Sequence[Cells]) -> None:
        seen: set[str] = set()
        for row in rows:
            place = self.text(row, "place")
            if place in seen:
                message, fix = "This SKU was counted at this place before.", "Leave one row for each place."
                raise Fault("told-before", message, column=self.named["place"], fix=fix, line=row.line)
            seen.add(place)

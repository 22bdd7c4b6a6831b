"""What the rows of one order say, by the fields of their layout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal

from domain.addresses import Address
from importers.faults import Fault
from importers.profile import currency_of
from importers.reading.amounts import currency_in, read_whole
from importers.reading.cells import Cells
from importers.reading.dates import zone_named

NO_ZONES: Mapping[str, str] = {}
_TOTALS = ("total", "subtotal", "line_amount", "line_gross", "unit_price")


class Told:
    """The rows of an order, or one of them: each field by the first row that says something."""

    def __init__(
        self,
        rows: Sequence[Cells],
        named: Mapping[str, str],
        sums: frozenset[str] = frozenset(),
        zones: Mapping[str, str] = NO_ZONES,
    ) -> None:
        self.rows = rows
        self.line = rows[0].line
        self.named = named
        self._sums = sums
        self._zones = zones

    def each(self) -> list[Told]:
        """Every row by itself."""
        return [Told((row,), self.named, frozenset(), self._zones) for row in self.rows]

    def only(self, rows: Iterable[Told]) -> Told:
        """Some of the rows."""
        return Told([row for one in rows for row in one.rows], self.named, self._sums, self._zones)

    def column(self, field: str) -> str:
        """The column that holds the field, empty where the file has none."""
        return self.named.get(field, "")

    def text(self, field: str) -> str:
        """The field's text on one line, empty where no row says anything."""
        column = self.named.get(field)
        return self._row(column).text(column) if column else ""

    def plain(self, field: str) -> str:
        """The text of an identifier or a number, without the apostrophe that spreadsheets put before it."""
        return self.text(field).removeprefix("'")

    def texts(self, field: str) -> list[str]:
        """What the rows say, each text once."""
        column = self.named.get(field)
        return list(dict.fromkeys(text for row in self.rows if (text := row.text(column)))) if column else []

    def paragraph(self, field: str) -> str:
        """The field's text with the line breaks in it."""
        column = self.named.get(field)
        return self._row(column).lines(column) if column else ""

    def required(self, field: str) -> str:
        """The field's text, or a fault."""
        column = self.named[field]
        return self._row(column).required(column)

    def cell(self, column: str) -> str:
        """The text of a column that no field names."""
        return self._row(column).text(column)

    def decimal(self, field: str) -> Decimal | None:
        """The field's amount, None where no row says anything."""
        column = self.named.get(field)
        return self._row(column).decimal(column) if column else None

    def minor(self, field: str, currency: str) -> int | None:
        """The field's amount in minor units: what the rows add up to, or what the first of them says."""
        column = self.named.get(field)
        if not column:
            return None
        rows = self.rows if field in self._sums else (self._row(column),)
        amounts = [amount for row in rows if (amount := _minor(row, column, currency)) is not None]
        return sum(amounts) if amounts else None

    def quantity(self) -> int:
        """The whole number of units of a line; one where the file has no such column."""
        column = self.named.get("quantity")
        return read_whole(self._row(column).required(column), column) if column else 1

    def instant(self, field: str) -> datetime | None:
        """The field's instant; a time of its own column (`created_at` and `time`) belongs to the date."""
        column = self.named.get(field)
        if not column:
            return None
        row = self._row(column)
        date = row.text(column)
        time = row.text(self.named.get("time", "")) if field == "created_at" else ""
        return row.instant_of(f"{date} {time}".strip(), column, self._zone()) if date else None

    def _zone(self) -> tzinfo | None:
        """The zone that the rows tell of their times."""
        text = self.text("time_zone")
        return zone_named(self._zones.get(text, text)) if text else None

    def created_at(self) -> datetime:
        """The instant of the order, which must be told."""
        at = self.instant("created_at")
        if at is None:
            column = self.named["created_at"]
            raise Fault("cell-missing", "This must not be empty.", column=column, fix="Fill in the cell.")
        return at

    def currency(self, otherwise: str) -> str:
        """The currency told, else the one whose sign stands at an amount, else that of the whole file."""
        column = self.named.get("currency", "")
        signs = (currency_in(self.text(field)) for field in _TOTALS if field in self.named)
        return currency_of(self._row(column), column, next(filter(None, signs), "") or otherwise)

    def address(self, kind: str) -> Address:
        """The billing or shipping address; a first and a last name make the name."""
        parts = {part: self.plain(f"{kind}/{part}") for part in Address.FIELDS if part != "country"}
        if not parts["name"]:
            parts["name"] = self.name(f"{kind}/first_name", f"{kind}/last_name")
        column = self.named.get(f"{kind}/country", "")
        return Address(country=self._row(column).country(column) if column else "", **parts)

    def name(self, *fields: str) -> str:
        """The parts of a name, with spaces between."""
        return " ".join(part for field in fields if (part := self.text(field)))

    def _row(self, column: str) -> Cells:
        return next((row for row in self.rows if row.text(column)), self.rows[0])


def _minor(row: Cells, column: str, currency: str) -> int | None:
    """The amount in minor units; a fault names the row."""
    try:
        return row.minor(column, currency)
    except Fault as fault:
        raise fault.at(row.line) from None

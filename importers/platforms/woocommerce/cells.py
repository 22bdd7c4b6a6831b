"""How WooCommerce writes amounts and times: one decimal sign for the whole shop; day-first or ISO, local to it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, tzinfo
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from importers.reading.amounts import read_amount
from importers.reading.dates import read_instant

_DAY_FIRST = re.compile(r"(\d\d?)-(\d\d?)-(\d{4})((?: .*)?)", re.ASCII)
_PROVES = re.compile(r"-?\d+([.,])(?:\d{1,2}|\d{4,})", re.ASCII)


class Reading(Struct, frozen=True, kw_only=True):
    """The decimal sign (empty: each cell by itself), the form of dates where one was told, and the shop's zone."""

    decimal: str = ""
    dates: str = ""
    years_from: int = 0
    zone: tzinfo | None = None

    def amount(self, text: str, column: str) -> Decimal | None:
        """The amount in a text, None where it says nothing."""
        return self.required_amount(text, column) if text else None

    def required_amount(self, text: str, column: str) -> Decimal:
        """The amount in a text that says something."""
        return read_amount(text, self.decimal, column)

    def instant(self, text: str, column: str) -> datetime | None:
        """The instant in a text, None where it says nothing."""
        return self.required_instant(text, column) if text else None

    def required_instant(self, text: str, column: str) -> datetime:
        """The instant in a text that says something; a date with hyphens is day-first."""
        if not self.dates and (match := _DAY_FIRST.fullmatch(text)):
            day, month, year, time = match.groups()
            text = f"{year}-{month:0>2}-{day:0>2}{time}"
        return read_instant(text, self.dates, self.zone, column, self.years_from)

    def proved_by(self, texts: Iterable[str]) -> Reading:
        """This reading with the decimal sign that one of these amounts proves, for the shop writes them all alike."""
        if self.decimal:
            return self
        found = next((match[1] for text in texts if (match := _PROVES.fullmatch(text))), "")
        return replace(self, decimal=found)

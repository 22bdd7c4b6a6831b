"""Events that were looked for, as lines of JSON or as a table of CSV."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from io import StringIO
from typing import Any

import msgspec

from printing.exports.delimited import harmless
from projections.published.searching import FoundEvent

COLUMNS = (
    "position", "occurred_at", "recorded_at", "topic", "stream", "version", "actor", "reason", "import_id", "event",
)  # fmt: skip


def event_lines(events: Sequence[FoundEvent]) -> bytes:
    """A line of JSON an event."""
    return msgspec.json.Encoder().encode_lines([one.told for one in events])


def event_table(events: Sequence[FoundEvent], *, headed: bool = True) -> bytes:
    """A line of CSV an event, `headed` by its columns; text that a spreadsheet would take for a formula is marked."""
    text = StringIO()
    writer = csv.writer(text)
    if headed:
        writer.writerow(COLUMNS)
    writer.writerows([_cell(name, one.told[name]) for name in COLUMNS] for one in events)
    return text.getvalue().encode()


def _cell(name: str, value: Any) -> str:
    if name == "event":
        return msgspec.json.encode(value).decode()
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else harmless(str(value))

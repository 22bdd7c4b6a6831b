"""Where a file's header is: on its first line, or behind lines in which the file tells of itself."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from contextlib import suppress

DELIMITERS = ",;\t|"
LOOKED_AT = 40  # lines
NARROW = 2  # cells that a line before the header has at most,
WIDE = 4  # and that the header has at least


def preamble(lines: Sequence[str], delimiter: str) -> tuple[str, int]:
    """The delimiter, and how many records that hold something stand before the header.

    Records of one or two cells are passed over only where the first wider one behind them has four names or more, each
    once and none a number, and the record behind it is no wider.
    """
    if _width(lines[:1], delimiter) > NARROW:
        return delimiter, 0
    for sign in (delimiter, *DELIMITERS):
        records = _records(lines, sign)
        before = next((at for at, record in enumerate(records) if _filled(record) > NARROW), 0)
        if before and _is_header(records[before], records[before + 1 : before + 2]):
            return sign, before
    return delimiter, 0


def _is_header(record: Sequence[str], behind: Sequence[Sequence[str]]) -> bool:
    names = [cell.strip() for cell in record if cell.strip()]
    return (
        len(names) >= WIDE
        and len(set(names)) == len(names)
        and not any(name.replace(".", "").replace(",", "").isdigit() for name in names)
        and all(len(other) <= len(record) for other in behind)
    )


def _width(lines: Sequence[str], delimiter: str) -> int:
    return max((_filled(record) for record in _records(lines, delimiter)), default=0)


def _filled(record: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in record)


def _records(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The records that hold something, as far as they can be read."""
    found: list[list[str]] = []
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    with suppress(csv.Error):  # the last one is cut off, or cannot be read: those before it stand
        found.extend(record for record in reader if any(record))
    return found

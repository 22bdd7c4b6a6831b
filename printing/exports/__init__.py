"""Lists as files: each format makes bytes of columns and their values, as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from printing.exports.delimited import FRENCH, STANDARD, WITH_MARK, delimited
from printing.exports.json_lines import json_lines
from printing.exports.workbook import workbook
from projections.exports import Chunk, Column


class Format(NamedTuple):
    """A form of file: how its name ends, its media type, and what writes it."""

    ending: str
    media_type: str
    write: Callable[[Sequence[Column], Iterable[Chunk]], Iterator[bytes]]


# Every format by the name it is asked for.
FORMATS: Mapping[str, Format] = {
    "csv": Format("csv", "text/csv; charset=utf-8", delimited(STANDARD)),
    "csv-bom": Format("csv", "text/csv; charset=utf-8", delimited(WITH_MARK)),
    "csv-fr": Format("csv", "text/csv; charset=utf-8", delimited(FRENCH)),
    "xlsx": Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook),
    "jsonl": Format("jsonl", "application/x-ndjson", json_lines),
}


def file_name(listed: str, form: str, at: datetime) -> str:
    """The name of a file: the list's and the moment's."""
    return f"{listed}-{at:%Y%m%dT%H%M%SZ}.{FORMATS[form].ending}"


__all__ = ["FORMATS", "Format", "file_name"]

"""CSV: for programs, or as a spreadsheet of France reads it; no text of it is ever taken for a formula."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from io import StringIO
from typing import Any, NamedTuple

from projections.exports import Chunk, Column

# Spreadsheets take a cell for a formula that begins so; the wide forms are those of East Asian keyboards.
FORMULA = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


class Dialect(NamedTuple):
    """How a file is written: what is between cells, the sign before decimals, and whether it is marked as UTF-8."""

    delimiter: str = ","
    decimal: str = "."
    mark: bool = False
    spaced: bool = False  # instants as `2031-01-31 12:00:00`, under `created_at (UTC)`; else as the API has them


STANDARD = Dialect()
WITH_MARK = Dialect(mark=True)
FRENCH = Dialect(delimiter=";", decimal=",", mark=True, spaced=True)


def delimited(dialect: Dialect) -> Callable[[Sequence[Column], Iterable[Chunk]], Iterator[bytes]]:
    """What writes CSV in a dialect."""
    return partial(_written, dialect)


def harmless(text: str) -> str:
    """A text as it may stand in a cell: behind an apostrophe where a spreadsheet would take it for a formula."""
    return "'" + text if text and text[0] in FORMULA else text


def _written(dialect: Dialect, columns: Sequence[Column], chunks: Iterable[Chunk]) -> Iterator[bytes]:
    names = [
        [f"{column.name} (UTC)" if dialect.spaced and column.kind == "instant" else column.name] for column in columns
    ]
    yield _lines(dialect, names, encoding="utf-8-sig" if dialect.mark else "utf-8")
    forms = _forms(dialect)
    for chunk in chunks:
        yield _lines(dialect, [forms[column.kind](values) for column, values in zip(columns, chunk, strict=True)])


def _lines(dialect: Dialect, cells: Sequence[Sequence[Any]], encoding: str = "utf-8") -> bytes:
    text = StringIO(newline="")
    csv.writer(text, delimiter=dialect.delimiter, lineterminator="\r\n").writerows(zip(*cells, strict=True))
    return text.getvalue().encode(encoding)


def _forms(dialect: Dialect) -> Mapping[str, Callable[[Sequence[Any]], Sequence[Any]]]:
    """What makes cells of a column's values; the writer makes nothing of None."""
    return {
        "text": _texts,
        "list": lambda values: _texts([", ".join(value) for value in values]),
        "decimal": _same if dialect.decimal == "." else partial(_decimals, dialect.decimal),
        "instant": _spaced if dialect.spaced else _instants,
        "boolean": lambda values: [None if value is None else "true" if value else "false" for value in values],
        "id": _same,
        "integer": _same,
        "quantity": partial(_quantities, dialect.decimal),
        "date": _same,
    }


def _same(values: Sequence[Any]) -> Sequence[Any]:
    return values


def _texts(values: Sequence[Any]) -> Sequence[Any]:
    return ["'" + value if value and value[0] in FORMULA else value for value in values]


def _decimals(sign: str, values: Sequence[Any]) -> Sequence[Any]:
    return [None if value is None else value.replace(".", sign) for value in values]


def _quantities(sign: str, values: Sequence[Any]) -> Sequence[Any]:
    return [value.replace(".", sign) if isinstance(value, str) else value for value in values]


def _instants(values: Sequence[Any]) -> Sequence[Any]:
    """In UTC, in which they are read."""
    return [None if value is None else value.isoformat()[: -len("+00:00")] + "Z" for value in values]


def _spaced(values: Sequence[Any]) -> Sequence[Any]:
    return [None if value is None else value.isoformat(" ", "seconds")[: -len("+00:00")] for value in values]

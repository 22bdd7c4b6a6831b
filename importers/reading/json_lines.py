"""JSON lines: an object a line, its fields as columns; a list of objects within gives a row for each of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from importers.faults import Problem, UnusableFile
from importers.reading.rows import BROKEN_ROW, LONGEST_LINE, MOST_COLUMNS, Row

MOST_DEPTH = 5

_decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_BROKEN = Problem(
    code=BROKEN_ROW,
    message="This line is no JSON object.",
    fix='Write one object on each line, like {"number": "1001"}.',
)


def is_json_lines(start: bytes) -> bool:
    """Whether a file begins like JSON lines."""
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b'{"', b"{ ", b"{}", b"{'"))


def objects(path: Path) -> Iterator[tuple[int, list[dict[str, str]]]]:
    """The rows of each line with its number; none where the line is no object."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        number = 0
        while line := file.readline(LONGEST_LINE):
            number += 1
            if line.strip():
                yield number, _rows(line)


def columns_of(path: Path) -> list[str]:
    """Every field of the file in the order of its first appearance."""
    found: dict[str, None] = {}
    for _, rows in objects(path):
        for row in rows:
            found.update(dict.fromkeys(row))
        if len(found) > MOST_COLUMNS:
            raise UnusableFile(f"The file has more than {MOST_COLUMNS} fields.")
    if not found:
        raise UnusableFile("The file holds no JSON objects, one on each line.")
    return list(found)


def rows_of(path: Path, columns: list[str]) -> Iterator[Row]:
    """The rows of the file under these columns."""
    for number, told in objects(path):
        if not told:
            yield Row(number, [""] * len(columns), _BROKEN)
        for row in told:
            yield Row(number, [row.get(column, "") for column in columns])


def _rows(line: str) -> list[dict[str, str]]:
    try:
        told = _decoder.decode(line.strip())
    except (ValueError, RecursionError):
        return []
    if not isinstance(told, dict):
        return []
    plain: dict[str, str] = {}
    lists: dict[str, list[dict[str, Any]]] = {}
    _flatten(told, "", plain, lists)
    if len(lists) != 1:
        plain |= {name: json.dumps(value, ensure_ascii=False) for name, value in lists.items()}
        return [plain]
    [(name, members)] = lists.items()
    return [plain | _flat(member, f"{name}.") for member in members] or [plain]


def _flat(told: dict[str, Any], before: str) -> dict[str, str]:
    plain: dict[str, str] = {}
    lists: dict[str, list[dict[str, Any]]] = {}
    _flatten(told, before, plain, lists)
    return plain | {name: json.dumps(value, ensure_ascii=False) for name, value in lists.items()}


def _flatten(
    told: dict[str, Any], before: str, plain: dict[str, str], lists: dict[str, list[dict[str, Any]]], depth: int = 0
) -> None:
    """The fields with their parents' names before them; lists of objects beside them."""
    for key, value in told.items():
        name = f"{before}{key}"
        match value:
            case dict() if depth < MOST_DEPTH:
                _flatten(value, f"{name}.", plain, lists, depth + 1)
            case list() if value and all(isinstance(member, dict) for member in value):
                lists[name] = value
            case list() if all(isinstance(member, str) for member in value):
                plain[name] = ", ".join(value)
            case list() | dict():
                plain[name] = json.dumps(value, ensure_ascii=False)
            case bool():
                plain[name] = "true" if value else "false"
            case None:
                plain[name] = ""
            case _:
                plain[name] = str(value)

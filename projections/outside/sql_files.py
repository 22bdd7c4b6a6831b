"""Files of SQL that are views: what stands in their head, and their statements told apart."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from projections.outside.served import NAME, Refused

HEAD = ("name", "version", "topics", "filters", "sorts")
_SAID = re.compile(r"--\s*([a-z]+):\s*(.*)")
# What a semicolon in it ends no statement by: comments, strings with and without escapes, names, and dollar quotes.
_TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?\*/|\b[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$.*?\$\1\$|;|[^;'"$/\-\w]+|\w+|.""",
    re.DOTALL,
)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_TABLE = re.compile(r'CREATE\s+TABLE\s+"?([a-z0-9_]+)"?\s*\(', re.IGNORECASE)
_INDEX = re.compile(r"CREATE\s+(UNIQUE\s+)?INDEX\b", re.IGNORECASE)
_FOLD = re.compile(r"(WITH\s+RECURSIVE\b|WITH\b|INSERT\b)", re.IGNORECASE)


class SqlFile(NamedTuple):
    """A view in SQL: the statement that makes its table, those of its indexes, and its fold.

    The fold ends an `INSERT` that begins with what is left out here: the relation `events`.
    """

    name: str
    version: int
    topics: frozenset[str]
    filters: tuple[str, ...]
    sorts: tuple[str, ...]
    table: str
    indexes: tuple[str, ...]
    fold: str


def read_sql(path: Path) -> SqlFile:
    """The view in a file; raises `Refused` where it is none."""
    text = path.read_text(encoding="utf-8")
    head = {name: value.strip() for name, value in _SAID.findall(text) if name in HEAD}
    for name in ("name", "version", "topics"):
        if not head.get(name):
            raise Refused(f"Its head lacks a line `-- {name}: ...`.")
    if not NAME.fullmatch(head["name"]) or not head["version"].isdecimal():
        raise Refused("A name has 1 to 40 of a-z, 0-9 and _, beginning with a letter; a version is a whole number.")
    tables, indexes, folds = _sorted(statements(text))
    if len(tables) != 1 or len(folds) != 1:
        raise Refused("It has to hold one CREATE TABLE and one INSERT, and CREATE INDEX where wanted.")
    named = _TABLE.match(tables[0])
    if named is None or named[1] != head["name"]:
        raise Refused(f"Its table has to be called {head['name']}, as the view is.")
    return SqlFile(
        name=head["name"],
        version=int(head["version"]),
        topics=frozenset(_listed(head["topics"])),
        filters=_listed(head.get("filters", "")),
        sorts=_listed(head.get("sorts", "")),
        table=tables[0],
        indexes=tuple(indexes),
        fold=folds[0],
    )


def statements(text: str) -> list[str]:
    """The statements of a text, without what is commented before each."""
    found, current = [], ""
    for token in _TOKEN.finditer(text):
        if token[0] == ";":
            found.append(current)
            current = ""
        else:
            current += " " if _COMMENT.fullmatch(token[0]) else token[0]
    return [part for part in (one.strip() for one in (*found, current)) if part]


def with_events(fold: str, events: str) -> str:
    """The fold with the relation `events` before it, beside those that it names itself."""
    opening = _FOLD.match(fold)
    if opening is None or opening[1].upper() == "INSERT":
        return f"WITH events AS ({events}) {fold}"
    return f"{opening[1]} events AS ({events}), {fold[opening.end() :]}"


def _sorted(found: list[str]) -> tuple[list[str], list[str], list[str]]:
    """The statements by their kind; raises `Refused` for one of another."""
    tables, indexes, folds = [], [], []
    for one in found:
        if _TABLE.match(one):
            tables.append(one)
        elif _INDEX.match(one):
            indexes.append(one)
        elif _FOLD.match(one):
            folds.append(one)
        else:
            raise Refused(f"It has a statement that is no CREATE TABLE, CREATE INDEX or INSERT: {one[:40]} ...")
    return tables, indexes, folds


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())

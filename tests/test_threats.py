"""Every promise in `docs/threats.md` is held by tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def promises() -> list[list[str]]:
    """The cells of each row of the table of promises."""
    table = TEXT.partition("## What is promised")[2]
    rows = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows[1:]]


def named_in(path: str) -> set[str]:
    file = ROOT / path
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.is_file() else ast.Module([], [])
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_promise_says_to_whom_against_whom_and_is_held_by_a_test() -> None:
    rows = promises()
    assert len(rows) > 20
    for row in rows:
        assert len(row) == 4, row
        assert all(row), row
        assert NAMED.findall(row[3]), f"nothing holds: {row[0]}"


def test_every_test_that_is_named_exists() -> None:
    named = NAMED.findall(TEXT)
    assert named
    assert [f"{path}::{name}" for path, name in named if name not in named_in(path)] == []

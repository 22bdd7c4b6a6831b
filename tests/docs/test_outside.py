"""The views that the data teams' guide shows are views, and their tests pass as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.docs.pages import DOCS

PAGE = DOCS / "data-teams.md"
BLOCK = re.compile(r"```(sql|python)\n(.*?)```", re.DOTALL)


def files() -> dict[str, str]:
    """The files of the page, under the names that it gives them."""
    text = PAGE.read_text(encoding="utf-8")
    section = text[text.index("## Views of your own") :]
    [units, baskets, tests] = [block for _, block in BLOCK.findall(section)]
    return {"units_by_sku.sql": units, "baskets.py": baskets, "test_views.py": tests}


def tried(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_views.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_example_of_the_guide_passes_its_own_tests(tmp_path: Path) -> None:
    for name, text in files().items():
        (tmp_path / name).write_text(text)
    told = tried(tmp_path)
    assert "2 passed" in told.stdout, told.stdout + told.stderr


def test_the_example_fails_where_its_fold_is_wrong(tmp_path: Path) -> None:
    for name, text in files().items():
        wrong = text.replace("kept.units + EXCLUDED.units", "EXCLUDED.units").replace("len(order.items)", "1 // 0")
        (tmp_path / name).write_text(wrong)
    told = tried(tmp_path)
    assert "2 failed" in told.stdout, told.stdout + told.stderr
    assert "NotTaken: order.created at position 1: ZeroDivisionError" in told.stdout

"""The documentation tells of personal data what the program does with it."""

from __future__ import annotations

from pathlib import Path

from domain.customers.remains import REACHED, STAYS
from projections.settings import Settings
from projections.work.retention import KINDS

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "personal-data.md").read_text(encoding="utf-8")


def test_what_an_erasure_reaches_and_leaves_is_told_as_its_answer_tells_it() -> None:
    assert [what for what in REACHED if f"- {what}\n" not in TEXT] == []
    assert [one.what for one in STAYS if f"| {one.what} | {one.why} |\n" not in TEXT] == []


def test_every_kind_that_is_kept_for_a_time_is_told_with_its_default() -> None:
    table = TEXT.partition("## How long")[2]
    defaults = Settings()
    missing = [
        kind.name
        for kind in KINDS
        if f"| `CARNET_{kind.setting.upper()}` | {getattr(defaults, kind.setting)} {kind.unit}" not in table
    ]
    assert missing == []


def test_nothing_says_that_a_backup_of_everything_holds_no_names() -> None:
    for name in ("README.md", "docs/running.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "no personal data can be read" not in text
        assert "no personal data in them can be read" not in text
        assert "personal-data.md" in text

"""No file is longer than can be read at one sitting."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
LONGEST = 400  # lines
GENERATED = {"api/console/src/api/schema.d.ts"}  # made from our own OpenAPI


def test_no_source_file_is_longer_than_four_hundred_lines() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "*.ts", "*.tsx", "*.css", "*.sql"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    lengths = {name: (ROOT / name).read_text().count("\n") for name in listed.stdout.split() if name not in GENERATED}
    assert lengths
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}

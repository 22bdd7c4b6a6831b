"""The table of a campaign: one row a run, in the file that CAMPAIGN_TABLE names, and on standard output.

What was found in each stands in a second file beside it, `.faults`.
"""

from __future__ import annotations

import os
from pathlib import Path

from tests.faults.oracle import Findings

VIEWS = ("phantoms in", "rows missing in", "rows off in", "views that a rebuild")
TWICE = ("positions told twice", "numbers given twice", "mails doubled")


def write_row(run: str, findings: Findings) -> None:
    """One row: run, acknowledged, told lost, lost, holes, doubles, rows of views off, others."""
    counts = findings.counts
    named = {"acknowledged writes lost", "holes in streams", *TWICE}
    doubles = sum(counts[kind] for kind in TWICE)
    off = sum(number for kind, number in counts.items() if kind.startswith(VIEWS))
    others = {kind: number for kind, number in counts.items() if kind not in named and not kind.startswith(VIEWS)}
    cells = (
        run,
        findings.acknowledged,
        findings.told_lost,
        counts["acknowledged writes lost"],
        counts["holes in streams"],
        doubles,
        off,
        ", ".join(f"{number} {kind}" for kind, number in sorted(others.items()) if number) or "-",
    )
    row = "| " + " | ".join(map(str, cells)) + " |"
    print(row, flush=True)
    if file := os.environ.get("CAMPAIGN_TABLE"):
        with Path(file).open("a") as table:
            table.write(f"{row}\n")
        with Path(f"{file}.faults").open("a") as faults:
            faults.write(f"{run}\n{findings}\n\n")

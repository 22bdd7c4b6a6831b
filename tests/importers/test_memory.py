"""The whole import of a large workbook stays within bounds: what its processes hold, what they share counted once."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import xlsxwriter

from projections.runtime import Runtime
from tests.benchmarks import shopify_file
from tests.benchmarks.stand import ROOT, children, memory_mb
from tests.fixtures_database import TEST_SECRET

ROWS = 100_000
MOST_MB = 300.0
BETWEEN = 0.1  # seconds


def workbook(folder: Path, rows: int) -> Path:
    """A workbook of as many rows of a Shopify export."""
    table, book = folder / "orders.csv", folder / "orders.xlsx"
    shopify_file.write(table, -(-rows // shopify_file.LINES))
    with xlsxwriter.Workbook(book, {"constant_memory": True}) as made, table.open(encoding="utf-8", newline="") as file:
        sheet = made.add_worksheet("Orders")
        for number, cells in enumerate(csv.reader(file)):
            if number > rows:
                break
            for place, cell in enumerate(cells):
                if cell:
                    sheet.write_string(number, place, cell)
    return book


def resident(pid: int) -> float:
    """What a process and its children hold, in MB; nothing of those that are gone."""
    total = 0.0
    for one in (pid, *_children(pid)):
        try:
            total += memory_mb(one)[0]
        except (OSError, KeyError):
            continue
    return total


def _children(pid: int) -> list[int]:
    try:
        return children(pid)
    except OSError:
        return []


@pytest.mark.campaign
def test_a_workbook_of_100_000_rows_is_taken_in_within_300_mb(runtime: Runtime, tmp_path: Path) -> None:
    file = workbook(tmp_path, ROWS)
    told = {"DATABASE_URL": runtime.settings.database_url, "SECRET_KEY": TEST_SECRET, "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "scripts.cli", "import", str(file), "--json"]
    variables = os.environ | {f"CARNET_{name}": value for name, value in told.items()}
    most = 0.0
    with subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True) as running:
        while running.poll() is None:
            most = max(most, resident(running.pid))
            time.sleep(BETWEEN)
        said = running.stdout.read() if running.stdout else ""
    totals = json.loads(said)
    assert (totals["rows"]["read"], totals["rows"]["refused"]) == (ROWS, 0)
    print(f"{most:.0f} MB at most")
    assert most < MOST_MB

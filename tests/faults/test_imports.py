"""An import that is killed again and again brings the same orders as a quiet one, none twice and none missing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from projections.postgres.embedded import EmbeddedServer
from tests.benchmarks import shopify_file
from tests.faults.installation import ROOT
from tests.fixtures_database import TEST_SECRET, copied

COMMAND = (sys.executable, "-m", "scripts.cli", "import")
_EVENTS = """
    SELECT originator_id, count(*), max(originator_version), count(*) FILTER (WHERE topic = 'order.created')
    FROM log.events WHERE topic LIKE 'order.%' GROUP BY 1 ORDER BY 1
"""


def variables(database: str, folder: Path) -> dict[str, str]:
    settings = {"DATABASE_URL": database, "SECRET_KEY": TEST_SECRET, "DATA_DIR": str(folder)}
    return os.environ | {f"CARNET_{name}": value for name, value in settings.items()}


def started(file: Path, database: str, errors: Path) -> subprocess.Popen[bytes]:
    """The command in a group of processes of its own."""
    words = (*COMMAND, str(file), "--json", "--errors", str(errors))
    return subprocess.Popen(
        words, cwd=ROOT, env=variables(database, file.parent), stdout=subprocess.PIPE, process_group=0
    )


def killed(running: subprocess.Popen[bytes], after: float) -> bool:
    """Kills the command with its processes, unless it came to its end before."""
    try:
        running.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
        return True
    return False


def brought(database: str) -> list[Any]:
    """Each order, how many events it has, and how often it was created."""
    with psycopg.connect(database) as connection:
        return connection.execute(_EVENTS).fetchall()


def disturbed(file: Path, database: str, chance: Random, kills: int, least: float, most: float) -> dict[str, Any]:
    """Brings the file in while the command is killed so often; gives the totals of the last run."""
    errors = file.with_name("errors.csv")
    for _ in range(kills):
        if not killed(started(file, database, errors), chance.uniform(least, most)):
            pytest.fail("the import came to its end before it could be killed: make the file larger")
    running = started(file, database, errors)
    said, _ = running.communicate()
    assert running.returncode == 3, "some rows are refused"
    totals: dict[str, Any] = json.loads(said)
    return totals


def spoil(file: Path, every: int) -> set[str]:
    """Makes one order in so many wrong; gives their numbers."""
    lines = file.read_text(encoding="utf-8").split("\n")
    wrong = set()
    for index in range(1, len(lines) - 1, every * shopify_file.LINES):
        number = lines[index].partition(",")[0]
        wrong.add(number)
        lines[index] = lines[index].replace(",EUR,", ",XXX,", 1)
    file.write_text("\n".join(lines), encoding="utf-8")
    return wrong


def accounted_for(file: Path, orders: int, wrong: set[str], totals: dict[str, Any], found: list[Any]) -> None:
    """Every order once, every refusal once."""
    assert totals["rows"]["read"] == orders * shopify_file.LINES
    assert totals["orders"]["new"] == orders - len(wrong) == len(found)
    assert (totals["orders"]["known"], totals["orders"]["refused"]) == (0, len(wrong))
    assert all(events == last and created == 1 for _, events, last, created in found)
    report = file.with_name("errors.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert Counter(row.partition(",")[0] for row in report) == dict.fromkeys(wrong, shopify_file.LINES)


def test_killed_and_started_again_it_goes_on_where_it_was(database: str, tmp_path: Path) -> None:
    file, orders = tmp_path / "orders.csv", 7_000
    shopify_file.write(file, orders)
    wrong = spoil(file, every=100)
    running = started(file, database, tmp_path / "errors.csv")
    with psycopg.connect(database, autocommit=True) as connection:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            row = connection.execute("SELECT count(*) FROM work.import_ranges WHERE done_bytes > 0").fetchone()
            if row and row[0]:
                break
            time.sleep(0.01)
    assert killed(running, 0.2)
    totals = disturbed(file, database, Random(1), kills=0, least=0, most=0)
    accounted_for(file, orders, wrong, totals, brought(database))


@pytest.mark.campaign
def test_a_hundred_thousand_orders_killed_ten_times_are_those_of_a_quiet_run(
    server: EmbeddedServer, template_database: str, tmp_path: Path
) -> None:
    file, orders = tmp_path / "orders.csv", 100_000
    shopify_file.write(file, orders)
    wrong = spoil(file, every=1_000)
    with copied(server, template_database) as database:
        totals = disturbed(file, database, Random(5), kills=10, least=1.5, most=4.0)
        found = brought(database)
        accounted_for(file, orders, wrong, totals, found)
    with copied(server, template_database) as database:
        quiet = disturbed(file, database, Random(5), kills=0, least=0, most=0)
        assert brought(database) == found
    assert quiet["totals"] == totals["totals"]
    assert quiet["refusals"] == totals["refusals"]

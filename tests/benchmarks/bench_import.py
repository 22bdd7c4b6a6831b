"""`carnet import` of a generated Shopify export, beside a bare COPY of the same events; then the views catching up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import psycopg

from tests.benchmarks import shopify_file
from tests.benchmarks.stand import BEHIND, ROOT, Program, children, compile_all, durable_server, memory_mb
from tests.fixtures_database import TEST_SECRET

ORDERS = int(os.environ.get("CARNET_BENCH_ORDERS", "1000000")) // shopify_file.LINES  # of 1,000,000 rows
LEAST_RATE, MOST_MB = 3_000, 300.0
SAMPLE = 0.5
COPIED = 500_000  # events of the reference, the first of the import's

_COLUMNS = "position, originator_id, originator_version, topic, version, subject, occurred_at, recorded_at, state"
_OUT = f"COPY (SELECT {_COLUMNS} FROM log.events ORDER BY position LIMIT {COPIED}) TO STDOUT"
_BARE = "CREATE TABLE log.bare (LIKE log.events INCLUDING INDEXES INCLUDING CONSTRAINTS)"


def run(orders: int = ORDERS) -> Iterator[dict[str, Any]]:
    """Orders a second from the start of the command to its end, the peak of memory, and the views' time afterwards."""
    compile_all()
    with durable_server() as server, tempfile.TemporaryDirectory(prefix="carnet-bench-") as folder:
        file = Path(folder) / "orders.csv"
        rows = shopify_file.write(file, orders)
        seconds, memory, totals = _imported(server.url(), file)
        assert totals["orders"]["new"] == orders, totals
        with psycopg.connect(server.owner_url(), autocommit=True) as connection:
            [(events,)] = connection.execute("SELECT count(*) FROM log.events").fetchall()
            bare = _copied(connection)
            views = _views(server.url(), Path(folder), connection)
    about = {"orders": orders, "rows": rows, "events": events, "processes": 2}
    rate, reference = orders / seconds, bare * orders / events
    yield {
        "name": "import", "value": round(rate), "unit": "orders/s", "reference": "a bare COPY of the same events",
        "reference_value": round(reference), "ratio": round(rate / reference, 2), "target": LEAST_RATE,
        "passed": rate >= LEAST_RATE, **about,
    }  # fmt: skip
    yield {
        "name": "import.memory", "value": round(memory), "unit": "MB", "reference": "the target",
        "reference_value": MOST_MB, "ratio": round(memory / MOST_MB, 2), "target": MOST_MB,
        "passed": memory < MOST_MB, **about,
    }  # fmt: skip
    yield {
        "name": "import.views", "value": round(views, 1), "unit": "s", "reference": "the import itself, in s",
        "reference_value": round(seconds, 1), "ratio": round(views / seconds, 2), "target": "none: told beside",
        "passed": True, **about,
    }  # fmt: skip


def _variables(database_url: str, folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CARNET_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    settings = {"DATABASE_URL": database_url, "SECRET_KEY": TEST_SECRET, "DATA_DIR": str(folder)}
    return kept | {f"CARNET_{name}": value for name, value in settings.items()}


def _imported(database_url: str, file: Path) -> tuple[float, float, dict[str, Any]]:
    """Seconds and most megabytes of the command with its processes, and the totals it printed."""
    command = [sys.executable, "-m", "scripts.cli", "import", str(file), "--json"]
    began, most = time.perf_counter(), 0.0
    with subprocess.Popen(
        command, cwd=ROOT, env=_variables(database_url, file.parent), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as running:
        while running.poll() is None:
            most = max(most, sum(_megabytes(pid) for pid in (running.pid, *_children(running.pid))))
            time.sleep(min(SAMPLE, 0.05 + (time.perf_counter() - began) / 50))
        seconds = time.perf_counter() - began
        said = running.stdout.read() if running.stdout else b""
    totals: dict[str, Any] = json.loads(said)
    return seconds, most, totals


def _children(pid: int) -> list[int]:
    try:
        return children(pid)
    except OSError:
        return []


def _megabytes(pid: int) -> float:
    """A process's share of memory; 0 once it is gone."""
    try:
        return memory_mb(pid)[0]
    except (OSError, KeyError):
        return 0.0


def _copied(connection: psycopg.Connection[Any]) -> float:
    """Events a second of a bare COPY into a table of the same columns and indexes."""
    connection.execute(_BARE)
    with TemporaryFile() as events, connection.cursor() as cursor:
        with cursor.copy(_OUT) as out:
            for chunk in out:
                events.write(chunk)
        events.seek(0)
        began = time.perf_counter()
        with cursor.copy(f"COPY log.bare ({_COLUMNS}) FROM STDIN") as copy:
            while chunk := events.read(1 << 18):
                copy.write(chunk)
        seconds = time.perf_counter() - began
        [(copied,)] = cursor.execute("SELECT count(*) FROM log.bare").fetchall()
        cursor.execute("DROP TABLE log.bare")
    return float(copied / seconds)


def _views(database_url: str, folder: Path, connection: psycopg.Connection[Any]) -> float:
    """Seconds that `carnet project` takes until every view shows everything."""
    began = time.perf_counter()
    program = Program(folder, "project", ("scripts.cli", "project"), _variables(database_url, folder))
    try:
        while True:
            [(behind, views)] = connection.execute(BEHIND).fetchall()
            if behind == 0 and views:
                return time.perf_counter() - began
            if program.process.poll() is not None:
                raise RuntimeError(program.said.read_text()[-2000:])
            time.sleep(SAMPLE / 5)
    finally:
        program.stop()


if __name__ == "__main__":
    for line in run():
        print(line)

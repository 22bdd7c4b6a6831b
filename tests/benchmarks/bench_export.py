"""All orders of the big book as CSV, by a process of its own, beside a bare COPY of the same columns to a file."""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

import psycopg
from psycopg import sql

from printing.exports import FORMATS
from projections.engine.filling import Source
from projections.exports import EXPORTED, ExportRequest, Reading, reading
from projections.views.orders import OrderFilters
from tests.benchmarks.big_books import ORDERS, big_book

SECONDS_OF_A_MILLION = 60.0
MOST_GROWTH_MB = 64.0
FORMS = ("csv", "jsonl", "xlsx")


def run(orders: int = ORDERS, forms: tuple[str, ...] = FORMS[:1]) -> Iterator[dict[str, Any]]:
    """Two lines a format: the seconds it takes, and by how much the process grew."""
    with big_book(orders) as source, tempfile.TemporaryDirectory() as folder:
        bare = _copied(source, Path(folder) / "bare")
        for form in forms:
            told = _apart(source, form, Path(folder) / form)
            if told["rows"] != orders:
                raise RuntimeError(f"{told['rows']} of {orders} orders were exported")
            yield {
                "name": f"export of {orders} orders as {form}",
                "value": round(told["seconds"], 2),
                "unit": "s",
                "reference": "COPY of the same columns to a file",
                "reference_value": round(bare, 2),
                "ratio": round(told["seconds"] / bare, 1),
                "target": SECONDS_OF_A_MILLION,
                "passed": told["seconds"] <= SECONDS_OF_A_MILLION * max(orders, 1_000) / 1_000_000,
                "orders": orders,
                "bytes": told["bytes"],
            }
            yield {
                "name": f"memory of an export of {orders} orders as {form}",
                "value": round(told["peak"] - told["before"], 1),
                "unit": "MB grown",
                "peak_mb": round(told["peak"], 1),
                "target": MOST_GROWTH_MB,
                "passed": told["peak"] - told["before"] <= MOST_GROWTH_MB,
                "orders": orders,
            }


def _copied(source: Source, path: Path) -> float:
    columns = sql.SQL(", ").join(sql.SQL(column.sql) for column in EXPORTED["orders"].columns)
    copy = sql.SQL("COPY (SELECT {} FROM views.orders ORDER BY created_at DESC, id DESC) TO STDOUT (FORMAT csv)")
    began = time.perf_counter()
    with (
        psycopg.connect(source.database_url) as connection,
        connection.cursor().copy(copy.format(columns)) as rows,
        path.open("wb") as file,
    ):
        for data in rows:
            file.write(data)
    return time.perf_counter() - began


def _apart(source: Source, form: str, path: Path) -> dict[str, Any]:
    """What an export in a process of its own tells of itself."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_export, args=(source, form, path, theirs))
    process.start()
    theirs.close()
    told: dict[str, Any] = ours.recv()
    process.join()
    return told


def _export(source: Source, form: str, path: Path, pipe: Pipe) -> None:
    log = source.log()
    before, began, rows = _peak_mb(), time.perf_counter(), 0
    with (
        reading(Reading(source, log), ExportRequest(list="orders", filters=OrderFilters())) as export,
        path.open("wb") as file,
    ):

        def counted() -> Iterator[Any]:
            nonlocal rows
            for chunk in export.chunks():
                rows += len(chunk[0])
                yield chunk

        for data in FORMATS[form].write(export.columns, counted()):
            file.write(data)
    seconds = time.perf_counter() - began
    pipe.send({"rows": rows, "seconds": seconds, "before": before, "peak": _peak_mb(), "bytes": path.stat().st_size})
    log.close()
    log.pool.close()


def _peak_mb() -> float:
    return getrusage(RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    for figures in run(forms=FORMS):
        print(figures)

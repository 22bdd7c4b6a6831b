"""`carnet export events --format ocel`: the lives of orders for process mining, as OCEL 2.0 in SQLite and JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import click

from domain.ocel import life
from domain.orders.order import Order
from printing.exports.ocel import OcelDatabase, ocel_json
from projections.log import EventLog
from scripts.installation import opened_runtime
from scripts.output_files import whole_file
from scripts.progress import progress

OCEL = "ocel"
SQLITE_FILE, JSON_FILE = "ocel.sqlite", "ocel.json"


def export_ocel(until: int | None, folder: Path, as_json: bool) -> None:
    """Writes both files into a folder, with what was recorded up to a position; the end of the log unless told."""
    with opened_runtime() as runtime, progress("Exporting the lives of orders") as tell:
        head = runtime.log.head()
        upto = head if until is None else min(until, head)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            report = _written(runtime.log, upto, folder, lambda done: tell(done, 0))
        except OSError as error:
            raise click.ClickException(f"{folder} cannot be written: {error.strerror}.") from None
    told = f"{report['events']} events of {report['objects']} objects written up to position {upto}."
    click.echo(json.dumps({**report, "position": upto}) if as_json else told, err=True)


def _written(log: EventLog, upto: int, folder: Path, tell: Callable[[int], None]) -> dict[str, int]:
    unfinished = folder / f".{SQLITE_FILE}.{uuid4().hex}"
    try:
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        database = OcelDatabase(unfinished)
        for order_id, recorded in log.partition((f"{Order.TOPIC}.",), 0, 1, upto):
            for record in life(Order.blank(order_id), recorded):
                database.add(record)
            tell(database.events)
        database.close()
        with whole_file(folder / JSON_FILE) as file:
            ocel_json(unfinished, file)
        unfinished.replace(folder / SQLITE_FILE)
    finally:
        unfinished.unlink(missing_ok=True)
    return {"events": database.events, "objects": database.objects}

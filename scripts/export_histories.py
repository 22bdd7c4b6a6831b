"""`carnet export histories`: which status each order had when, and by whom, as `carnet import statuses` reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import click

from domain.orders.order import Order
from printing.exports import FORMATS
from projections.exports import Chunk, Column
from projections.exports.histories import COLUMNS, HistoryRow, histories_of
from projections.log import EventLog
from scripts.installation import opened_runtime
from scripts.output_files import whole_file
from scripts.progress import progress

AT_ONCE = 5_000


@click.command("histories")
@click.option("--format", "form", type=click.Choice(tuple(FORMATS)), default="csv", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True), default=Path("-"))
@click.option("--json", "as_json", is_flag=True, help="Tell what was written as JSON, on the standard error.")
def histories(form: str, output: Path, as_json: bool) -> None:
    """Write every status that orders had, as number, status, at and actor; those of an order in the order of time.

    Where an order's history was imported, it stands in place of the moves that the order's own import wrote down.
    """
    with opened_runtime() as runtime, progress("Exporting histories") as tell:
        rows = 0

        def chunks() -> Iterator[Chunk]:
            nonlocal rows
            found = _rows(runtime.log)
            while some := list(islice(found, AT_ONCE)):
                rows += len(some)
                tell(rows, 0)
                yield tuple(zip(*some, strict=True))

        columns: tuple[Column, ...] = COLUMNS
        try:
            with whole_file(output) as file:
                for data in FORMATS[form].write(columns, chunks()):
                    file.write(data)
        except OSError as error:
            raise click.ClickException(f"{output} cannot be written: {error.strerror}.") from None
    click.echo(json.dumps({"rows": rows, "output": str(output)}) if as_json else f"{rows} rows written.", err=True)


def _rows(log: EventLog) -> Iterator[HistoryRow]:
    for _, recorded in log.partition((f"{Order.TOPIC}.",), 0, 1):
        yield from histories_of([one.event for one in recorded])

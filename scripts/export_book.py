"""`carnet export book`: the orders with their lines, payments, refunds, parcels and notes, as one ZIP of CSV files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from api.exports.lists import NARROWING
from printing.exports.archive import archive
from projections.engine.freshness import TooFarBehind
from projections.exports import ExportRequest, Reading, reading
from projections.exports.book import TABLES, chunks_of
from projections.runtime import Runtime
from scripts.filtering import filters_told
from scripts.installation import opened_runtime
from scripts.noting import note_read
from scripts.output_files import whole_file
from scripts.progress import progress

LIST = "order-lines"


@click.command("book")
@click.option("--filter", "filters", multiple=True, metavar="NAME=VALUE", help="As in the query of the orders.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The ZIP file.")
@click.option("--json", "as_json", is_flag=True, help="Tell what was written as JSON, on the standard error.")
def book(filters: tuple[str, ...], output: Path, as_json: bool) -> None:
    """Write the orders with all that belongs to them: orders, lines, payments, refunds, shipments and notes.

    The archive holds a CSV file for each, as of one moment; `carnet import` reads it back into an empty book.
    """
    with opened_runtime() as runtime:
        note_read(runtime, "export book", filter={"filter": list(filters)})
        counts = _written(runtime, filters, output)
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    click.echo(json.dumps({"rows": counts, "output": output.name}) if as_json else f"{told} written.", err=True)


def _written(runtime: Runtime, filters: tuple[str, ...], output: Path) -> dict[str, int]:
    narrowing = NARROWING[LIST]
    query: Any = filters_told(narrowing.form(), filters, None)
    narrowed = narrowing.filters(query.filters, runtime, datetime.now(UTC))
    asked = ExportRequest(list=LIST, filters=narrowed)
    with progress("Exporting the book") as tell:
        try:
            with reading(Reading.of(runtime, "orders"), asked) as opened, whole_file(output) as file:
                total = opened.total()
                chunks = chunks_of(opened, lambda done: tell(done, total))
                return archive({table.name: table.columns for table in TABLES}, chunks, file)
        except TooFarBehind as error:
            raise click.ClickException(f"{error}; carnet project brings it up to date.") from None
        except OSError as error:
            raise click.ClickException(f"{output} cannot be written: {error.strerror}.") from None

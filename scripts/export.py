"""`carnet export`: a list as a file, as it is or as it was; or everything that happened, night by night."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

import click

from api.exports.lists import NARROWING
from printing.exports import FORMATS
from projections.engine.freshness import TooFarBehind
from projections.exports import (
    EXPORTED,
    Chunk,
    Export,
    ExportRequest,
    Reading,
    clear_abandoned,
    columns_of,
    reading,
    require_passed,
)
from projections.runtime import Runtime
from scripts.export_book import book
from scripts.export_events import events
from scripts.export_fec import fec
from scripts.export_histories import histories
from scripts.filtering import filters_told, refusals
from scripts.installation import opened_runtime
from scripts.instants import point_of, when
from scripts.noting import note_read
from scripts.output_files import whole_file
from scripts.progress import progress

OUTPUT = click.Path(dir_okay=False, path_type=Path, allow_dash=True)


class ExportOptions(NamedTuple):
    """How a list is to come out."""

    form: str
    columns: str
    filters: tuple[str, ...]
    sort: str | None
    as_of: date | None
    known_at: date | None
    output: Path


@click.group()
def export() -> None:
    """Write a list to a file, or the events in the order they were recorded.

    A file is there once it is whole. Exit status: 0 when it is, 1 when it is not, 2 for what cannot be asked.
    """


export.add_command(book)
export.add_command(events)
export.add_command(fec)
export.add_command(histories)


def _command(name: str) -> None:
    """The command that exports one list."""
    known = ", ".join(column.name for column in EXPORTED[name].columns)

    @export.command(name, help=f"The list {name} as a file.\n\nIts columns are {known}.")
    @click.option("--format", "form", type=click.Choice(tuple(FORMATS)), default="csv", show_default=True)
    @click.option("--columns", default="", metavar="NAME,NAME", help="The columns in their order; all unless told.")
    @click.option("--filter", "filters", multiple=True, metavar="NAME=VALUE", help="As in the query of the list.")
    @click.option("--sort", help="As in the query of the list.")
    @click.option(
        "--as-of",
        callback=when,
        metavar="INSTANT",
        help="The list of what had happened by then; a bare date is that whole day.",
    )
    @click.option("--known-at", callback=when, metavar="INSTANT", help="The list of what had been recorded by then.")
    @click.option("--output", type=OUTPUT, default=Path("-"), help="The file; - is the standard output.")
    @click.option("--json", "as_json", is_flag=True, help="Tell what was written as JSON, on the standard error.")
    def command(as_json: bool, **told: Any) -> None:
        with opened_runtime() as runtime:
            report = _exported(runtime, name, ExportOptions(**told))
        click.echo(json.dumps(report) if as_json else f"{report['rows']} rows written.", err=True)


for _name in EXPORTED:
    _command(_name)


def _exported(runtime: Runtime, name: str, told: ExportOptions) -> dict[str, Any]:
    if told.form == "xlsx" and str(told.output) == "-" and sys.stdout.isatty():
        raise click.UsageError("A terminal shows no XLSX: say --output.")
    asked = _asked(runtime, name, told)
    if any(column.personal for column in EXPORTED[name].columns):
        filters = dict(one.partition("=")[::2] for one in told.filters)
        note_read(runtime, f"export {name}", filter={**filters, "columns": told.columns, "format": told.form})
    view = "" if asked.as_of else EXPORTED[name].view
    with runtime.pool.connection() as connection:
        clear_abandoned(connection)
    folded = 0
    with progress(f"Exporting {name}") as tell:

        def building(count: int) -> None:
            nonlocal folded
            folded += count
            tell(folded, 0)

        try:
            with (
                reading(Reading.of(runtime, view), asked, building=building) as opened,
                whole_file(told.output) as file,
            ):
                total = opened.total()
                rows = _write(opened, told.form, file, lambda done: tell(done, total))
                position = opened.moment.position
        except TooFarBehind as error:
            raise click.ClickException(f"{error}; carnet project brings it up to date.") from None
        except OSError as error:
            raise click.ClickException(f"{told.output} cannot be written: {error.strerror}.") from None
    return {"list": name, "rows": rows, "position": position, "output": str(told.output)}


def _asked(runtime: Runtime, name: str, told: ExportOptions) -> ExportRequest:
    """What is asked for; what cannot be is a usage error."""
    narrowing = NARROWING[name]
    query = filters_told(narrowing.form(), told.filters, told.sort)
    columns = tuple(part.strip() for part in told.columns.split(",") if part.strip())
    with refusals():
        columns_of(EXPORTED[name], columns)
        point, now = point_of(runtime, told.as_of, told.known_at), datetime.now(UTC)
        require_passed(point, now)
        filters = narrowing.filters(query.filters, runtime, point.seen_from(now))
    return ExportRequest(list=name, filters=filters, columns=columns, sort=query.sort or "", **point._asdict())


def _write(opened: Export, form: str, file: IO[bytes], tell: Any) -> int:
    """Writes the rows; gives how many there were."""
    rows = 0

    def counted() -> Iterator[Chunk]:
        nonlocal rows
        for chunk in opened.chunks(tell):
            rows += len(chunk[0])
            yield chunk

    for data in FORMATS[form].write(opened.columns, counted()):
        file.write(data)
    return rows

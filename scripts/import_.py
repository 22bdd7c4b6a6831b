"""`carnet import`: loads orders from another platform's export, and accounts for every row of it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

import click

from importers.dates import zone_named
from importers.faults import UnusableFile
from importers.mapping import CsvMapping, read_mapping
from importers.orders import Origin
from importers.profile import Choices
from importers.reading import Sheet, open_sheet
from importers.report import ErrorFile, Totals
from importers.run import Run, choose_profile
from scripts.installation import opened_runtime

SOME_REFUSED = 3
SECONDS_BETWEEN_LINES = 5.0

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(name="import")
@click.argument("file", type=FILE)
@click.option("--map", "map_file", type=click.Path(path_type=Path), help="Mapping of a CSV file that no profile knows.")
@click.option("--dry-run", is_flag=True, help="Decide everything, store nothing.")
@click.option("--source", help="Name of the shop the orders come from; with their numbers it makes their identity.")
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="Where refused rows go.")
@click.option("--json", "as_json", is_flag=True, help="Print the control totals as JSON.")
@click.option("--currency", default="", help="Currency of orders that tell none, like EUR.")
@click.option("--timezone", default="", help="Time zone of times that tell none, like Europe/Paris.")
def import_orders(
    file: Path,
    map_file: Path | None,
    dry_run: bool,
    source: str | None,
    errors: Path | None,
    as_json: bool,
    currency: str,
    timezone: str,
) -> None:
    """Load orders from FILE, an export of Shopify or any CSV file with a mapping.

    Loading a file again adds nothing. Refused rows go to a file of their own, to be corrected and loaded alone. Exit
    status: 0 when all came in, 3 when some rows were refused, 1 when the file cannot be used.
    """
    report = errors or Path(f"{file.stem}-errors.csv")
    if report.resolve() == file.resolve():
        raise click.UsageError("The error report would overwrite the file: say another --errors.")
    try:
        choices = Choices(currency=currency.upper(), zone=zone_named(timezone) if timezone else None)
        mapping = read_mapping(map_file) if map_file else None
        with open_sheet(file) as sheet:
            totals = _import(sheet, mapping, choices, source, report, dry_run=dry_run)
    except UnusableFile as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps({"dry_run": dry_run, **totals.as_dict()}))
    else:
        click.echo("\n".join(["Nothing was stored.", *totals.as_lines()] if dry_run else totals.as_lines()))
    if totals.refused_rows:
        click.echo(f"The refused rows are in {report}: correct them there and load that file.", err=True)
        sys.exit(SOME_REFUSED)


def _import(
    sheet: Sheet, mapping: CsvMapping | None, choices: Choices, source: str | None, report: Path, *, dry_run: bool
) -> Totals:
    for warning in sheet.warnings:
        click.secho(f"Warning: {warning}", fg="yellow", err=True)
    profile = choose_profile(sheet, mapping, choices)
    origin = Origin(source=source or profile.source, profile=profile.name, import_id=uuid4())
    with opened_runtime() as runtime, _progress(sheet) as tell:
        run = Run(
            profile=profile,
            origin=origin,
            shop=runtime.desk.shop(),
            save=partial(runtime.bulk.save, dry=dry_run),
            errors=ErrorFile(report, sheet.header, sheet.delimiter),
            progress=tell,
        )
        return run.take(sheet.rows())


@contextmanager
def _progress(sheet: Sheet) -> Iterator[Callable[[Totals], None]]:
    """A bar on a terminal, else a line every few seconds; both on standard error."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
        with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
            task = bar.add_task("Importing", total=sheet.size)
            yield lambda totals: bar.update(task, completed=sheet.position, description=f"{totals.new} new orders")
        return
    last = time.monotonic()

    def line(totals: Totals) -> None:
        nonlocal last
        if time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            click.echo(f"{totals.rows} rows read, {totals.new} orders new, {totals.refused} refused", err=True)

    yield line

"""`carnet stock`: counts of what lies on the shelves."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid5

import click

from domain.events import Context
from domain.stock import StockItem, stock_id_of
from importers.faults import UnusableFile
from importers.reading.rows import open_sheet
from importers.report import ErrorFile
from importers.stock_take import TAKES, Counts, StockTake, differences_told
from projections.runtime import Runtime
from scripts.actors import actor_of
from scripts.installation import opened_runtime

SOME_REFUSED = 3


@click.group()
def stock() -> None:
    """Count what lies on the shelves."""


@stock.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show the differences, store nothing.")
@click.option("--track", is_flag=True, help="Begin to track SKUs that are not tracked yet.")
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="Where refused rows go.")
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
def take(file: Path, dry_run: bool, track: bool, errors: Path | None, as_json: bool) -> None:
    """Put stock right by FILE, a CSV file with the columns sku and counted.

    Loading a file again changes nothing, whatever was sold since. Exit status: 0 when every row came in, 3 when some
    were refused, 1 when the file cannot be used.
    """
    report = errors or Path(f"{file.stem}-errors.csv")
    if report.resolve() == file.resolve():
        raise click.UsageError("The error report would overwrite the file: say another --errors.")
    try:
        with opened_runtime(begins=True) as runtime:
            counts = _take(runtime, file, report, dry_run=dry_run, track=track)
    except UnusableFile as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(_told(counts, dry_run)) if as_json else "\n".join(_lines(counts, dry_run)))
    if counts.refused:
        click.echo(f"The refused rows are in {report}: correct them there and load that file.", err=True)
        sys.exit(SOME_REFUSED)


def _take(runtime: Runtime, file: Path, report: Path, *, dry_run: bool, track: bool) -> Counts:
    content = sha256(file.read_bytes()).hexdigest()
    context = Context(command_id=uuid5(TAKES, content), actor=actor_of("stock-take"), at=datetime.now(UTC))

    def known(sku: str) -> StockItem:
        with runtime.log.session() as session:
            return session.load_or_blank(StockItem, stock_id_of(sku))

    with open_sheet(file) as sheet:
        errors = ErrorFile(report, sheet.header, sheet.delimiter)
        run = StockTake(sheet, known, None if dry_run else runtime.desk.handle, context, errors, track=track)
        return run.take(sheet.rows())


def _told(counts: Counts, dry_run: bool) -> dict[str, object]:
    return {
        "dry_run": dry_run,
        "rows": counts.rows,
        "agreeing": counts.agreeing,
        "refused": counts.refused,
        "differences": [difference._asdict() for difference in counts.differences],
    }


def _lines(counts: Counts, dry_run: bool) -> list[str]:
    return [
        *(["Nothing was stored."] if dry_run else []),
        *differences_told(counts),
        f"{counts.rows} rows read: {counts.agreeing} agree, {len(counts.differences)} differ, {counts.refused} refused",
    ]

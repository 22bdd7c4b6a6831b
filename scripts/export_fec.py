"""`carnet export fec`: the file of entries that the French administration asks for, of a period."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from domain.errors import Rejected
from projections.books.accounts import Accounts
from projections.books.fec import entries, file_name, lines, rates_told
from projections.books.reading import booked, bounds
from projections.runtime import Runtime
from scripts.installation import opened_runtime
from scripts.noting import note_read
from scripts.output_files import whole_file

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command("fec")
@click.option("--from", "first", type=DAY, required=True, help="The first day.")
@click.option("--to", "last", type=DAY, required=True, help="The last day; the file is called by it.")
@click.option("--rate", "rates", multiple=True, metavar="USD=1.0825", help="What a euro costs, where no invoice says.")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), default=Path("."), help="Folder.")
@click.option("--json", "as_json", is_flag=True, help="Tell what was written as JSON, on the standard error.")
def fec(first: date, last: date, rates: Sequence[str], output: Path, as_json: bool) -> None:
    """Write invoices, credit notes and payments as the file of entries of French law, SIRENFECAAAAMMJJ.txt.

    Days are those of recording at the shop, both included. Accounts are those of CARNET_ACCOUNTS.
    """
    first, last = date(first.year, first.month, first.day), date(last.year, last.month, last.day)
    if last < first:
        raise click.UsageError("The period ends before it begins.")
    with opened_runtime() as runtime:
        note_read(runtime, "export fec", filter={"from": first.isoformat(), "to": last.isoformat()})
        try:
            count, path = _written(runtime, first, last, rates, output)
        except Rejected as error:
            raise click.ClickException(str(error)) from None
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--rate") from None
        except OSError as error:
            raise click.ClickException(f"{output} cannot be written: {error.strerror}.") from None
    told = f"{count} entries written to {path}."
    click.echo(json.dumps({"entries": count, "output": str(path)}) if as_json else told, err=True)


def _written(runtime: Runtime, first: date, last: date, rates: Sequence[str], folder: Path) -> tuple[int, Path]:
    shop = runtime.desk.shop()
    if not shop.legal.siren:
        raise click.ClickException("The file is called by the shop's SIREN: set it by PUT /settings/papers/legal.")
    zone = ZoneInfo(shop.defaults.timezone)
    found = booked(runtime.log, bounds(runtime.log, first, last, zone), zone)
    made = entries(found, Accounts(runtime.settings.accounts), rates_told(rates))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file_name(shop.legal.siren, last)
    with whole_file(path) as file:
        count = sum(1 for data in lines(made) if file.write(data))
    return count - 1, path

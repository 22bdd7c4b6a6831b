"""`carnet books`: closes days of the French books, prints closings, and proves them."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import click
import msgspec

from domain.closings import BOOKS_ID
from domain.errors import DomainError
from printing.documents.closings import print_closing
from projections.books.closing import books_of, close_until, closing_of, faults, yesterday
from scripts.actors import actor_of
from scripts.installation import opened_runtime
from scripts.output_files import whole_file


@click.group()
def books() -> None:
    """Close days of the French books, print and prove closings."""


@books.command()
@click.option("--today", is_flag=True, help="Today as well; what is recorded later today is of tomorrow's closing.")
def close(today: bool) -> None:
    """Close every day that is over, with months and years; the first closing takes in everything of before.

    From then on the workers close each day by night, in the shop's time zone.
    """
    with opened_runtime() as runtime:
        last = yesterday(runtime) + timedelta(days=1 if today else 0)
        try:
            made = list(close_until(runtime, last, actor_of("books"), begins=True))
        except DomainError as error:
            raise click.ClickException(str(error)) from None
    for one in made:
        click.echo(f"Closed {one.kind} {one.period}: {one.bookings} bookings, closing {one.number}.")
    if not made:
        click.echo("Nothing to close.")


@books.command("list")
def list_closings() -> None:
    """Every closing as a line of JSON, the oldest first."""
    with opened_runtime() as runtime:
        for one in books_of(runtime).closings:
            click.echo(msgspec.json.encode(one).decode())


@books.command()
def verify() -> None:
    """Hold every closing against the one before and against the log; exit code 1 where one does not hold."""
    with opened_runtime() as runtime:
        found, count = faults(runtime), len(books_of(runtime).closings)
    for fault in found:
        click.echo(fault)
    if not found:
        click.echo(f"{count} closings hold.")
    sys.exit(1 if found else 0)


@books.command("print")
@click.argument("number", type=click.IntRange(1))
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The PDF file.")
def print_one(number: int, output: Path) -> None:
    """Print the closing NUMBER as a PDF."""
    with opened_runtime() as runtime:
        try:
            closing = closing_of(runtime, number)
        except DomainError as error:
            raise click.ClickException(str(error)) from None
        at = runtime.log.stream(BOOKS_ID)[number - 1].event.timestamp
        data = print_closing(closing, at, runtime.desk.shop())
    with whole_file(output) as file:
        file.write(data)

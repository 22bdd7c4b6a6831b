"""`carnet print`: documents of orders as one PDF in the order they are named, or on a till printer."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import click

from domain.errors import DomainError
from domain.orders.documents import KINDS, RECEIPT, SIZES, WrongSize, size_of
from domain.settings import LOCALES
from printing import escpos, press
from printing.press import PRINTER
from projections.papers.prints import Paper, Papers
from projections.runtime import Runtime
from scripts.installation import opened_runtime
from scripts.picking import picked
from scripts.printers import Printer, PrinterUnreachable, printer_at

ACTOR = "process:print"
SOME_REFUSED = 3
PICKING = "picking-list"  # one list of what all the orders still need
NAMES = {kind.replace("_", "-"): kind for kind in KINDS}


class RefusedPrint(NamedTuple):
    """An order that has nothing to print, and why."""

    order: str
    code: str
    message: str


class PrintRequest(NamedTuple):
    """How documents are to come out."""

    kind: str
    form: str
    locale: str
    output: Path | None
    printer: Printer | None
    timeout: float
    drawer: bool


def _printer(context: click.Context, option: click.Parameter, url: str | None) -> Printer | None:
    try:
        return printer_at(url) if url else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.argument("orders", nargs=-1)
@click.option("--filter", "filters", multiple=True, metavar="NAME=VALUE", help="Orders of the list, as GET /orders.")
@click.option("--sort", help="How the filtered orders are sorted, as GET /orders; newest first unless told.")
@click.option("--kind", type=click.Choice([*NAMES, PICKING]), default=RECEIPT, show_default=True)
@click.option("--format", "form", type=click.Choice(SIZES), help="The paper; that of its kind unless told.")
@click.option("--locale", type=click.Choice(LOCALES), help="The language; each order's own unless told.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="The PDF; - is the standard output.")
@click.option("--printer", callback=_printer, metavar="URL", help="tcp://HOST:9100 or file:///dev/usb/lp0.")
@click.option("--timeout", type=click.FloatRange(0.1, 600), default=20.0, show_default=True, help="Of the printer.")
@click.option("--drawer", is_flag=True, help="Open the drawer under the printer.")
@click.option("--json", "as_json", is_flag=True, help="Tell what was printed as JSON, on the standard error.")
def print_orders(
    orders: tuple[str, ...],
    filters: tuple[str, ...],
    sort: str | None,
    kind: str,
    form: str | None,
    locale: str | None,
    output: Path | None,
    printer: Printer | None,
    timeout: float,
    drawer: bool,
    as_json: bool,
) -> None:
    """Print the documents of ORDERS, told by number or id, or of those a filter leaves.

    An order has all its documents of the kind printed. Exit status: 0 when every order was printed, 3 when some had
    nothing to print (they are told, the rest is printed), 1 when nothing was.
    """
    told = NAMES.get(kind, PICKING)
    asked = PrintRequest(told, _size(told, form), locale or "", output, printer, timeout, drawer)
    _check(asked, orders, filters, sort)
    with opened_runtime() as runtime:
        order_ids, unknown = picked(runtime, orders, filters, sort)
        papers, nothing = _found(runtime, order_ids, RECEIPT if asked.kind == PICKING else asked.kind)
        refused = [*(RefusedPrint(order, "order-not-found", message) for order, message in unknown.items()), *nothing]
        for one in () if as_json else refused:
            click.echo(f"{one.order}: {one.message}", err=True)
        printed = _out(runtime, papers, asked) if papers else 0
    _tell(asked, printed, refused, as_json)
    sys.exit(SOME_REFUSED if refused and printed else 0 if printed else 1)


def _check(asked: PrintRequest, orders: Sequence[str], filters: Sequence[str], sort: str | None) -> None:
    if bool(orders) == bool(filters):
        raise click.UsageError("Name the orders, or say --filter NAME=VALUE.")
    if sort and orders:
        raise click.UsageError("Named orders come out in the order they are named: --sort is for a --filter.")
    if (asked.output is None) == (asked.printer is None):
        raise click.UsageError("Say --output FILE, or --printer URL.")
    if asked.kind != RECEIPT and asked.printer:
        raise click.UsageError("On till printers there are receipts alone.")
    if asked.drawer and not asked.printer:
        raise click.UsageError("A drawer is opened by a --printer.")


def _size(kind: str, told: str | None) -> str:
    try:
        return size_of(kind, told or "")
    except WrongSize as error:
        raise click.BadParameter(str(error), param_hint="--format") from None


def _found(runtime: Runtime, order_ids: Sequence[UUID], kind: str) -> tuple[list[Paper], list[RefusedPrint]]:
    papers: list[Paper] = []
    refused = []
    for order_id, found in Papers(runtime).found(order_ids, kind):
        if isinstance(found, DomainError):
            refused.append(RefusedPrint(str(order_id), found.code, str(found)))
        else:
            papers += found
    return papers, refused


def _out(runtime: Runtime, papers: Sequence[Paper], asked: PrintRequest) -> int:
    """Prints; gives how many documents came out."""
    try:
        if asked.printer:
            return _on(asked.printer, runtime, papers, asked)
        _write(asked.output or Path("-"), _pdf(runtime, papers, asked))
    except (DomainError, PrinterUnreachable) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{asked.output} cannot be written: {error.strerror}.") from None
    return len(papers)


def _pdf(runtime: Runtime, papers: Sequence[Paper], asked: PrintRequest) -> bytes:
    """One document in the bytes it always has, or many as one file; written down in their orders."""
    home, now = Papers(runtime), datetime.now(UTC)
    if asked.kind == PICKING:
        return press.pick_list(home, [paper.order.id for paper in papers], asked.locale)
    if len(papers) == 1:
        return press.printed(home, papers[0], asked.kind, asked.form, asked.locale, ACTOR, now).data
    data, prints = press.press_many(papers, asked.kind, asked.locale, asked.form)
    home.write_down(press.not_yet(papers, prints), ACTOR, now)
    return data


def _on(printer: Printer, runtime: Runtime, papers: Sequence[Paper], asked: PrintRequest) -> int:
    """Prints receipt by receipt; each is written down once the printer took it."""
    home = Papers(runtime)
    for count, paper in enumerate(papers):
        sheet = press.sheet_on(paper, asked.kind, asked.locale)
        data = escpos.receipt(sheet, drawer=asked.drawer)
        try:
            printer.send(data, asked.timeout)
        except PrinterUnreachable as error:
            number = paper.order.number
            left = f"{count} of {len(papers)} receipts were printed: go on with order {number}."
            raise PrinterUnreachable(f"{error} {left if count else 'Nothing was printed.'}") from None
        told = press.print_of(paper, sheet, PRINTER, data)
        home.write_down(press.not_yet([paper], [told]), ACTOR, datetime.now(UTC))
    return len(papers)


def _write(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all; it holds personal data, so nobody else may read it."""
    if str(path) == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    unfinished = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _tell(asked: PrintRequest, printed: int, refused: Sequence[RefusedPrint], as_json: bool) -> None:
    where = asked.printer.name if asked.printer else str(asked.output)
    if as_json:
        told: dict[str, Any] = {"printed": printed, "to": where, "refused": [one._asdict() for one in refused]}
        click.echo(json.dumps(told), err=True)
    elif printed:
        click.echo(f"{printed} printed to {where}.", err=True)
    else:
        click.echo("Nothing was printed." if refused else "Nothing was printed: the filter leaves no order.", err=True)

"""`carnet import`: loads orders from another platform's export, and accounts for every row of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from msgspec.structs import replace

from domain.imports import FIRST_YEAR, LAST_YEAR, CancelImport, Choices, Kind, is_form_of_dates
from importers import local, service
from importers.intakes import ImportRequest
from projections.work import imports as work
from scripts.explaining import explain
from scripts.import_live import shopify, woocommerce
from scripts.import_maps import guess, maps
from scripts.import_run import SOME_REFUSED, begun, end, run, told_faults
from scripts.installation import opened_runtime
from scripts.undoing import now, take_back

MOST_KEPT = 1_000

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class _FileOrCommand(click.Group):
    """`carnet import FILE` and `carnet import undo ID` side by side: what is no command is a file of orders."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = [word for word in args if not word.startswith("-")]
        if args and args != ["--help"] and not (named and named[0] in self.commands and args[0] == named[0]):
            args = ["orders", *args]
        return super().parse_args(ctx, args)


@click.group(name="import", cls=_FileOrCommand)
def import_orders() -> None:
    """Load orders from a file, tracking codes or statuses; resume, cancel or undo what was loaded.

    `carnet import FILE` is short for `carnet import orders FILE`.
    """


import_orders.add_command(guess)
import_orders.add_command(maps)
import_orders.add_command(shopify)
import_orders.add_command(woocommerce)


checked = click.option(
    "--yes-i-checked",
    "checked",
    multiple=True,
    metavar="NAME",
    help="Say of what looks wrong, by its name, that you looked at it and it is right.",
)


def _loading(command: Callable[..., None]) -> Callable[..., None]:
    """The options that every kind of file has."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the control totals as JSON."),
        click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="Where refused rows go."),
        click.option(
            "--processes", type=click.IntRange(1, 64), default=local.PROCESSES, help="Processes of a big file."
        ),
        click.option("--automations", is_flag=True, help="Let mails and automations follow."),
        click.option("--dry-run", is_flag=True, help="Decide everything, store nothing."),
        checked,
        click.argument("files", type=FILE, nargs=-1, required=True),
    ):
        command = option(command)
    return command


def _form(_: click.Context, parameter: click.Parameter, form: str) -> str:
    """Refuses a form of dates that is none."""
    if not is_form_of_dates(form):
        raise click.BadParameter("say day-first, month-first or a format like %d.%m.%Y %H:%M", param=parameter)
    return form


@import_orders.command()
@_loading
@click.option("--explain", is_flag=True, help="Show how the files would be read, and read no order.")
@click.option(
    "--map",
    "map_file",
    type=click.Path(path_type=Path),
    help="Mapping of a CSV file that no profile knows: a file, or the name of one that is kept.",
)
@click.option(
    "--source", default="", help="Name of the shop the orders come from; with their numbers it makes their id."
)
@click.option("--currency", default="", help="Currency of orders that tell none, like EUR.")
@click.option("--timezone", default="", help="Time zone of times that tell none, like Europe/Paris.")
@click.option("--dates", default="", callback=_form, help="day-first, month-first, or a format like %d.%m.%y.")
@click.option(
    "--years-from",
    type=click.IntRange(FIRST_YEAR, LAST_YEAR),
    default=None,
    help="The first year that two digits may mean, like 1950.",
)
@click.option("--decimal", type=click.Choice(["", ".", ","]), default="", help="The decimal sign of amounts.")
@click.option("--stock", type=click.Choice(["leave", "apply"]), default="leave", help="Whether stock moves.")
@click.option(
    "--customers",
    type=click.Choice(["keep", "update"]),
    default="keep",
    help="Whether names in the file replace those of customers that are known.",
)
@click.option("--update", is_flag=True, help="Lead orders that changed since to what the file tells.")
def orders(files: tuple[Path, ...], map_file: Path | None, stock: Any, update: bool, **told: Any) -> None:
    """Load orders from FILES: one export, its pieces, or files that belong together, such as orders and their lines.

    Exports of Shopify, WooCommerce, Amazon and PrestaShop are known by their columns; other CSV files need a mapping.
    Loading files again adds nothing; what was stopped goes on where it was. Refused rows go to a file of their own, to
    be corrected and loaded alone. Exit status: 0 when all came in, 3 when some rows were refused, 4 when the orders
    look wrong and nothing was stored (see --yes-i-checked), 1 when a file cannot be used.
    """
    asked = ImportRequest(
        files=_resolved(files),
        choices=Choices(
            dry_run=told["dry_run"],
            stock=stock,
            automations=told["automations"],
            on_change="update" if update else "report",
            customers=told.pop("customers"),
        ),
        years_from=told.pop("years_from") or 0,
        **{name: told.pop(name) for name in ("source", "timezone", "dates", "decimal")},
        currency=told.pop("currency").upper(),
    )
    if told.pop("explain"):
        with told_faults():
            explain(asked, map_file, as_json=told["as_json"])
        return
    _load(files, asked, map_file, **told)


def _timed(command: Callable[..., None]) -> Callable[..., None]:
    """The options of files with times."""
    for option in (
        click.option("--dates", default="", metavar="FORM", help="day-first or month-first, where no date proves it."),
        click.option("--timezone", default="", metavar="ZONE", help="Of times that tell none, like Europe/Paris."),
    ):
        command = option(command)
    return command


@import_orders.command()
@_loading
def tracking(files: tuple[Path, ...], **told: Any) -> None:
    """Write down tracking codes from FILES, CSV files with the columns number, carrier and code."""
    _load(files, _updates(files, "tracking", told), None, **told)


@import_orders.command()
@_loading
@_timed
def statuses(files: tuple[Path, ...], timezone: str, dates: str, **told: Any) -> None:
    """Move orders by FILES, CSV files with the columns number, status, stock (apply or leave) and balance
    (accept: completed though money is due).

    With the column at (and actor, where it is told) they are histories: which status an order had when, in any words.
    They are written down as its past and move nothing.
    """
    _load(files, replace(_updates(files, "statuses", told), timezone=timezone, dates=dates), None, **told)


@import_orders.command()
@_loading
@_timed
def payments(files: tuple[Path, ...], timezone: str, dates: str, **told: Any) -> None:
    """Write down payments and refunds from FILES, Stripe's payments or PayPal's activity, for orders that are there."""
    _load(files, replace(_updates(files, "payments", told), timezone=timezone, dates=dates), None, **told)


@import_orders.command()
@_loading
@click.option("--update", is_flag=True, help="Lead products that are there to what the file tells.")
def products(files: tuple[Path, ...], update: bool, **told: Any) -> None:
    """Take products into the catalogue from FILES, CSV files as `carnet products export` writes them: a sku, and of
    name_en, name_fr, price_eur (or another currency), taxes, unit, weight, barcode, picture, options and active those
    that are told."""
    choices = Choices(dry_run=told["dry_run"], on_change="update" if update else "report")
    _load(files, ImportRequest(files=_resolved(files), kind="products", choices=choices), None, **told)


def _records(command: Callable[..., None]) -> Callable[..., None]:
    """The options of customers, stock and coupons."""
    for option in (
        click.option("--timezone", default="", metavar="ZONE", help="Of times that tell none, like Europe/Paris."),
        click.option("--dates", default="", metavar="FORM", help="day-first or month-first, where no date proves it."),
        click.option("--update", is_flag=True, help="Lead those that are there to what the file tells."),
        _loading,
    ):
        command = option(command)
    return command


@import_orders.command()
@_records
def customers(files: tuple[Path, ...], **told: Any) -> None:
    """Take customers in from FILES, CSV files with an e-mail address per row, as Shopify, WooCommerce and PrestaShop
    export them or under plain names (name, company, line1, postcode, city, country, phone, tags)."""
    _load_records(files, "customers", **told)


@import_orders.command()
@_records
def stock(files: tuple[Path, ...], **told: Any) -> None:
    """Put stock right by FILES, CSV files with a sku and what was counted, summed over the places that they tell."""
    _load_records(files, "stock", **told)


@import_orders.command()
@_records
def coupons(files: tuple[Path, ...], **told: Any) -> None:
    """Bring coupons out from FILES, CSV files with code, kind (percent, amount, free_shipping), value, currency,
    minimum, valid_from, valid_until, limit, limit_per_customer, combines and active."""
    _load_records(files, "coupons", **told)


def _load_records(files: Sequence[Path], kind: Kind, *, update: bool, timezone: str, dates: str, **told: Any) -> None:
    choices = Choices(dry_run=told["dry_run"], on_change="update" if update else "report")
    asked = ImportRequest(files=_resolved(files), kind=kind, timezone=timezone, dates=dates, choices=choices)
    _load(files, asked, None, **told)


def _updates(files: Sequence[Path], kind: Kind, told: Mapping[str, Any]) -> ImportRequest:
    choices = Choices(dry_run=told["dry_run"], automations=told["automations"])
    return ImportRequest(files=_resolved(files), kind=kind, choices=choices)


def _resolved(files: Sequence[Path]) -> tuple[str, ...]:
    return tuple(str(file.resolve()) for file in files)


@import_orders.command()
@click.argument("import_id", type=click.UUID)
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="Where refused rows go.")
@click.option("--json", "as_json", is_flag=True, help="Print the control totals as JSON.")
@checked
def resume(import_id: UUID, errors: Path | None, as_json: bool, checked: Sequence[str]) -> None:
    """Go on with an import that was stopped, or that waits for an answer, where it was."""
    with told_faults(as_json=as_json), opened_runtime() as runtime:
        run(runtime, import_id, checked, local.PROCESSES)
        end(runtime, import_id, errors or Path(f"{import_id}-errors.csv"), as_json=as_json)


@import_orders.command()
@click.argument("import_id", type=click.UUID)
def cancel(import_id: UUID) -> None:
    """Stop an import for good; what came in stays and can be undone."""
    with told_faults(), opened_runtime() as runtime:
        service.change(runtime, CancelImport(import_id=import_id, context=now()), import_id)
    click.echo("Cancelled.")


@import_orders.command()
@click.argument("import_id", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Print what was taken back as JSON.")
def undo(import_id: UUID, as_json: bool) -> None:
    """Take an import back: its orders, what they moved of stock, and the customers it made.

    Orders that were worked on since stay, and are listed. Exit status: 0 when all went, 3 when some stay.
    """
    with told_faults(), opened_runtime() as runtime:
        totals = take_back(runtime, import_id)
        with runtime.reading() as connection:
            kept = work.kept(connection, import_id, MOST_KEPT)
    if as_json:
        listed = [{"order_id": str(one.order_id), "number": one.number, "code": one.code} for one in kept]
        click.echo(json.dumps({**totals, "kept_orders": listed}))
    else:
        click.echo(f"{totals['undone']} orders taken back, {totals['kept']} stay.")
        for one in kept:
            click.echo(f"{one.number}: {one.detail}")
    if kept:
        sys.exit(SOME_REFUSED)


def _load(
    files: Sequence[Path],
    asked: ImportRequest,
    map_file: Path | None,
    *,
    errors: Path | None,
    as_json: bool,
    processes: int,
    dry_run: bool,
    automations: bool,
    checked: Sequence[str],
) -> None:
    report = errors or Path(f"{files[0].stem}-errors.csv")
    if report.resolve() in {file.resolve() for file in files}:
        raise click.UsageError("The error report would overwrite the file: say another --errors.")
    with told_faults(as_json=as_json), opened_runtime(begins=not dry_run) as runtime:
        import_id = begun(runtime, files, asked, map_file)
        run(runtime, import_id, checked, processes)
        end(runtime, import_id, report, as_json=as_json)

"""The `carnet` command: a table of sub-commands, each imported only when it is used."""

from __future__ import annotations

import sys
from importlib import import_module

import click

COMMANDS = {
    "audit": ("scripts.audit:audit", "Show an order's history, replay it, verify the log."),
    "bench": ("scripts.bench:bench", "Measure this installation against named references."),
    "books": ("scripts.books:books", "Close days of the French books, print and prove closings."),
    "demo": ("scripts.demo:demo", "Fill the order book with a believable shop."),
    "doctor": ("scripts.doctor:doctor", "Look for all that can be wrong, and put it right."),
    "export": ("scripts.export:export", "Write lists and events to files."),
    "import": ("scripts.import_:import_orders", "Load orders from another platform's export."),
    "keys": ("scripts.keys:keys", "Look at the master secret and replace it."),
    "migrate": ("scripts.migrate:migrate", "Bring the database up to this version."),
    "payments": ("scripts.payments:payments", "Compare payment providers with the ledger."),
    "print": ("scripts.print:print_orders", "Print orders: to a PDF, or on a till printer."),
    "products": ("scripts.products:products", "Keep the catalogue of what is sold."),
    "project": ("scripts.project:project", "Keep the views up to date."),
    "projections": ("scripts.projections:projections", "See, rebuild and repair the views."),
    "serve": ("scripts.serve:serve", "Serve the API."),
    "stock": ("scripts.stock:stock", "Count what lies on the shelves."),
    "tokens": ("scripts.tokens:tokens", "Give programs access and take it away."),
    "users": ("scripts.users:users", "Manage the people who may sign in."),
    "worker": ("scripts.worker:worker", "Do what follows: processes, mail, payments."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is asked for."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Every name, in alphabetical order."""
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name][0].partition(":")
        command = getattr(import_module(module), attribute)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(context)])


@click.group(cls=LazyGroup)
@click.version_option(package_name="carnet")
def carnet() -> None:
    """Carnet, an order book in which nothing is overwritten."""


def main() -> None:
    """Runs the command line; what stands in the way of it is one line, not a traceback."""
    from scripts.logs import log_to_stderr

    log_to_stderr("warning")  # what a program reads from standard output is the answer alone
    try:
        carnet(prog_name="carnet")
    except Exception as error:
        obstacle = _obstacle(error)
        if obstacle is None:
            raise
        sys.exit(f"carnet: {obstacle}")


def _obstacle(error: Exception) -> str | None:
    """What the user can do something about, in a line; None for a fault of ours."""
    from environs import EnvError
    from psycopg import OperationalError

    from projections.log import OutcomeUnknown
    from projections.log.keys import UnknownMaster
    from projections.log.masters import AlteredMasters, WrongSecret
    from projections.postgres.binaries import PostgresUnavailable
    from projections.postgres.connections import PoolerInTheWay
    from projections.postgres.usable import UnusableDatabase
    from scripts.accounts import UnusableAccount
    from scripts.installation import CannotStart, no_right

    if isinstance(error, OutcomeUnknown):
        return "the database went away while something was stored; run this again, nothing is stored twice"
    if isinstance(error, OperationalError):
        return f"the database does not answer: {error}"
    if isinstance(error, PermissionError) and error.filename:
        return no_right(error)
    said = (
        EnvError, PostgresUnavailable, WrongSecret, AlteredMasters, UnknownMaster, PoolerInTheWay, UnusableDatabase,
        CannotStart, UnusableAccount,
    )  # fmt: skip
    return str(error) if isinstance(error, said) else None


if __name__ == "__main__":
    main()

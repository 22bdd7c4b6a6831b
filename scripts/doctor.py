"""`carnet doctor`: looks for everything that can be wrong, says what to do, and puts right what it is asked to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click
import msgspec
import psycopg

from domain.errors import DomainError
from projections.doctor import CHECKS, Check, Finding, Look, examine
from projections.doctor.checks import Examination
from projections.doctor.moving_numbers import move_past
from projections.doctor.repair import REPAIRS, Repair
from projections.log.bringing_back import bring_back, doubt_what_was_due
from projections.log.masters import AlteredMasters, WrongSecret
from projections.postgres.connections import PATIENT, connect
from projections.runtime import Runtime
from scripts.installation import opened_runtime
from scripts.progress import progress

WELL, FOUND, CANNOT_LOOK = 0, 1, 2
ONLY = click.Choice([check.name for check in CHECKS])


@click.command()
@click.option("--quick", is_flag=True, help="Only what takes a moment, as at every start.")
@click.option("--only", multiple=True, type=ONLY, help="This check alone; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for a program.")
@click.option("--repair", is_flag=True, help="Put right what can be, after asking for each.")
@click.option("--yes", is_flag=True, help="With --repair: do not ask.")
@click.option("--reason", help="With --repair or --numbers: why, for the history.")
@click.option("--at-start", is_flag=True, hidden=True, help="The quick form: says only what has to be done.")
@click.option("--numbers", multiple=True, metavar="NUMBER", help="Go on after it: orders=1075, or F2026-00017.")
@click.option(
    "--restored", is_flag=True, help="The server was brought back to a point in time: set aside what was due."
)
def doctor(
    quick: bool,
    only: tuple[str, ...],
    as_json: bool,
    repair: bool,
    yes: bool,
    reason: str | None,
    at_start: bool,
    numbers: tuple[str, ...],
    restored: bool,
) -> None:
    """Look for everything that can be wrong with the log, what stands on it and what it stands on.

    Exit status: 0 well, 1 something was found, 2 it could not look everywhere.
    """
    try:
        with opened_runtime() as runtime:
            if at_start:
                return _said_at_start(runtime)
            tell = (lambda text: click.echo(text, err=True)) if as_json else click.echo
            _told(runtime, numbers, reason, tell, restored=restored)
            found = looked(runtime, quick=quick, only=only)
            if repair and _repaired(runtime, found.findings, reason, tell, ask=not yes):
                found = looked(runtime, quick=quick, only=only)
    except psycopg.OperationalError as error:
        click.echo(f"The database cannot be looked at: {error}", err=True)
        sys.exit(CANNOT_LOOK)
    except (WrongSecret, AlteredMasters) as error:
        found = Examination([_of_secret(error)], [])
    if as_json:
        click.echo(msgspec.json.encode(as_plain(found)).decode())
    else:
        _show(found)
    sys.exit(CANNOT_LOOK if found.unlooked else WELL if found.well else FOUND)


def _said_at_start(runtime: Runtime) -> None:
    """Brings back what is ahead of the log, and says what else has to be done, on standard error."""
    with runtime.pool.connection() as connection:
        for sentence in bring_back(connection, runtime.settings.data_dir):
            click.echo(sentence, err=True)
    for one in looked(runtime, quick=True).findings:
        if one.gravity != "note":
            click.echo(f"{one.gravity}: {one.what} [{one.code}] See `carnet doctor`.", err=True)


def _of_secret(error: WrongSecret | AlteredMasters) -> Finding:
    """A secret that opens nothing: nothing else can be looked at."""
    code = "secret-wrong" if isinstance(error, WrongSecret) else "masters-altered"
    return Finding(
        code, "damage", str(error), "Nothing else was looked at, and nothing is recorded until this is right."
    )


def looked(runtime: Runtime, *, quick: bool = False, only: Sequence[str] = ()) -> Examination:
    """Makes the checks over a connection of their own; a bar shows how far a long one is."""
    url = runtime.settings.database_url
    with connect(url, "carnet doctor", session=PATIENT) as connection, _bars() as (begin, tell):
        look = Look(connection, runtime.log, runtime.settings, runtime.desk.shop, quick=quick, tell=tell)
        return examine(look, only, begin)


def as_plain(found: Examination) -> dict[str, object]:
    """What was found, for a program."""
    return {
        "well": found.well,
        "findings": [one._asdict() for one in found.findings],
        "unlooked": [one._asdict() for one in found.unlooked],
    }


def _told(
    runtime: Runtime, numbers: Sequence[str], reason: str | None, tell: Callable[[str], None], *, restored: bool
) -> None:
    """Does what the operator told without being asked."""
    for number in numbers:
        try:
            tell(move_past(runtime, number, reason))
        except DomainError as error:
            raise click.ClickException(str(error)) from None
    if restored:
        with runtime.pool.connection() as connection:
            tell(f"{doubt_what_was_due(connection)} effects were set aside.")


def _repaired(
    runtime: Runtime, findings: Sequence[Finding], reason: str | None, tell: Callable[[str], None], *, ask: bool
) -> bool:
    """Makes the repairs of what was found, each once and after asking; tells whether any was made."""
    wanted: dict[str, Repair] = {}
    for one in findings:
        if one.code in REPAIRS:
            repair = REPAIRS[one.code]
            wanted.setdefault(repair.question, repair)
            tell(f"{one.code}: {one.what}")
    made = False
    for repair in wanted.values():
        if ask and not click.confirm(repair.question, err=True):
            continue
        made = True
        for sentence in repair.act(runtime, reason):
            tell(sentence)
    return made


def _show(found: Examination) -> None:
    for one in found.findings:
        click.echo(f"{one.gravity}: {one.what} [{one.code}]")
        for place in one.places:
            click.echo(f"    {place}")
        if one.total > len(one.places) > 1:
            click.echo(f"    and {one.total - len(one.places)} more")
        click.echo(f"  {one.advice}")
    for missed in found.unlooked:
        click.echo(f"not looked at: {missed.check} ({missed.error})")
    if found.well:
        click.echo("All is well." if not found.findings else "Nothing has to be done.")


@contextmanager
def _bars() -> Iterator[tuple[Callable[[Check], None], Callable[[int, int], None]]]:
    """What hears which check begins and how far it is."""
    with progress("examining") as tell:
        yield lambda _: None, tell

"""`carnet projections`: how the views are doing, building one anew, and the events a view could not take."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click
import msgspec
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from projections import PROJECTIONS, dead_letters
from projections.filling import Source
from projections.rebuild import NothingToCompare, Progress, Rebuild, RebuildRunning, Report
from projections.runtime import Runtime
from projections.target import NotBuilt, Target
from scripts.installation import opened_runtime

JSON = click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for a program.")
NAME = click.Choice(sorted(PROJECTIONS))
SECONDS_BETWEEN_LINES = 5.0


def an_instant(_context: click.Context, _option: click.Parameter, value: str | None) -> datetime | None:
    """An ISO 8601 date or instant; UTC where it names no zone."""
    if value is None:
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("write a date such as 2031-01-31 or an instant such as 2031-01-31T12:00Z") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


@click.group()
def projections() -> None:
    """See, rebuild and repair the views."""


@projections.command()
@JSON
def status(as_json: bool) -> None:
    """Where each view stands: how far behind the log, and what it could not take."""
    with opened_runtime() as runtime:
        found = runtime.views.status(runtime.log.head())
    if as_json:
        _print_json([one._asdict() for one in found])
        return
    for one in found:
        line = f"{one.projection}: at {one.position} of {one.head}, generation {one.generation}"
        line += f", {one.behind} behind" if one.behind else ""
        line += f", {one.parked} dead letters ({one.held_keys} keys held back)" if one.parked else ""
        line += ", being rebuilt" if one.building else ""
        line += ", its rows are of an older form" if one.version < one.wanted_version else ""
        line += f", cannot go on: {one.trouble}" if one.trouble else ""
        click.echo(line)


@projections.command()
@click.argument("name", type=NAME)
@click.option("--verify", is_flag=True, help="Compare with the live rows first; swap only when they are the same.")
@click.option("--processes", type=click.IntRange(1, 64), default=2, show_default=True, help="Worker processes.")
@click.option("--buckets", type=click.IntRange(1, 4096), help="Shares the log is cut into.")
@click.option("--as-of", callback=an_instant, metavar="INSTANT", help="Build it as it was then, beside the live one.")
@JSON
def rebuild(
    name: str, verify: bool, processes: int, buckets: int | None, as_of: datetime | None, as_json: bool
) -> None:
    """Build the view NAME anew beside the live one and swap it in. Exit code 1 when `--verify` finds a difference."""
    if verify and as_of:
        raise click.UsageError("--verify compares with the live view; it does not go with --as-of")
    with opened_runtime() as runtime, _progress(name, quiet=as_json) as progress:
        source = Source(runtime.settings.database_url, runtime.settings.secret_key)
        work = Rebuild(
            source,
            PROJECTIONS[name],
            processes=processes,
            buckets=buckets,
            verify=verify,
            instant=as_of,
            progress=progress,
        )
        try:
            report = work.run()
        except RebuildRunning:
            raise click.ClickException(f"{name} is being rebuilt already; wait for that to end.") from None
        except NothingToCompare:
            raise click.ClickException(f"{name} has no live rows of this form; rebuild without --verify.") from None
    if as_json:
        _print_json(report._asdict())
    else:
        _tell(report)
    sys.exit(0 if report.swapped else 1)


@projections.command("as-of")
@click.option("--drop", callback=an_instant, metavar="INSTANT", help="Remove the views of that instant.")
@JSON
def as_of_views(drop: datetime | None, as_json: bool) -> None:
    """The views of instants in the past that were built."""
    with opened_runtime() as runtime:
        if drop and not runtime.views.drop_as_of(drop):
            raise click.ClickException(f"There is no view of {drop.isoformat()}.")
        found = runtime.views.as_of()
    if as_json:
        _print_json([one._asdict() for one in found])
        return
    for one in found:
        click.echo(f"{one.projection} as of {one.instant:%Y-%m-%dT%H:%M:%SZ}, in schema {one.schema}")


@projections.group("dead-letters")
def letters() -> None:
    """Events that a view could not take."""


@letters.command("list")
@click.argument("name", type=NAME, required=False)
@click.option("--all", "everything", is_flag=True, help="Also those retried and discarded.")
@click.option("--trace", is_flag=True, help="Show where each went wrong.")
@JSON
def list_letters(name: str | None, everything: bool, trace: bool, as_json: bool) -> None:
    """What is parked, and why."""
    with opened_runtime() as runtime, runtime.pool.connection() as connection:
        found = dead_letters.every(connection, name, None if everything else "parked")
    if as_json:
        _print_json([one._asdict() for one in found])
        return
    for one in found:
        click.echo(
            f"{one.projection} {one.position}: {one.topic} of {one.originator_id} version {one.originator_version}, "
            f"{one.state}: {one.error}"
        )
        if trace and one.traceback:
            click.echo(one.traceback)
    if not found:
        click.echo("No dead letters.")


@letters.command()
@click.argument("name", type=NAME)
@click.argument("keys", type=click.UUID, nargs=-1)
@JSON
def retry(name: str, keys: tuple[UUID, ...], as_json: bool) -> None:
    """Take the parked events of the view NAME after all: of the given KEYS, or of every key."""
    with opened_runtime() as runtime:
        outcome = _retried(runtime, name, keys)
    failed = [one for one in outcome if one["error"]]
    if as_json:
        _print_json(outcome)
    else:
        for one in outcome:
            click.echo(f"{one['key']}: {one['error'] or 'taken'}, {one['events']} events")
        click.echo(f"{len(outcome) - len(failed)} keys taken, {len(failed)} still parked.")
    sys.exit(1 if failed else 0)


@letters.command()
@click.argument("name", type=NAME)
@click.argument("position", type=int)
def discard(name: str, position: int) -> None:
    """Give one event up for the view NAME; retry its key afterwards to take the later ones."""
    with opened_runtime() as runtime, runtime.pool.connection() as connection:
        if not dead_letters.discard(connection, name, position):
            raise click.ClickException(f"{name} has no parked event at position {position}.")
    click.echo(f"Discarded. `carnet projections dead-letters retry {name}` takes what waited behind it.")


def _retried(runtime: Runtime, name: str, keys: Sequence[UUID]) -> list[dict[str, Any]]:
    target = Target(PROJECTIONS[name], runtime.log)
    outcome: list[dict[str, Any]] = []
    with runtime.pool.connection() as connection:
        try:
            target.open(connection)
        except NotBuilt:
            raise click.ClickException(f"{name} has no live rows of this form; rebuild it.") from None
        parked = dead_letters.held_keys(connection, name, target.schema)
        for key in keys or sorted(parked):
            try:
                outcome.append({"key": key, "events": target.retry(connection, key), "error": None})
            except Exception as fault:
                outcome.append({"key": key, "events": 0, "error": dead_letters.name_of(fault)})
    return outcome


@contextmanager
def _progress(name: str, *, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """A bar on a terminal, a line now and then elsewhere, nothing where a program reads the answer."""
    if quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Bar(*columns, TextColumn("{task.fields[rate]}")) as bar:
            task = bar.add_task(name, total=None, rate="")
            yield lambda step: bar.update(
                task,
                description=f"{name}: {step.stage}",
                completed=step.done,
                total=step.total or None,
                rate=f"{step.per_second:,.0f} events/s" if step.per_second else "",
            )
    else:
        yield _Lines(name).tell


class _Lines:
    """Says each stage once, and how far it is every few seconds."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stage = ""
        self._due = 0.0

    def tell(self, step: Progress) -> None:
        """One step of the rebuild."""
        now = datetime.now(UTC).timestamp()
        if step.stage == self._stage and now < self._due:
            return
        self._stage, self._due = step.stage, now + SECONDS_BETWEEN_LINES
        line = f"{self._name}: {step.stage}"
        if step.total:
            line += f" {step.done} of {step.total}"
        if step.seconds_left:
            line += f", {step.per_second:.0f} a second, {step.seconds_left:.0f} s left"
        click.echo(line, err=True)


def _tell(report: Report) -> None:
    for one in report.differences[:20]:
        click.echo(f"{one.kind} in {one.table}: {', '.join(str(part) for part in one.key)}")
    if report.differences:
        click.echo(f"{len(report.differences)} differences; nothing was swapped.")
        return
    click.echo(
        f"{report.projection} rebuilt in schema {report.schema} from {report.events} events in {report.seconds:.1f} s, "
        f"up to position {report.position}."
    )


def _print_json(value: object) -> None:
    click.echo(msgspec.json.encode(value).decode())

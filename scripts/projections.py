"""`carnet projections`: how the views are doing, building one anew, and the events a view could not take."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import click
import msgspec
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from domain.points_in_time import NOW
from projections.engine import dead_letters
from projections.engine.filling import Source
from projections.engine.rebuild import NothingToCompare, Progress, Rebuild, RebuildRunning, Report
from projections.engine.target import NotBuilt, target_of
from projections.faults import name_of
from projections.outside import catalogue
from projections.runtime import Runtime
from scripts.installation import opened_runtime
from scripts.instants import point_of, when
from scripts.view_names import ViewName, is_from_outside, projection_of

JSON = click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for a program.")
NAME = ViewName()
SECONDS_BETWEEN_LINES = 5.0


@click.group()
def projections() -> None:
    """See, rebuild and repair the views."""


@projections.command()
@JSON
def status(as_json: bool) -> None:
    """Where each view stands: how far behind the log, and what it could not take."""
    with opened_runtime() as runtime:
        found = runtime.views.status(runtime.log.head())
        with runtime.pool.connection() as connection:
            refused = [one for one in catalogue.every(connection) if one.name is None and one.reason]
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
    for other in refused:
        click.echo(f"{other.source}: {other.state}: {other.reason}")


@projections.command()
@click.argument("name", type=NAME)
@click.option("--verify", is_flag=True, help="Compare with the live rows first; swap only when they are the same.")
@click.option("--processes", type=click.IntRange(1, 64), default=2, show_default=True, help="Worker processes.")
@click.option("--buckets", type=click.IntRange(1, 4096), help="Shares the log is cut into.")
@click.option(
    "--as-of", callback=when, metavar="INSTANT", help="Build it beside the live one, of what had happened by then."
)
@click.option("--known-at", callback=when, metavar="INSTANT", help="The same, of what had been recorded by then.")
@JSON
def rebuild(
    name: str,
    verify: bool,
    processes: int,
    buckets: int | None,
    as_of: date | None,
    known_at: date | None,
    as_json: bool,
) -> None:
    """Build the view NAME anew beside the live one and swap it in.

    With `--as-of` or `--known-at` it is built beside the live one and stays there, for lists of that point in time.
    Exit code 1 when `--verify` finds a difference, 3 where it is built but events of the log are missing.
    """
    if verify and (as_of or known_at):
        raise click.UsageError("--verify compares with the live view; it does not go with --as-of or --known-at")
    with opened_runtime() as runtime, _progress(name, quiet=as_json) as progress:
        source = Source(runtime.settings.direct_url, runtime.settings.secrets)
        work = Rebuild(
            source,
            projection_of(runtime, name),
            processes=0 if is_from_outside(name) else processes,
            buckets=buckets,
            verify=verify,
            point=point_of(runtime, as_of, known_at),
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
    damaged = any(hole.missing for hole in report.holes)
    sys.exit(1 if not report.swapped else 3 if damaged else 0)


@projections.command("as-of")
@click.option("--drop", callback=when, metavar="INSTANT", help="Remove the views of that instant.")
@click.option(
    "--known-at",
    callback=when,
    metavar="INSTANT",
    help="Remove those of what was known then; with --drop those of both.",
)
@JSON
def as_of_views(drop: date | None, known_at: date | None, as_json: bool) -> None:
    """The views of points in time that were built."""
    with opened_runtime() as runtime:
        point = point_of(runtime, drop, known_at)
        if point != NOW and not runtime.views.drop_past(point):
            raise click.ClickException("There is no view of that point in time.")
        found = runtime.views.past()
    if as_json:
        _print_json([one._asdict() for one in found])
        return
    for one in found:
        instants = zip(("as of", "known at"), one.point, strict=True)
        told = ", ".join(f"{name} {at.astimezone(UTC).isoformat()}" for name, at in instants if at)
        click.echo(f"{one.projection} {told}, in schema {one.schema}")


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
    target = target_of(projection_of(runtime, name), runtime.log)
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
                outcome.append({"key": key, "events": 0, "error": name_of(fault)})
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
    for hole in report.holes:
        click.echo(f"{hole}.")
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

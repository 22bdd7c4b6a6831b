"""`carnet audit`: an order's history, the order as it was, and the proof that nothing was changed since."""

from __future__ import annotations

import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from domain.events import Erased
from domain.orders.changes import Change, changes, state_of
from domain.orders.order import Order
from domain.points_in_time import fold_part
from projections.log import EventLog, seals
from projections.log.checkpoints import TREE, Checkpoint, Outside
from projections.log.holes import find_holes
from projections.log.keys import FIRST
from projections.log.sealer import Sealer
from projections.postgres.roles import powers
from scripts.event_search import SEARCHES
from scripts.finding import find_order
from scripts.installation import opened_runtime
from scripts.instants import point_of, when
from scripts.noting import note_read
from scripts.proofs import PROOFS, note_in
from scripts.reads import READS
from scripts.restated import restated

JSON = click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for a program.")


@click.group()
def audit() -> None:
    """Show an order's history, replay it, verify the log."""


for _command in (restated, *PROOFS, *READS, *SEARCHES):
    audit.add_command(_command)


@audit.command()
@click.argument("number")
@JSON
def history(number: str, as_json: bool) -> None:
    """Every event of the order NUMBER: when, who, what it changed, and why."""
    with opened_runtime() as runtime:
        order_id = find_order(runtime, number)
        note_read(runtime, "audit history", order_id)
        events = [recorded.event for recorded in runtime.log.stream(order_id)]
        steps = list(changes(Order.blank(order_id), events))
    if as_json:
        click.echo(msgspec.json.encode(steps).decode())
        return
    for step in steps:
        for line in told(step):
            click.echo(line)


@audit.command()
@click.argument("number")
@click.option("--version", type=click.IntRange(min=1), help="As it was after its Nth event.")
@click.option("--at", "--as-of", "as_of", callback=when, metavar="INSTANT", help="What had happened by then.")
@click.option("--known-at", callback=when, metavar="INSTANT", help="What had been recorded by then.")
@JSON
def replay(number: str, version: int | None, as_of: date | None, known_at: date | None, as_json: bool) -> None:
    """The order NUMBER folded from its events: now, at a version, or at a point in time.

    `--at` asks by when things happened, `--known-at` by when they were recorded, both together what was known then of
    that time. An instant without a zone, and a bare date, which is that whole day, are the shop's.
    """
    with opened_runtime() as runtime:
        order_id = find_order(runtime, number)
        note_read(runtime, "audit replay", order_id)
        recorded = runtime.log.stream(order_id, version, point_of(runtime, as_of, known_at))
    order = fold_part(Order.blank(order_id), [one.event for one in recorded])
    if not order.exists:
        raise click.ClickException(f"Order {number} was not there, or not known, at that point in time.")
    last = recorded[-1]
    state = state_of(order) | {"id": str(order_id), "version": order.version}
    if as_json:
        click.echo(msgspec.json.encode(state).decode())
        return
    click.echo(f"Order {order.number} at version {order.version}, {last.event.timestamp.isoformat()}")
    for name, value in state.items():
        click.echo(f"  {name}: {shown(value)}")


@audit.command()
@JSON
def seal(as_json: bool) -> None:
    """Seal what was recorded since the last checkpoint; exit code 1 where the seals before do not hold."""
    with opened_runtime() as runtime:
        sealer = Sealer(runtime.log, runtime.settings.data_dir)
        checkpoint = sealer.work()
    if sealer.faults:
        raise click.ClickException("\n".join(("Nothing is sealed:", *sealer.faults)))
    if as_json:
        click.echo(msgspec.json.encode(checkpoint and checkpoint._asdict()).decode())
    elif checkpoint is None:
        click.echo("Nothing new to seal.")
    else:
        click.echo(f"Sealed up to position {checkpoint.position}.")


@audit.command()
@click.option(
    "--against",
    metavar="CHECKPOINT",
    help="One kept elsewhere: POSITION:CHAIN, or a file that holds it, or a note of it.",
)
@JSON
def verify(as_json: bool, against: str | None) -> None:
    """Recompute every seal from what is stored; exit code 1 when something was changed or is missing.

    Compared with the checkpoints of the data folder too, and with the one told: a log that somebody with the secret has
    sealed again, or cut off together with its seals, does not have it.
    """
    with opened_runtime() as runtime:
        log = runtime.log
        outside = Outside(runtime.settings.data_dir, log.keys.masters.verifying[FIRST])
        verdict = seals.verify(runtime, outside.read(), _checkpoint(log, against) if against else None)
        with runtime.pool.connection() as connection:
            holes = find_holes(connection)
            unpromised = powers(connection).sentences
    verdict = msgspec.structs.replace(verdict, notes=(*verdict.notes, *unpromised))
    if as_json:
        told = {"holds": verdict.holds, **msgspec.to_builtins(verdict), "holes": [one._asdict() for one in holes]}
        click.echo(msgspec.json.encode(told).decode())
    else:
        click.echo(str(verdict))
        for hole in holes:
            click.echo(f"{hole}.")
    sys.exit(0 if verdict.holds and not any(hole.missing for hole in holes) else 1)


def _checkpoint(log: EventLog, text: str) -> Checkpoint:
    """The checkpoint that was told: POSITION:CHAIN, a signed note, or the last one of a file."""
    found = re.fullmatch(r"(\d{1,19}):([0-9a-f]{64})", text.strip())
    if found:
        return Checkpoint(int(found[1]), bytes.fromhex(found[2]), b"", datetime.now(UTC))
    file = Path(text)
    if not file.is_file():
        raise click.BadParameter(f"{text} is neither POSITION:CHAIN nor a file.", param_hint="--against")
    content = file.read_text(errors="replace")
    if "\n\n" in content.strip():
        note = note_in(log, file, "--against")
        return Checkpoint(note.size, note.root, b"", datetime.now(UTC), TREE)
    if not content.lstrip().startswith("["):
        return _checkpoint_of_line(log, content)
    try:
        return msgspec.json.decode(content, type=list[Checkpoint])[-1]
    except (msgspec.MsgspecError, IndexError):
        raise click.BadParameter(f"{text} holds no checkpoints.", param_hint="--against") from None


def _checkpoint_of_line(log: EventLog, content: str) -> Checkpoint:
    lines = content.split()
    if not lines or not re.fullmatch(r"\d{1,19}:[0-9a-f]{64}", lines[-1]):
        raise click.BadParameter("the file's last line is not POSITION:CHAIN.", param_hint="--against")
    return _checkpoint(log, lines[-1])


def told(step: Change) -> list[str]:
    """An event in lines: its heading, then each field it changed."""
    reason = f" because: {step.reason}" if step.reason else ""
    heading = f"{step.version:>4}  {step.at.isoformat()}  {step.topic}  by {step.actor}{reason}"
    return [
        heading,
        *(f"        {change.pointer}: {shown(change.before)} -> {shown(change.after)}" for change in step.fields),
    ]


def shown(value: Any) -> str:
    """A value in one line; what was erased reads `Erased()`."""
    if value == {"erased": True}:
        return repr(Erased())
    return msgspec.json.encode(value).decode()

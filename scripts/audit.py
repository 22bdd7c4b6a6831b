"""`carnet audit`: an order's history, the order as it was, and the proof that nothing was changed since."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click
import msgspec

from domain.events import Erased
from domain.orders.changes import Change, changes, state_of
from domain.orders.order import Order
from projections.log import Recorded, seals
from projections.orders import orders_by_number
from projections.runtime import Runtime
from scripts.installation import opened_runtime

JSON = click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for a program.")


@click.group()
def audit() -> None:
    """Show an order's history, replay it, verify the log."""


@audit.command()
@click.argument("number")
@JSON
def history(number: str, as_json: bool) -> None:
    """Every event of the order NUMBER: when, who, what it changed, and why."""
    with opened_runtime() as runtime:
        order_id = find_order(runtime, number)
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
@click.option("--at", "at", metavar="INSTANT", help="As it was at an instant, such as 2026-03-01T12:00:00Z.")
@JSON
def replay(number: str, version: int | None, at: str | None, as_json: bool) -> None:
    """The order NUMBER folded from its events: now, at a version or at an instant."""
    moment = instant(at)
    with opened_runtime() as runtime:
        order_id = find_order(runtime, number)
        order, last = folded(order_id, runtime.log.stream(order_id, version, moment))
    if last is None:
        raise click.ClickException(f"Order {number} did not exist yet at {at}.")
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
    """Seal what was recorded since the last checkpoint."""
    with opened_runtime() as runtime:
        checkpoint = seals.seal(runtime)
    if as_json:
        click.echo(msgspec.json.encode(checkpoint and checkpoint._asdict()).decode())
    elif checkpoint is None:
        click.echo("Nothing new to seal.")
    else:
        click.echo(f"Sealed up to position {checkpoint.position}.")


@audit.command()
@JSON
def verify(as_json: bool) -> None:
    """Recompute every seal from the events as stored; exit code 1 when something was changed."""
    with opened_runtime() as runtime:
        verdict = seals.verify(runtime)
    if as_json:
        click.echo(msgspec.json.encode({"holds": verdict.holds, **msgspec.to_builtins(verdict)}).decode())
    else:
        click.echo(str(verdict))
    sys.exit(0 if verdict.holds else 1)


def find_order(runtime: Runtime, number: str) -> UUID:
    """The one order of that number or id; several of one number are listed by id."""
    try:
        return UUID(number)
    except ValueError:
        pass
    runtime.views.wait_for("orders", runtime.log.head(), timeout=10)
    with runtime.reading() as connection:
        found = orders_by_number(connection, number)
    if not found:
        raise click.ClickException(f"There is no order {number}.")
    if len(found) > 1:
        ids = "\n  ".join(map(str, found))
        raise click.ClickException(f"{len(found)} orders have the number {number}; name one by its id:\n  {ids}")
    return found[0]


def folded(order_id: UUID, stream: list[Recorded]) -> tuple[Order, Recorded | None]:
    """The order that the events leave behind, and the last of them."""
    order = Order.blank(order_id)
    for recorded in stream:
        recorded.event.mutate(order)
    return order, stream[-1] if stream else None


def instant(text: str | None) -> datetime | None:
    """An instant in ISO 8601; UTC where no zone is told."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text} is not an instant; write 2026-03-01T12:00:00Z.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


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

"""`carnet audit`: checkpoints as others keep them, proofs between two of them, and bundles that anybody can check."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from pathlib import Path
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import click
import msgspec

from domain.orders.order import Order
from domain.points_in_time import instant_of
from projections.log import Connection, EventLog
from projections.log.bundles import Selection, bundle_lines, of_all, of_orders, of_period
from projections.log.chains import PositionMissing, stored_events
from projections.log.checkpoints import Checkpoint
from projections.log.epochs import read_lineage
from projections.log.notes import BadNote, Note
from projections.log.proofs import LogTree, is_consistent, is_included
from projections.log.published import last_checkpoint, note_of, own_note, verifier_keys
from projections.log.sealer import Sealer
from projections.log.trees import leaf_hash
from projections.runtime import Runtime
from scripts.finding import find_order
from scripts.installation import opened_runtime
from scripts.instants import when
from scripts.noting import note_read

T = TypeVar("T")

_FILE = click.Path(path_type=Path, dir_okay=False)
_JSON = click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for a program.")
_VERIFIER = Path(__file__).with_name("bundle_verifier.py")
_REPLAY = Path(__file__).with_name("bundle_replay.py")
_BETWEEN = "from scripts.bundle_replay import Order, replayed\n"
_FUTURE = "from __future__ import annotations\n"


@click.command()
@click.option("--output", "-o", type=_FILE, help="The file to write it to.")
def checkpoint(output: Path | None) -> None:
    """The last signed checkpoint of the log, as a note to be kept elsewhere."""
    with opened_runtime() as runtime, runtime.pool.connection() as connection:
        note = note_of(runtime.log.keys, _last(connection))
    if output:
        output.write_bytes(note)
    else:
        click.echo(note.decode(), nl=False)


@click.command()
def keys() -> None:
    """The keys that check the log's checkpoints, the newest first, in the form that programs for notes take."""
    with opened_runtime() as runtime, runtime.pool.connection() as connection:
        for line in verifier_keys(connection, runtime.log.keys):
            click.echo(line)


@click.command()
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
@_JSON
def consistency(old: Path, new: Path, as_json: bool) -> None:
    """Show that the checkpoint in the file NEW goes on from the one in OLD; exit code 1 where it does not."""
    with opened_runtime() as runtime:
        before, after = note_in(runtime.log, old, "OLD"), note_in(runtime.log, new, "NEW")
        if not 0 < before.size <= after.size:
            raise click.BadParameter(f"it has {before.size} events, NEW has {after.size}.", param_hint="OLD")
        head = runtime.log.head()
        if after.size > head:
            raise click.ClickException(f"The log ends at position {head}: the checkpoint of {after.size} is beyond it.")
        with runtime.pool.connection() as connection:
            hashes = _made(lambda: LogTree(connection).consistency(before.size, after.size))
    if not is_consistent((before.size, before.root), (after.size, after.root), hashes):
        raise click.ClickException(
            f"The checkpoint of {after.size} events does not go on from that of {before.size}, or the log is neither's:"
            " something before was changed. `carnet audit verify --against` says whether the log still has either."
        )
    if as_json:
        click.echo(_json({"old": before.size, "new": after.size, "hashes": _texts(hashes)}))
    else:
        click.echo(
            f"The checkpoint of {after.size} events goes on from that of {before.size}: nothing was changed between."
        )


@click.command()
@click.argument("position", type=click.IntRange(min=1))
def inclusion(position: int) -> None:
    """The proof that the event at POSITION is in the tree of the last checkpoint, as JSON."""
    with opened_runtime() as runtime, runtime.pool.connection() as connection:
        seal = _last(connection)
        if position > seal.position:
            raise click.ClickException(f"The last checkpoint covers positions 1 to {seal.position}.")
        [stored] = _made(lambda: list(stored_events(connection, position - 1, position)))
        hashes = _made(lambda: LogTree(connection).inclusion(position - 1, seal.position))
        note = note_of(runtime.log.keys, seal).decode()
    if not is_included(leaf_hash(stored), position - 1, seal.position, hashes, seal.chain):
        raise click.ClickException("The event is not the one that was sealed: see `carnet audit verify`.")
    facts = {"index": position - 1, "leaf": b64encode(stored).decode(), "hashes": _texts(hashes), "checkpoint": note}
    click.echo(_json(facts))


@click.command()
@click.argument("numbers", nargs=-1)
@click.option("--from", "start", callback=when, metavar="INSTANT", help="What was recorded from then on.")
@click.option("--to", "end", callback=when, metavar="INSTANT", help="What was recorded until then.")
@click.option("--all", "everything", is_flag=True, help="The whole book.")
@click.option("--readable", is_flag=True, help="With the keys of the orders' customers: their data can be read in it.")
@click.option("--output", "-o", type=_FILE, required=True, help="The file to write it to.")
def bundle(
    numbers: tuple[str, ...], start: date | None, end: date | None, everything: bool, readable: bool, output: Path
) -> None:
    """Events with the proof that they stand in the log, in one file that `carnet audit verifier` checks offline.

    The orders NUMBERS, with their whole history; or what was recorded in a period, and what came before of the orders
    it changed; or all. What was recorded is sealed first. Personal data stay sealed; with --readable the customers of
    the orders named can read their own.
    """
    if bool(numbers) + bool(start or end) + everything != 1:
        raise click.UsageError("Name orders, or a period by --from and --to, or --all.")
    if readable and not numbers:
        raise click.UsageError("--readable is for orders that are named.")
    with opened_runtime() as runtime:
        orders = [find_order(runtime, number) for number in numbers]
        seal = _sealed(runtime)
        if readable:
            for order_id in orders:
                note_read(runtime, "audit bundle", order_id)
        with runtime.pool.connection() as connection:
            if everything:
                selection = of_all(seal.position)
            elif orders:
                persons = _persons(runtime, orders) if readable else ()
                selection = of_orders(connection, orders, seal.position, persons)
            else:
                selection = of_period(connection, *_period(runtime, start, end), seal.position)
            _write(output, connection, runtime.log, seal, selection)
    events = sum(last - first + 1 for first, last in selection.runs)
    click.echo(f"{output}: {events} events, under the checkpoint of {seal.position}.")


@click.command()
@click.argument("file", type=_FILE, default=Path("bundle_verifier.py"))
def verifier(file: Path) -> None:
    """Write the program that checks bundles to FILE: one Python file that needs `cryptography`, nothing of Carnet's."""
    file.write_text(standalone())
    click.echo(f"{file}: python {file.name} BUNDLE --key KEY")


def standalone() -> str:
    """The verifier in one file: the part that replays orders stands in the place of its import."""
    replay = _REPLAY.read_text().partition(_FUTURE)[2].strip()
    return _VERIFIER.read_text().replace(_BETWEEN, f"{replay}\n")


def note_in(log: EventLog, file: Path, told_as: str) -> Note:
    """The checkpoint in a file, signed by this installation; what is wrong with it is said of what it was told as."""
    try:
        with log.pool.connection() as connection:
            return own_note(log.keys, read_lineage(connection), file.read_bytes())
    except BadNote as fault:
        raise click.BadParameter(f"{file}: {fault}.", param_hint=told_as) from None
    except OSError as fault:
        raise click.BadParameter(f"{file} cannot be read: {fault.strerror}.", param_hint=told_as) from None


def _write(output: Path, connection: Connection, log: EventLog, seal: Checkpoint, selection: Selection) -> None:
    """Writes the bundle whole or not at all."""
    if not selection.runs:
        raise click.ClickException("Nothing was recorded then.")
    unfinished = output.with_name(f"{output.name}.part")
    try:
        with unfinished.open("wb") as file:
            _made(lambda: file.writelines(bundle_lines(connection, log.keys, seal, selection)))
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)


def _sealed(runtime: Runtime) -> Checkpoint:
    """The last seal, once all that was recorded is under one."""
    sealer = Sealer(runtime.log, runtime.settings.data_dir)
    sealer.work()
    if sealer.faults:
        raise click.ClickException("\n".join(("Nothing is sealed:", *sealer.faults)))
    with runtime.pool.connection() as connection:
        return _last(connection)


def _last(connection: Connection) -> Checkpoint:
    found = last_checkpoint(connection)
    if found is None:
        raise click.ClickException("Nothing is sealed yet: `carnet audit seal` does it, and so does a running server.")
    return found


def _persons(runtime: Runtime, orders: Iterable[UUID]) -> list[UUID]:
    """Whose data the orders' customers may read: theirs, and what an order held before it had a customer."""
    loaded = [runtime.log.load(Order, order_id) for order_id in orders]
    return [*(order.id for order in loaded), *(order.customer_id for order in loaded if order.customer_id)]


def _period(runtime: Runtime, start: date | None, end: date | None) -> tuple[datetime, datetime]:
    """The two instants of a period; a bare date is that whole day at the shop, and what is not told is open."""
    zone = ZoneInfo(runtime.desk.shop().defaults.timezone)
    if start is not None and not isinstance(start, datetime):
        start = datetime.combine(start, time.min)
    return instant_of(start or date.min, zone), instant_of(end or date.max, zone)


def _made(make: Callable[[], T]) -> T:
    """What is read of the log; a gap in it is told as what it is."""
    try:
        return make()
    except PositionMissing as gap:
        raise click.ClickException(f"The log is not whole: {gap}. See `carnet audit verify`.") from None


def _texts(hashes: Iterable[bytes]) -> list[str]:
    return [b64encode(one).decode() for one in hashes]


def _json(facts: object) -> str:
    return msgspec.json.encode(facts).decode()


PROOFS = (checkpoint, keys, consistency, inclusion, bundle, verifier)

"""`carnet audit reads`: who looked at what of persons."""

from __future__ import annotations

from datetime import date

import click
import msgspec

from projections.access.reads import ReadFilters, look
from scripts.event_search import begins, ends
from scripts.finding import find_order
from scripts.installation import opened_runtime
from scripts.instants import when

AT_ONCE = 1000


@click.command()
@click.argument("numbers", nargs=-1)
@click.option("--actor", multiple=True, help="Such as operator:nora; repeats.")
@click.option("--about", multiple=True, help="The id of an order, a customer ..., or a document's number; repeats.")
@click.option("--from", "start", callback=when, metavar="INSTANT", help="What was read from then on.")
@click.option("--to", "end", callback=when, metavar="INSTANT", help="What was read before; a bare date is in it.")
@click.option("--limit", type=click.IntRange(1), help="No more than so many.")
def reads(
    numbers: tuple[str, ...],
    actor: tuple[str, ...],
    about: tuple[str, ...],
    start: date | None,
    end: date | None,
    limit: int | None,
) -> None:
    """Who looked at which order or customer, searched what and took which files, as lines of JSON.

    Of the orders NUMBERS alone, where any are named. Kept for CARNET_READS_DAYS.
    """
    with opened_runtime() as runtime:
        places = [*about, *(str(find_order(runtime, number)) for number in numbers)]
        filters = ReadFilters(
            actors=actor or None, about=places or None, start=begins(runtime, start), end=ends(runtime, end)
        )
        after = told = 0
        while limit is None or told < limit:
            most = AT_ONCE if limit is None else min(AT_ONCE, limit - told)
            with runtime.pool.connection() as connection:
                found = look(connection, runtime.log.keys.answers, filters, after, most)
            for one in found:
                click.echo(msgspec.json.encode(one._asdict()).decode())
            if len(found) < most:
                break
            after, told = found[-1].id, told + len(found)


READS = (reads,)

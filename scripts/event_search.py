"""`carnet audit events` and `ask`: events that are looked for, and questions that auditors ask again and again."""

from __future__ import annotations

import sys
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import click

from domain.points_in_time import instant_of
from printing.exports.found_events import event_lines, event_table
from projections.log.questions import QUESTIONS, Span, answers, as_line
from projections.published.searching import EventFilters, search
from projections.runtime import Runtime
from scripts.finding import find_order
from scripts.installation import opened_runtime
from scripts.instants import when
from scripts.noting import note_read

AT_ONCE = 1000
_REASONS = {"present": True, "missing": False}
_RECORDED = (
    click.option("--from", "start", callback=when, metavar="INSTANT", help="What was recorded from then on."),
    click.option("--to", "end", callback=when, metavar="INSTANT", help="What was recorded before; a bare date is in."),
    click.option("--after", type=click.IntRange(0), default=0, help="After which position."),
)


@click.command()
@click.argument("numbers", nargs=-1)
@click.option("--topic", multiple=True, help="Such as order.shipped; repeats.")
@click.option("--actor", multiple=True, help="Such as operator:nora; repeats.")
@click.option("--stream", multiple=True, type=click.UUID, help="The id of whatever it happened to; repeats.")
@click.option("--import-id", type=click.UUID, help="What an import brought.")
@click.option("--reason", type=click.Choice(tuple(_REASONS)), help="Where a reason was given, or none.")
@click.option("--occurred-from", callback=when, metavar="INSTANT", help="What occurred from then on.")
@click.option("--occurred-to", callback=when, metavar="INSTANT", help="What occurred before; a bare date is in it.")
@click.option("--format", "form", type=click.Choice(("jsonl", "csv")), default="jsonl", show_default=True)
@click.option("--with-personal-data", "personal", is_flag=True, help="Names, addresses ...; else they are withheld.")
@click.option("--limit", type=click.IntRange(1), help="No more than so many.")
def events(
    numbers: tuple[str, ...],
    topic: tuple[str, ...],
    actor: tuple[str, ...],
    stream: tuple[UUID, ...],
    import_id: UUID | None,
    reason: str | None,
    start: date | None,
    end: date | None,
    occurred_from: date | None,
    occurred_to: date | None,
    after: int,
    form: str,
    personal: bool,
    limit: int | None,
) -> None:
    """The events that pass every option, of the orders NUMBERS where any are named, in the order they were recorded."""
    with opened_runtime() as runtime:
        streams = [*stream, *(find_order(runtime, number) for number in numbers)]
        filters = EventFilters(
            streams=streams or None,
            topics=topic or None,
            actors=actor or None,
            import_id=import_id,
            has_reason=None if reason is None else _REASONS[reason],
            recorded_from=begins(runtime, start),
            recorded_to=ends(runtime, end),
            occurred_from=begins(runtime, occurred_from),
            occurred_to=ends(runtime, occurred_to),
        )
        if personal:
            note_read(runtime, "audit events", filter={"streams": streams, "topic": topic, "actor": actor})
        left, headed = sys.maxsize if limit is None else limit, True
        while left:
            page = search(runtime.log, filters, after, min(AT_ONCE, left), personal=personal)
            found = event_lines(page.events) if form == "jsonl" else event_table(page.events, headed=headed)
            click.echo(found, nl=False)
            after, left, headed = page.next, left - len(page.events), False
            if after >= page.head:
                break


@click.command()
@click.argument("question", type=click.Choice(tuple(QUESTIONS)), required=False)
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=1000, show_default=True)
def ask(question: str | None, start: date | None, end: date | None, after: int, limit: int) -> None:
    """Answer one of the questions that auditors ask, as lines of JSON; without QUESTION: which there are."""
    if question is None:
        for name, one in QUESTIONS.items():
            click.echo(f"{name:<26}{one.words}")
        return
    with opened_runtime() as runtime:
        span = Span(after, begins(runtime, start), ends(runtime, end))
        for answer in answers(runtime.log, question, span, limit):
            click.echo(as_line(answer), nl=False)


def begins(runtime: Runtime, told: date | None) -> datetime | None:
    """The first instant that is in it; of a bare date, its beginning at the shop."""
    if told is not None and not isinstance(told, datetime):
        told = datetime.combine(told, time.min)
    return None if told is None else instant_of(told, _zone(runtime))


def ends(runtime: Runtime, told: date | None) -> datetime | None:
    """The first instant that is not in it any more: after a bare date, which is that whole day."""
    if told is not None and not isinstance(told, datetime):
        told = datetime.combine(told + timedelta(days=1), time.min)
    return None if told is None else instant_of(told, _zone(runtime))


def _zone(runtime: Runtime) -> ZoneInfo:
    return ZoneInfo(runtime.desk.shop().defaults.timezone)


for _option in reversed(_RECORDED):
    events, ask = _option(events), _option(ask)
SEARCHES = (events, ask)

"""`carnet export events`: everything that happened in the order it was recorded, going on where the files end."""

from __future__ import annotations

import fcntl
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple, cast

import click

from domain.points_in_time import HasTimes, PointInTime
from printing.exports.events import EVENT_FORMATS, ExtraMissing
from projections.exports import require_passed
from projections.log import EventLog
from projections.published import PublishedEvent, Wanted, page
from scripts.event_files import (
    MANIFEST,
    EventFile,
    end_of,
    finished,
    has_older_layout,
    keep_manifest,
    manifest_of,
    unfinished_file,
)
from scripts.export_ocel import OCEL, export_ocel
from scripts.filtering import refusals
from scripts.installation import opened_runtime
from scripts.instants import point_of, when
from scripts.noting import note_read
from scripts.progress import progress

AT_ONCE = 5_000  # events in memory, and in a row group
OF_A_FILE = 100_000

Tell = Callable[[int], None]


class Span(NamedTuple):
    """Which events: after a position, up to another, in an epoch, and of those what a point in time shows.

    `personal`: with what is of persons.
    """

    after: int
    until: int
    personal: bool
    epoch: str
    point: PointInTime


@click.command()
@click.option("--format", "form", type=click.Choice((*EVENT_FORMATS, OCEL)), default="jsonl", show_default=True)
@click.option("--after", type=click.IntRange(0), help="From after which position; in a folder, where its files end.")
@click.option("--until", type=click.IntRange(0), help="Up to which position; the end of the log unless told.")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), help="Folder; else standard output.")
@click.option("--with-personal-data", "personal", is_flag=True, help="Names, addresses ...; files outlive an erasure.")
@click.option("--as-of", callback=when, metavar="INSTANT", help="Those that had happened by then.")
@click.option("--known-at", callback=when, metavar="INSTANT", help="Those that had been recorded by then.")
@click.option("--json", "as_json", is_flag=True, help="Tell what was written as JSON, on the standard error.")
def events(
    form: str,
    after: int | None,
    until: int | None,
    output: Path | None,
    personal: bool,
    as_of: date | None,
    known_at: date | None,
    as_json: bool,
) -> None:
    """Write the events in the order they were recorded; what is of persons reads erased unless it is asked for.

    In a folder they come in files of up to 100,000, each named by its first and last position, none of them changed
    later: the next run goes on behind the last one. Parquet stands in `events/recorded_on=DAY/`, one dataset by
    day (UTC). `manifest.json` tells the files, the position where they end as `next`
    and its `epoch`: where the database was promoted or restored since, nothing is written and it is said what to do.

    `ocel` writes the lives of all orders for process mining, each time anew, as `ocel.json` and `ocel.sqlite`.
    """
    if form == OCEL:
        if output is None or after is not None or personal or as_of or known_at:
            raise click.UsageError("OCEL tells whole lives without personal data, in a folder: --output, --until.")
        export_ocel(until, output, as_json)
        return
    if output is None and form == "parquet":
        raise click.UsageError("Parquet is written to files: say --output FOLDER.")
    with opened_runtime() as runtime, progress("Exporting events") as tell:
        if personal:
            note_read(runtime, "export events", filter={"after": after, "until": until})
        incarnation, head = runtime.log.end()
        epoch = runtime.log.epoch(incarnation).id
        point = point_of(runtime, as_of, known_at)
        with refusals():
            require_passed(point, datetime.now(UTC))
        span = Span(after or 0, min(until if until is not None else head, head), personal, epoch, point)

        def shown(position: int) -> None:
            tell(position, span.until)

        try:
            if output is None:
                report = _to_output(runtime.log, span, shown)
            else:
                with _locked(output):
                    _require_epoch(runtime.log, output, epoch)
                    _require_point(output, point)
                    report = _to_folder(runtime.log, output, form, _continued(output, form, span, after), shown)
        except ExtraMissing as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            raise click.ClickException(f"The events cannot be written: {error.strerror}.") from None
    told = f"{report['events']} events written; the next export begins after {report['next']}."
    click.echo(json.dumps(report) if as_json else told, err=True)


def _to_output(log: EventLog, span: Span, tell: Tell) -> dict[str, Any]:
    writer, count, last = EVENT_FORMATS["jsonl"].writer(sys.stdout.buffer, span.epoch), 0, span.after
    for events, last in _batches(log, span):
        writer.write(events)
        count += len(events)
        tell(last)
    sys.stdout.buffer.flush()
    return {"events": count, "next": last, "epoch": span.epoch}


def _to_folder(log: EventLog, folder: Path, form: str, span: Span, tell: Tell) -> dict[str, Any]:
    files: list[EventFile] = []
    known = manifest_of(folder)
    position = span.after
    while position < span.until:
        part = span._replace(after=position, until=min(span.until, position + OF_A_FILE))
        made = _to_file(log, folder, form, part, tell)
        files += [made] if made.path else []
        position = made.last
        about = {"format": form, "next": position, "epoch": span.epoch, "personal_data": span.personal}
        keep_manifest(folder, about | span.point.told(), [*known.files, *files])
    count = sum(file.events for file in files)
    return {"events": count, "next": position, "files": [file.path for file in files], "epoch": span.epoch}


def _to_file(log: EventLog, folder: Path, form: str, span: Span, tell: Tell) -> EventFile:
    """Writes one file, which has its name once it is whole; by day, it ends with the day of its first event."""
    by_day, count, last = EVENT_FORMATS[form].by_day, 0, span.until
    day: date | None = None
    with unfinished_file(folder) as (file, path):
        writer = EVENT_FORMATS[form].writer(file, span.epoch)
        for events, reached in _batches(log, span):
            day = day or (_day(events[0]) if events else None)
            of_day = [one for one in events if not by_day or _day(one) == day]
            writer.write(of_day)
            count += len(of_day)
            tell(reached)
            if len(of_day) < len(events):
                last = events[len(of_day)].position - 1
                break
        writer.close()
        if by_day and day is None:  # a point in time shows none of them: there is no day to put them in
            return EventFile("", span.after + 1, last, 0, None)
        return finished(file, path, folder, EventFile.of(form, span.after + 1, last, count, day if by_day else None))


def _day(event: PublishedEvent) -> date:
    """The day, in UTC, on which an event was recorded."""
    return event.recorded_at.astimezone(UTC).date() if event.recorded_at else date.min


def _batches(log: EventLog, span: Span) -> Iterator[tuple[list[PublishedEvent], int]]:
    """The events some at a time, and how far each time went."""
    position, wanted = span.after, Wanted(span.personal)
    while position < span.until:
        found = page(log, position, min(AT_ONCE, span.until - position), wanted)
        if found.next == position:
            return
        position = found.next
        yield [one for one in found.events if _is_shown(one, span.point)], position


def _is_shown(event: PublishedEvent, point: PointInTime) -> bool:
    """Whether a point in time shows it; one that cannot be read is always shown."""
    return event.version is None or point.shows(cast("HasTimes", event))


def _continued(folder: Path, form: str, span: Span, told: int | None) -> Span:
    """The span from where the folder's files end; one that was told may not go back behind that."""
    if has_older_layout(folder, form):
        raise click.UsageError(f"{folder} has Parquet of an older form, without days: say another folder.")
    end = end_of(folder, form)
    if told is not None and told < end:
        raise click.UsageError(f"{folder} has events up to {end}: leave --after out, or say another folder.")
    return span._replace(after=end if told is None else told)


def _require_point(folder: Path, point: PointInTime) -> None:
    """Refuses to go on behind files of another point in time."""
    said = manifest_of(folder).about
    if said and {name: said[name] for name in PointInTime._fields if name in said} != point.told():
        raise click.UsageError(f"{folder} has events of another point in time: say another folder.")


def _require_epoch(log: EventLog, folder: Path, epoch: str) -> None:
    """Refuses to go on behind files of another epoch: their last events may be others than the log has today."""
    said = manifest_of(folder).about.get("epoch")
    if said in (None, epoch):
        return
    common = log.common_position(said)
    advice = "They are of another log: say another folder."
    if common is not None:
        advice = (
            f"Events up to position {common} are the same in both: remove {MANIFEST} and every file that goes "
            "beyond it, and run this again."
        )
    raise click.ClickException(f"The files in {folder} are of epoch {said}, and the log is in epoch {epoch}. {advice}")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keeps a second export out of the folder while one writes there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException(f"Another export writes to {folder}; wait for its end.") from None
        yield

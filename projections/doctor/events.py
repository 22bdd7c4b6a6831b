"""The log itself: positions, versions, holes, and whether every event can be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from eventsourcing.utils import TopicError, resolve_topic

from domain.upcasters import UPCASTERS
from projections.doctor.finding import MOST_PLACES, Finding, Look, places
from projections.log.holes import Hole, find_holes, recent_holes

RECENT = 10_000  # positions at the end of the log whose streams the quick form looks at
AT_ONCE = 5_000

_COUNTED = "SELECT count(*), coalesce(min(position), 1), coalesce(max(position), 0) FROM log.events"
_GAPS = """
SELECT position + 1, following - 1, count(*) OVER () FROM (
    SELECT position, lead(position) OVER (ORDER BY position) AS following FROM log.events
) e WHERE following <> position + 1 ORDER BY position LIMIT 20
"""
_LAST_GAPS = """
SELECT count(*), min(position), max(position) FROM (
    SELECT position FROM log.events ORDER BY position DESC LIMIT %(recent)s
) last
"""
_DOUBLES = """
SELECT originator_id, originator_version, count(*) FROM log.events
GROUP BY originator_id, originator_version HAVING count(*) > 1
"""
_TOPICS = (
    "SELECT topic, version, count(*), min(position) FROM log.events GROUP BY topic, version ORDER BY min(position)"
)
_ROWS = """
SELECT position, originator_id, originator_version, topic, version, state, wrapped
FROM log.readable ORDER BY position
"""
_TIMES = """
SELECT count(*) FILTER (WHERE recorded_at > clock_timestamp() + interval '5 seconds'),
    max(recorded_at),
    count(*) FILTER (WHERE occurred_at > clock_timestamp() + interval '1 day'),
    (array_agg(position) FILTER (WHERE occurred_at > clock_timestamp() + interval '1 day'))[1:20]
FROM log.events
"""


def positions(look: Look) -> Iterator[Finding]:
    """Positions run from 1 to the head without a gap; the quick form looks at the last ones."""
    if look.quick:
        [(count, first, last)] = look.connection.execute(_LAST_GAPS, {"recent": RECENT}).fetchall()
        whole = not count or (last - first + 1 == count and (count == RECENT or first == 1))
    else:
        [(count, first, last)] = look.connection.execute(_COUNTED).fetchall()
        whole = not count or (first == 1 and count == last)
    if whole:
        return
    gaps = look.connection.execute(_GAPS).fetchall()
    total = gaps[0][2] if gaps else 0
    if first != 1 and not look.quick:
        gaps, total = [(1, first - 1, 0), *gaps], total + 1
    yield Finding(
        "positions-missing",
        "damage",
        f"The log lacks positions: it has {count} events up to position {last}.",
        "Followers of the feed miss these events. Restore a backup that has them; otherwise `carnet doctor` names the"
        " streams that lack them, and `--repair` declares them lost.",
        places(f"{start} to {end}" if start != end else str(start) for start, end, _ in gaps),
        total,
    )


def doubles(look: Look) -> Iterator[Finding]:
    """A version is stored once."""
    found = look.connection.execute(_DOUBLES).fetchall()
    if found:
        yield Finding(
            "versions-doubled",
            "damage",
            f"{len(found)} versions are stored more than once.",
            "The constraint `events_stream` was missing or its index is broken. Stop Carnet, restore a backup, or have"
            " one event of each pair removed by the database's administrator; then `REINDEX TABLE log.events`.",
            places(f"{stream} version {version}" for stream, version, _ in found),
            len(found),
        )


def holes(look: Look) -> Iterator[Finding]:
    """Streams that lack versions, those declared lost apart; the quick form looks at streams that moved lately."""
    found = recent_holes(look.connection, RECENT) if look.quick else find_holes(look.connection)
    missing = [hole for hole in found if hole.missing]
    if missing:
        yield Finding(
            "holes",
            "damage",
            f"{len(missing)} streams lack events that were lost by the database: nothing can be added to them.",
            "Look for the events in a backup or a standby first. Then `carnet doctor --repair` declares them lost, and"
            " the streams go on with what is left.",
            places(_named(hole, hole.missing) for hole in missing),
            len(missing),
        )
    declared = [hole for hole in found if hole.declared and not hole.missing]
    if declared:
        yield Finding(
            "holes-declared",
            "note",
            f"{len(declared)} streams lack events that were declared lost; they go on without them.",
            "Nothing is to be done; each stream's history says so.",
            places(_named(hole, hole.declared) for hole in declared),
            len(declared),
        )


def topics(look: Look) -> Iterator[Finding]:
    """Every kind of event is known, in this form or one that can be brought forward."""
    unknown, newer, stuck = [], [], []
    for topic, version, count, first in look.connection.execute(_TOPICS):
        place = f"{topic} form {version}: {count} events, the first at position {first}"
        try:
            today = resolve_topic(topic).VERSION
        except TopicError:
            unknown.append(place)
            continue
        if version > today:
            newer.append(place)
        elif any((topic, form) not in UPCASTERS for form in range(version, today)):
            stuck.append(place)
    if unknown or newer:
        yield Finding(
            "topics-unknown",
            "damage",
            "The log holds events that this program does not know: a newer version of Carnet has recorded them.",
            "Run that version, or a later one.",
            places([*unknown, *newer]),
            len(unknown) + len(newer),
        )
    if stuck:
        yield Finding(
            "upcasters-missing",
            "damage",
            "The log holds events of an older form that this program cannot bring forward.",
            "This is a fault of the program: report it with the forms named here.",
            places(stuck),
            len(stuck),
        )


class _Fault(NamedTuple):
    """An event that cannot be read, and the kind of error."""

    place: str
    error: str
    sealed: bool


def unreadable(look: Look) -> Iterator[Finding]:
    """Decodes every event, its personal fields as well where their key is there."""
    faults: list[_Fault] = []
    kinds: Counter[bool] = Counter()
    [(_, _, head)] = look.connection.execute(_COUNTED).fetchall()
    done = 0
    with look.connection.cursor("doctor") as cursor:
        cursor.itersize = AT_ONCE
        cursor.execute(_ROWS, binary=True)
        while rows := cursor.fetchmany(AT_ONCE):
            for row in rows:
                fault = _fault(look, row)
                if fault:
                    kinds[fault.sealed] += 1
                    if kinds[fault.sealed] <= MOST_PLACES:
                        faults.append(fault)
            done += len(rows)
            look.tell(done, head)
    if kinds[True]:
        yield Finding(
            "events-sealed-otherwise",
            "damage",
            f"The personal data of {kinds[True]} events cannot be opened with their subject's key.",
            "The key or the event was changed, or moved from elsewhere: `carnet audit verify` tells which.",
            [fault.place for fault in faults if fault.sealed],
            kinds[True],
        )
    if kinds[False]:
        yield Finding(
            "events-unreadable",
            "damage",
            f"{kinds[False]} events cannot be read: their stored form is not that of their kind.",
            "Views set such events aside as dead letters. `carnet audit verify` tells whether they were changed.",
            [f"{fault.place}: {fault.error}" for fault in faults if not fault.sealed],
            kinds[False],
        )


def times(look: Look) -> Iterator[Finding]:
    """Nothing was recorded later than now, nothing happened long after now."""
    [(recorded, latest, occurred, where)] = look.connection.execute(_TIMES).fetchall()
    if recorded:
        yield Finding(
            "recorded-ahead",
            "warning",
            f"{recorded} events were recorded later than the database's clock says it is, the last at {latest}.",
            "The database's clock was ahead, or is behind now: set it right. New events are recorded at that last time"
            " until the clock has reached it.",
            total=recorded,
        )
    if occurred:
        yield Finding(
            "occurred-ahead",
            "note",
            f"{occurred} events tell a time that is more than a day ahead.",
            "Look at the files or machines they came from: orders read as of a day show such events from that time on.",
            places(f"position {position}" for position in where),
            occurred,
        )


def _fault(look: Look, row: tuple[Any, ...]) -> _Fault | None:
    position, stream, number, topic, version, state, wrapped = row
    place = f"position {position}, {topic}, version {number} of {stream}"
    try:
        event = look.log.mapper.event(topic, version, state, wrapped)
    except InvalidTag:
        return _Fault(place, "InvalidTag", sealed=True)
    except TopicError:
        return None  # told by `topics`
    except Exception as error:
        return _Fault(place, type(error).__name__, sealed=False)
    if (event.originator_id, event.originator_version) != (stream, number):
        return _Fault(place, "its columns tell another stream or version", sealed=False)
    return None


def _named(hole: Hole, versions: list[int]) -> str:
    """A hole in a line."""
    shown = ", ".join(map(str, versions[:MOST_PLACES]))
    more = f" and {len(versions) - MOST_PLACES} more" if len(versions) > MOST_PLACES else ""
    return f"{hole.kind} {hole.originator_id}: version {shown}{more} of {hole.last}"

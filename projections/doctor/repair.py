"""What `carnet doctor --repair` can put right, each after it was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import LiteralString, NamedTuple
from uuid import uuid5

from domain.events import Aggregate, Context
from domain.gaps import DeclareGap, declare_gap
from domain.points_in_time import NOW
from domain.topics import AGGREGATES
from projections.engine import generations
from projections.log import EventLog, again_when_overtaken
from projections.log.bringing_back import bring_back
from projections.log.holes import Hole, find_holes
from projections.runtime import Runtime

ACTOR = "process:doctor"

_BY_KIND: dict[str, type[Aggregate]] = {aggregate.TOPIC: aggregate for aggregate in AGGREGATES}

_TO_THE_END = "SELECT work.bring_back((SELECT coalesce(max(position), 0) FROM log.events), false)"
_NO_IMPORT: tuple[LiteralString, ...] = (
    """
    DELETE FROM work.import_kept w
    WHERE NOT EXISTS (SELECT FROM log.events e WHERE e.originator_id = w.import_id)
    """,
    """
    DELETE FROM work.import_ranges w
    WHERE NOT EXISTS (SELECT FROM log.events e WHERE e.originator_id = w.import_id)
    """,
    "DELETE FROM work.imports w WHERE NOT EXISTS (SELECT FROM log.events e WHERE e.originator_id = w.id)",
)
_BEGIN_IMPORTS_ANEW = """
UPDATE work.import_ranges r SET done_bytes = 0, error_bytes = 0, totals = '{}', is_done = false
FROM work.imports i
WHERE i.id = r.import_id AND i.state IN ('running', 'paused', 'failed') AND i.id IN (
    SELECT w.id FROM work.imports w JOIN work.import_ranges s ON s.import_id = w.id
    GROUP BY w.id HAVING sum(coalesce((s.totals ->> 'new')::bigint, 0)) > (
        SELECT count(DISTINCT e.originator_id) FROM log.events e
        WHERE e.topic = 'order.imported' AND (e.state -> 'metadata' ->> 'import_id')::uuid = w.id
    )
)
"""
_NO_CREDENTIALS: tuple[LiteralString, ...] = (
    "DELETE FROM access.tokens t WHERE NOT EXISTS (SELECT FROM log.events e WHERE e.originator_id = t.token_id)",
    "DELETE FROM access.operators o WHERE NOT EXISTS (SELECT FROM log.events e WHERE e.originator_id = o.operator_id)",
)


class Repair(NamedTuple):
    """What is asked before it is done, and what does it; answers what was done, in sentences."""

    question: str
    act: Callable[[Runtime, str | None], list[str]]


def declare_hole(log: EventLog, hole: Hole, reason: str | None = None) -> bool:
    """Appends to the stream what it lacks, as an event; False where somebody has done so meanwhile."""
    return again_when_overtaken(lambda: _declare(log, hole, reason))


def declare_all(log: EventLog, holes: list[Hole], tell: Callable[[Hole], None], reason: str | None = None) -> int:
    """Declares every hole that nobody has declared yet, telling each; gives how many."""
    declared = 0
    for hole in holes:
        if hole.missing and declare_hole(log, hole, reason):
            declared += 1
            tell(hole)
    return declared


def _declare(log: EventLog, hole: Hole, reason: str | None) -> bool:
    missing = ",".join(map(str, hole.missing))
    context = Context(
        command_id=uuid5(hole.originator_id, f"gap {missing}"), actor=ACTOR, at=datetime.now(UTC), reason=reason
    )
    with log.session() as session:
        aggregate = session.load(_BY_KIND[hole.kind], hole.originator_id)
        declare_gap(aggregate, DeclareGap(context=context, missing=aggregate.gaps.missing or tuple(hole.missing)))
        if not aggregate.pending_events:
            return False
        session.save(aggregate)
        session.commit()
    return True


def _declare_holes(runtime: Runtime, reason: str | None) -> list[str]:
    with runtime.pool.connection() as connection:
        holes = find_holes(connection)
    count = declare_all(runtime.log, holes, lambda _: None, reason)
    return [f"{count} streams go on: each holds an event that says what is lost."]


def _bring_back(runtime: Runtime, _reason: str | None) -> list[str]:
    with runtime.pool.connection() as connection:
        return bring_back(connection, runtime.settings.data_dir, adopt=True) or ["The data folder knows this log now."]


def _to_the_end(runtime: Runtime, _reason: str | None) -> list[str]:
    with runtime.pool.connection() as connection:
        head = runtime.log.head()
        for one in generations.every(connection):
            if one.point != NOW and (one.position > head or one.version == generations.AHEAD):
                generations.drop(connection, one.projection, one.schema)
        connection.execute(_TO_THE_END)
    return ["Views that were ahead are built anew by `carnet project`, processes go on from the end of the log."]


def _all(*statements: LiteralString) -> Callable[[Runtime, str | None], list[str]]:
    def act(runtime: Runtime, _reason: str | None) -> list[str]:
        with runtime.pool.connection() as connection, connection.transaction():
            count = sum(connection.execute(statement).rowcount for statement in statements)
        return [f"{count} rows were put right."]

    return act


_AHEAD = Repair("Build views anew, set processes to the end of the log and effects of lost events aside?", _to_the_end)
_BACK = Repair("Take this log as it is, and move numbers past those that may have been given out?", _bring_back)

# By the code of what was found. Several findings may have the same repair, which is made once.
REPAIRS: Mapping[str, Repair] = {
    "log-went-back": _BACK,
    "database-other": _BACK,
    "views-ahead": _AHEAD,
    "processes-ahead": _AHEAD,
    "effects-ahead": _AHEAD,
    "holes": Repair("Declare the lost events lost, so that their streams go on without them?", _declare_holes),
    "imports-orphaned": Repair("Forget the imports that the log knows nothing of?", _all(*_NO_IMPORT)),
    "imports-ahead": Repair("Let unfinished imports begin anew?", _all(_BEGIN_IMPORTS_ANEW)),
    "credentials-orphaned": Repair("Remove tokens and operators the log knows nothing of?", _all(*_NO_CREDENTIALS)),
}

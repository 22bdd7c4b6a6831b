"""Long work in parts that many workers share: asked for once, shown as it goes, stopped, resumed and taken back.

A job's row and its parts are the truth; each part is an effect, handed to whichever worker is free. What became of an
item is recorded in the transaction that did it, so that a part begun anew goes on behind the last item done. Jobs hold
ids, codes and figures alone: whoever asks by words resolves them to ids first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, get_args
from uuid import UUID, uuid5

from msgspec import Struct
from psycopg.types.json import Jsonb

from domain.errors import Conflict, NotFound
from domain.processes.process import Effect
from projections.engine.tables import Connection
from projections.log import Session
from projections.views.pages import Listing, equal_all, key
from projections.work import effects
from projections.work.effects import EffectRequest

State = Literal["running", "paused", "cancelled", "done", "failed"]
Outcome = Literal["done", "refused", "unchanged"]
STATES: tuple[State, ...] = get_args(State)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
PART = ".part"  # behind a job's kind: the kind of effect that its parts are

_CREATE = """
INSERT INTO work.jobs (id, kind, parameters, permission, state, undo_kind, undoes, created_by, changed_by, ended_at)
VALUES (
    %(id)s, %(kind)s, %(parameters)s, %(permission)s, %(state)s, %(undo_kind)s, %(undoes)s, %(actor)s, %(actor)s,
    CASE WHEN %(state)s = 'done' THEN now() END
) ON CONFLICT DO NOTHING
"""
_PUT_PART = "INSERT INTO work.job_parts (job_id, part, content, total) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
_FIND = """
SELECT id, kind, parameters, permission, state, round, undo_kind, undoes, outcome, error, created_at, created_by,
    changed_at, changed_by, ended_at, parts, total, done, refused, unchanged
FROM work.job_progress WHERE id = %(id)s
"""
_TAKE = """
UPDATE work.job_parts p SET attempts = p.attempts + 1
FROM work.jobs j
WHERE p.job_id = %(id)s AND p.part = %(part)s AND NOT p.finished
    AND j.id = p.job_id AND j.state = 'running' AND j.round = %(round)s
RETURNING j.kind, j.parameters, j.created_by, p.content, p.total, p.attempts, j.permission, j.changed_by
"""
_NUMBERS = "SELECT number FROM work.job_results WHERE job_id = %(id)s AND part = %(part)s"
_HOLD = "SELECT FROM work.jobs WHERE id = %(id)s AND state = 'running' AND round = %(round)s FOR SHARE"
_RECORD = """
WITH fresh AS (
    INSERT INTO work.job_results (job_id, part, number, item, outcome, code, facts)
    SELECT %(id)s, %(part)s, number, item, outcome, code, facts
    FROM unnest(%(numbers)s::int[], %(items)s::text[], %(outcomes)s::text[], %(codes)s::text[], %(facts)s::jsonb[])
        AS told (number, item, outcome, code, facts)
    ON CONFLICT DO NOTHING RETURNING outcome
)
UPDATE work.job_parts SET
    done = done + (SELECT count(*) FROM fresh WHERE outcome = 'done'),
    refused = refused + (SELECT count(*) FROM fresh WHERE outcome = 'refused'),
    unchanged = unchanged + (SELECT count(*) FROM fresh WHERE outcome = 'unchanged'),
    attempts = 0
WHERE job_id = %(id)s AND part = %(part)s
"""
_COUNT = """
UPDATE work.job_parts SET done = %(done)s, total = coalesce(%(total)s, total), attempts = 0
WHERE job_id = %(id)s AND part = %(part)s
"""
_LOCK = "SELECT state, round, undo_kind FROM work.jobs WHERE id = %(id)s FOR UPDATE"
_FINISH = "UPDATE work.job_parts SET finished = true WHERE job_id = %(id)s AND part = %(part)s"
_END = """
UPDATE work.jobs SET state = 'done', ended_at = now(), changed_at = now(), outcome = outcome || %(outcome)s
WHERE id = %(id)s AND NOT EXISTS (SELECT FROM work.job_parts WHERE job_id = %(id)s AND NOT finished)
"""
_FAIL = """
UPDATE work.jobs SET state = 'failed', error = %(error)s, ended_at = now(), changed_at = now()
WHERE id = %(id)s AND state = 'running' AND round = %(round)s
"""
_CHANGE = """
UPDATE work.jobs SET
    state = %(state)s, changed_at = now(), changed_by = %(actor)s,
    round = round + (%(state)s = 'running')::int,
    error = CASE %(state)s WHEN 'running' THEN NULL ELSE error END,
    ended_at = CASE %(state)s WHEN 'cancelled' THEN now() END
WHERE id = %(id)s RETURNING kind, round
"""
_AGAIN = "UPDATE work.job_parts SET attempts = 0 WHERE job_id = %(id)s AND NOT finished RETURNING part"
_PARTS = "SELECT part, total, content FROM work.job_parts WHERE job_id = %(id)s ORDER BY part"
_FORGET = """
DELETE FROM work.jobs j WHERE ended_at < now() - %(kept)s AND NOT EXISTS (
    SELECT FROM work.jobs o WHERE (o.undoes = j.id OR o.id = j.undoes)
        AND (o.ended_at IS NULL OR o.ended_at >= now() - %(kept)s)
)
"""
_UNDONE_BY = "SELECT id FROM work.jobs WHERE undoes = %(id)s"
_TELL = "UPDATE work.jobs SET outcome = outcome || %(outcome)s WHERE id = %(id)s"

# What may be asked of a job: the states it may be in, and the state it comes to.
ACTIONS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "cancel": (("running", "paused", "failed"), "cancelled"),
    "pause": (("running",), "paused"),
    "resume": (("paused", "failed"), "running"),
}
ENDED = ("done", "cancelled", "failed")


class JobNotFound(NotFound):
    """There is no such job."""

    code = "job-not-found"


class WrongJobState(Conflict):
    """A job that is {state} cannot take this action."""

    code = "wrong-job-state"


class JobIrreversible(Conflict):
    """What a job of this kind did has no opposite."""

    code = "job-irreversible"


class JobUndone(Conflict):
    """This job was taken back before, by the job {by}."""

    code = "job-undone"


class Stopped(Exception):
    """The job was cancelled or paused, or somebody else goes on with it: leave it where it is."""


class Part(NamedTuple):
    """A share of a job: how many items it has, and what tells which (ids, codes and figures)."""

    total: int
    content: Mapping[str, Any]


class Result(NamedTuple):
    """What became of an item, by its place in its part: done, unchanged, or refused with a problem's code.

    `item` is its id; `facts` are ids, codes and figures about it.
    """

    number: int
    item: str
    outcome: Outcome
    code: str | None = None
    facts: Mapping[str, Any] = {}


class JobRow(NamedTuple):
    """A job as it stands; its figures are the sums over its parts."""

    id: UUID
    kind: str
    parameters: dict[str, Any]
    permission: str
    state: str
    round: int
    undo_kind: str | None
    undoes: UUID | None
    outcome: dict[str, Any]
    error: str | None
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str
    ended_at: datetime | None
    parts: int
    total: int
    done: int
    refused: int
    unchanged: int


class ResultRow(NamedTuple):
    """What became of one item."""

    part: int
    number: int
    item: str
    outcome: Outcome
    code: str | None
    facts: dict[str, Any]


class Held(NamedTuple):
    """A part in hand: `finished` are the numbers of the items that have their result; `attempts` since the last one.

    It goes on for as long as `asked_by`, who had it run last, has the `permission`.
    """

    job_id: UUID
    part: int
    round: int
    kind: str
    parameters: dict[str, Any]
    actor: str
    content: dict[str, Any]
    total: int
    attempts: int
    finished: frozenset[int]
    permission: str
    asked_by: str


# Filters may name a state, a kind, and who made them (`created_by`).
class JobFilters(Struct, frozen=True, kw_only=True):
    """Jobs in one state, of one kind, asked for by one actor."""

    state: State | None = None
    kind: str | None = None
    created_by: str | None = None


class ResultFilters(Struct, frozen=True, kw_only=True):
    """What became of the items of a job, those of one outcome, of one part."""

    job_id: UUID | None = None
    outcome: Outcome | None = None
    part: int | None = None


JOBS: Listing[JobRow, JobFilters] = Listing(
    "work.job_progress",
    JobRow,
    {"created_at": (key("created_at", datetime, "timestamptz"), key("id", UUID, "uuid"))},
    "-created_at",
    equal_all,
)
SORTS = tuple(JOBS.sorts)
# What became of a job's items, in their order.
RESULTS: Listing[ResultRow, ResultFilters] = Listing(
    "work.job_results",
    ResultRow,
    {"number": (key("part", int, "int"), key("number", int, "int"))},
    "number",
    equal_all,
)


def create(
    session: Session,
    job_id: UUID,
    kind: str,
    parameters: Mapping[str, Any],
    parts: Sequence[Part],
    actor: str,
    *,
    permission: str,
    undo_kind: str | None = None,
    undoes: UUID | None = None,
) -> None:
    """Asks for a job in the transaction of a save; one asked for before is left as it is, one without parts is done.

    `permission` is what its maker needed; `undo_kind` names the kind of job that takes this one back.
    """
    session.begin()
    told = {"id": job_id, "kind": kind, "parameters": Jsonb(dict(parameters)), "permission": permission}
    told |= {"state": "running" if parts else "done", "undo_kind": undo_kind, "undoes": undoes, "actor": actor}
    if not session.connection.execute(_CREATE, told).rowcount:
        return
    with session.connection.cursor() as cursor:
        cursor.executemany(
            _PUT_PART, [(job_id, number, Jsonb(dict(part.content)), part.total) for number, part in enumerate(parts)]
        )
    _hand_out(session.connection, job_id, kind, range(len(parts)), 0)


def take(connection: Connection, job_id: UUID, part: int, turn: int) -> Held | None:
    """Takes a part in hand; None where there is nothing to do: finished, or the job does not run (any more)."""
    asked = {"id": job_id, "part": part, "round": turn}
    row = connection.execute(_TAKE, asked).fetchone()
    if row is None:
        return None
    finished = frozenset(number for [number] in connection.execute(_NUMBERS, asked))
    kind, parameters, actor, content, total, attempts, permission, asked_by = row
    return Held(
        job_id, part, turn, kind, parameters, actor, content, total, attempts, finished, permission, asked_by
    )  # fmt: skip


def hold(connection: Connection, held: Held) -> None:
    """Keeps the job running until this transaction ends; raises `Stopped` where it does not run any more."""
    if connection.execute(_HOLD, {"id": held.job_id, "round": held.round}, prepare=True).rowcount != 1:
        raise Stopped


def record(connection: Connection, job_id: UUID, part: int, results: Sequence[Result]) -> None:
    """Writes down what became of items, in the transaction that did them; what is known of one stays."""
    told = {
        "id": job_id,
        "part": part,
        "numbers": [result.number for result in results],
        "items": [result.item for result in results],
        "outcomes": [result.outcome for result in results],
        "codes": [result.code for result in results],
        "facts": [Jsonb(dict(result.facts)) for result in results],
    }
    connection.execute(_RECORD, told, prepare=True)


def count_done(connection: Connection, held: Held, done: int, total: int | None = None) -> None:
    """Tells how far a part without results for its items came, and of how many where that was not known before.

    Raises `Stopped` where its job does not run any more.
    """
    with connection.transaction():
        hold(connection, held)
        connection.execute(_COUNT, {"id": held.job_id, "part": held.part, "done": done, "total": total})


def finish(connection: Connection, held: Held, outcome: Mapping[str, Any] | None = None) -> None:
    """Ends a part, and with the last one the job; `outcome` is told of the job then."""
    asked = {"id": held.job_id, "part": held.part, "outcome": Jsonb(dict(outcome or {}))}
    with connection.transaction():
        found = connection.execute(_LOCK, asked).fetchone()
        if found is None or found[:2] != ("running", held.round):
            raise Stopped
        connection.execute(_FINISH, asked)
        connection.execute(_END, asked)


def fail(connection: Connection, held: Held, error: str) -> None:
    """Ends a job that cannot go on, saying why by a code; it may be resumed."""
    connection.execute(_FAIL, {"id": held.job_id, "round": held.round, "error": error})


def tell(connection: Connection, job_id: UUID, outcome: Mapping[str, Any]) -> None:
    """Adds to what is told of a job."""
    connection.execute(_TELL, {"id": job_id, "outcome": Jsonb(dict(outcome))})


def change(session: Session, job_id: UUID, action: str, actor: str) -> None:
    """Cancels, pauses or resumes a job; what is in hand ends first, what is left is handed out anew by a resume."""
    before, state = ACTIONS[action]
    session.begin()
    connection = session.connection
    found = connection.execute(_LOCK, {"id": job_id}).fetchone()
    if found is None:
        raise JobNotFound
    if found[0] not in before:
        raise WrongJobState(state=found[0], allowed=list(before))
    [[kind, turn]] = connection.execute(_CHANGE, {"id": job_id, "state": state, "actor": actor}).fetchall()
    if state == "running":
        left = sorted(part for [part] in connection.execute(_AGAIN, {"id": job_id}))
        _hand_out(connection, job_id, kind, left, turn)


def undo(session: Session, job: JobRow, actor: str) -> UUID:
    """Asks for the job that takes this one back, part by part; gives its id."""
    session.begin()
    connection = session.connection
    if job.undo_kind is None:
        raise JobIrreversible
    [state, *_] = connection.execute(_LOCK, {"id": job.id}).fetchone() or (job.state,)
    if state not in ENDED:
        raise WrongJobState(state=state, allowed=list(ENDED))
    if known := connection.execute(_UNDONE_BY, {"id": job.id}).fetchone():
        raise JobUndone(by=str(known[0]))
    undone_by = uuid5(job.id, "undo")
    rows = connection.execute(_PARTS, {"id": job.id}).fetchall()
    parts = [Part(total, {"undoes": str(job.id), "part": part}) for part, total, _ in rows]
    create(session, undone_by, job.undo_kind, job.parameters, parts, actor, permission=job.permission, undoes=job.id)
    return undone_by


def find(connection: Connection, job_id: UUID) -> JobRow | None:
    """One job."""
    row = connection.execute(_FIND, {"id": job_id}).fetchone()
    return JobRow(*row) if row else None


def _hand_out(connection: Connection, job_id: UUID, kind: str, parts: Sequence[int], turn: int) -> None:
    effects.put_all(
        connection,
        [
            EffectRequest(
                uuid5(job_id, f"{turn}/{part}"),
                Effect(kind=kind + PART, payload={"job": str(job_id), "part": part, "round": turn}),
                part,
            )
            for part in parts
        ],
    )


def forget_old(connection: Connection, kept: timedelta) -> int:
    """Deletes jobs that ended longer ago than they are kept, with their results; one beside the one that undid it."""
    return connection.execute(_FORGET, {"kept": kept}).rowcount

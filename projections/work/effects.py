"""Effects on the outside world: each is done once, and its state tells how far it came.

This table is the truth; a broker only carries keys. Whoever performs an effect claims it first and holds it by a token.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, get_args
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.processes.process import Effect
from projections.engine.tables import Connection
from projections.log import Session
from projections.views.pages import Listing, equal_all, key

State = Literal[
    "waiting", "queued", "claimed", "acting", "done", "failed", "unknown", "dropped", "settled", "set-aside"
]  # fmt: skip
STATES: tuple[State, ...] = get_args(State)
SORTS = ("created_at",)
VANISHED = "event-vanished"  # the error of an effect whose event is no more in the log that was brought back
HANDED_OVER = "handed-over-before"  # the error of one that was done already, in a log that was lost since
MOST_QUEUED = 500  # handed to the broker and not yet claimed; more wait here, where they are found again at once

_PUT = """
INSERT INTO work.effects (key, kind, payload, order_id, position, due_at, state, error)
SELECT key, kind, payload::jsonb, order_id, asked.position, coalesce(due_at, now()),
    CASE WHEN asked.position BETWEEN 1 AND g.restored_upto THEN 'set-aside' ELSE 'waiting' END,
    CASE WHEN asked.position BETWEEN 1 AND g.restored_upto THEN 'log-restored' END
FROM work.ground g, unnest(
    %(keys)s::uuid[], %(kinds)s::text[], %(payloads)s::text[], %(order_ids)s::uuid[], %(positions)s::bigint[],
    %(due_ats)s::timestamptz[]
) AS asked (key, kind, payload, order_id, position, due_at)
ON CONFLICT DO NOTHING
"""
_HAND_OUT = """
UPDATE work.effects SET state = 'queued', claimed_until = now() + %(lease)s, changed_at = now()
WHERE key IN (
    SELECT e.key FROM work.effects e
    WHERE log.current_incarnation() = %(incarnation)s
        AND e.state = 'waiting' AND e.due_at <= now() AND (NOT e.kind = ANY(%(ordered)s) OR NOT EXISTS (
        SELECT FROM work.effects b WHERE b.order_id = e.order_id AND b.kind = e.kind AND b.position < e.position
            AND b.state IN ('waiting', 'queued', 'claimed', 'acting')
    ))
    ORDER BY e.due_at, e.position
    LIMIT greatest(0, %(most)s - (SELECT count(*) FROM work.effects WHERE state = 'queued'))
    FOR UPDATE SKIP LOCKED
) RETURNING key, kind, due_at, position
"""
_TAKE_BACK = """
UPDATE work.effects SET state = 'waiting', claimed_until = NULL, changed_at = now()
WHERE key = ANY(%(keys)s) AND state = 'queued'
"""
_LAPSE = """
UPDATE work.effects SET
    state = CASE WHEN state = 'acting' AND NOT kind = ANY(%(repeatable)s) THEN 'unknown' ELSE 'waiting' END,
    error = CASE state WHEN 'queued' THEN error ELSE 'worker-lost' END,
    claimed_until = NULL,
    changed_at = now()
WHERE key IN (
    SELECT key FROM work.effects WHERE state IN ('queued', 'claimed', 'acting') AND claimed_until < now()
    FOR UPDATE SKIP LOCKED
)
"""
_OUTLOOK = """
WITH times AS (
    SELECT (SELECT min(due_at) FROM work.effects WHERE state = 'waiting') AS due_at,
        (SELECT min(due_at) FROM work.effects WHERE state = 'waiting' AND due_at > now()) AS next_at,
        (SELECT min(claimed_until) FROM work.effects WHERE state IN ('queued', 'claimed', 'acting')) AS lapses_at
)
SELECT coalesce(least(due_at, lapses_at) <= now(), FALSE),
    extract(epoch FROM least(next_at, CASE WHEN lapses_at > now() THEN lapses_at END) - now())::float
FROM times
"""
_CLAIM = """
UPDATE work.effects SET
    state = 'claimed', attempts = attempts + 1, claim = %(claim)s, claimed_until = now() + %(lease)s, changed_at = now()
WHERE log.current_incarnation() = %(incarnation)s
    AND key = ANY(%(keys)s) AND state IN ('queued', 'waiting') AND due_at <= now()
RETURNING key, kind, payload, order_id, position, attempts
"""
_RELEASE = """
UPDATE work.effects SET state = 'waiting', attempts = attempts - 1, claimed_until = NULL, changed_at = now()
WHERE key = ANY(%(keys)s) AND claim = %(claim)s AND state = 'claimed'
"""
_ACT = """
UPDATE work.effects SET state = 'acting', claimed_until = now() + %(lease)s, changed_at = now()
WHERE key = ANY(%(keys)s) AND claim = %(claim)s AND state IN ('claimed', 'acting') AND claimed_until > now()
    AND log.current_incarnation() = %(incarnation)s
RETURNING key
"""
_RENEW = """
UPDATE work.effects SET claimed_until = now() + %(lease)s
WHERE claim = ANY(%(claims)s) AND key = ANY(%(keys)s) AND state IN ('claimed', 'acting')
"""
_STAND_BACK = """
UPDATE work.effects SET state = 'claimed', changed_at = now()
WHERE key = ANY(%(keys)s) AND claim = %(claim)s AND state = 'acting'
"""
_SET_ASIDE = """
UPDATE work.effects SET state = 'set-aside', error = %(error)s, claim = NULL, claimed_until = NULL, changed_at = now()
WHERE key = ANY(%(keys)s) AND claim = %(claim)s AND state = 'acting'
"""
_DOUBT = """
UPDATE work.effects SET state = 'unknown', error = 'broken-off', claimed_until = NULL, changed_at = now()
WHERE key = ANY(%(keys)s) AND claim = %(claim)s AND state = 'acting' RETURNING key
"""
_FINISH = """
UPDATE work.effects SET state = %(state)s, error = %(error)s, claimed_until = NULL, changed_at = now()
WHERE key = ANY(%(keys)s) AND claim = %(claim)s
    AND (state IN ('claimed', 'acting') OR state = 'unknown' AND %(state)s = 'done')
"""
_AGAIN = """
UPDATE work.effects SET
    state = 'waiting', due_at = now() + %(after)s, error = %(error)s, claimed_until = NULL, changed_at = now()
WHERE key = %(key)s AND claim = %(claim)s AND state IN ('claimed', 'acting')
"""
_FIND = """
SELECT key, kind, payload, order_id, position, state, attempts, due_at, error, created_at, changed_at, changed_by
FROM work.effects WHERE key = %(key)s
"""
_CHANGE = """
UPDATE work.effects SET
    state = %(state)s,
    attempts = CASE %(state)s WHEN 'waiting' THEN 0 ELSE attempts END,
    due_at = CASE %(state)s WHEN 'waiting' THEN now() ELSE due_at END,
    claim = NULL, claimed_until = NULL, changed_at = now(), changed_by = %(actor)s
WHERE key = %(key)s AND state = ANY(%(before)s)
"""
_COUNTS = "SELECT state, count(*) FROM work.effects WHERE state <> 'done' GROUP BY state"
_PURGE_DONE = """
DELETE FROM work.effects WHERE state = 'done' AND created_at < now() - %(age)s AND changed_at < now() - %(age)s
"""

# What an operator may do with an effect: the states it may be in, and the state it comes to.
ACTIONS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "retry": (("waiting", "failed", "unknown", "dropped", "set-aside"), "waiting"),
    "settle": (("failed", "unknown", "set-aside"), "settled"),
    "drop": (("waiting", "queued", "failed", "unknown", "set-aside"), "dropped"),
}


class EffectRequest(NamedTuple):
    """An effect that is asked for: its key, and the position of what it follows from."""

    key: UUID
    effect: Effect
    position: int


class EffectRow(NamedTuple):
    """An effect as it stands."""

    key: UUID
    kind: str
    payload: dict[str, Any]
    order_id: UUID | None
    position: int
    state: str
    attempts: int
    due_at: datetime
    error: str | None
    created_at: datetime
    changed_at: datetime
    changed_by: str | None


class Due(NamedTuple):
    """An effect to hand out."""

    key: UUID
    kind: str


class Outlook(NamedTuple):
    """Whether an effect is due or has run out of its time, and in how many seconds the next one is or will have."""

    is_due: bool
    next_in: float | None


class Claimed(NamedTuple):
    """An effect in hand."""

    key: UUID
    kind: str
    payload: dict[str, Any]
    order_id: UUID | None
    position: int
    attempts: int


# Filters may name a state, a kind and an order_id.
class EffectFilters(Struct, frozen=True, kw_only=True):
    """Effects in one state, of one kind, of one order."""

    state: State | None = None
    kind: str | None = None
    order_id: UUID | None = None


LISTING: Listing[EffectRow, EffectFilters] = Listing(
    "work.effects",
    EffectRow,
    {"created_at": (key("created_at", datetime, "timestamptz"), key("key", UUID, "uuid"))},
    "-created_at",
    equal_all,
)


def put(session: Session, effect: Effect, effect_key: UUID, position: int = 0) -> None:
    """Asks for an effect in the transaction of a save; one asked for before is left as it is."""
    session.begin()
    put_all(session.connection, (EffectRequest(effect_key, effect, position),))


def put_all(connection: Connection, asked: Sequence[EffectRequest]) -> None:
    """Asks for many effects."""
    columns = {
        "keys": [one.key for one in asked],
        "kinds": [one.effect.kind for one in asked],
        "payloads": [msgspec.json.encode(one.effect.payload).decode() for one in asked],
        "order_ids": [one.effect.order_id for one in asked],
        "positions": [one.position for one in asked],
        "due_ats": [one.effect.due_at for one in asked],
    }
    if asked:
        connection.execute(_PUT, columns, prepare=True)


def hand_out(connection: Connection, lease: int, ordered: Collection[str], incarnation: UUID) -> list[Due]:
    """The effects that are due, now marked as queued, in the order they are due; none in another incarnation.

    One of an `ordered` kind waits until those of the same order and kind before it have ended.
    """
    parameters: dict[str, Any] = {"lease": timedelta(seconds=lease), "most": MOST_QUEUED, "ordered": list(ordered)}
    parameters["incarnation"] = incarnation
    found = connection.execute(_HAND_OUT, parameters, prepare=True).fetchall()
    return [Due(*row[:2]) for row in sorted(found, key=lambda row: row[2:])]


def outlook(connection: Connection) -> Outlook:
    """What there is to hand out or to free, now and next."""
    [row] = connection.execute(_OUTLOOK, prepare=True).fetchall()
    return Outlook(*row)


def take_back(connection: Connection, keys: Collection[UUID]) -> None:
    """Lets queued effects wait again that did not reach the broker."""
    connection.execute(_TAKE_BACK, {"keys": list(keys)})


def lapse(connection: Connection, repeatable: Collection[str]) -> int:
    """Frees effects whose time ran out; one that was acting and must not be repeated is unknown from then on."""
    return connection.execute(_LAPSE, {"repeatable": list(repeatable)}, prepare=True).rowcount


def claim(connection: Connection, keys: Sequence[UUID], token: UUID, lease: int, incarnation: UUID) -> list[Claimed]:
    """Takes effects in hand, in the order asked for; those that are not there to be taken are left out.

    In another incarnation of the database none is: a log that was brought back is looked at before anything is done.
    """
    parameters = {"keys": list(keys), "claim": token, "lease": timedelta(seconds=lease), "incarnation": incarnation}
    taken = [Claimed(*row) for row in connection.execute(_CLAIM, parameters, prepare=True)]
    return sorted(taken, key=lambda one: keys.index(one.key))


def release(connection: Connection, keys: Sequence[UUID], token: UUID) -> None:
    """Lets effects wait again that were taken in hand and not begun; that counts as no attempt."""
    connection.execute(_RELEASE, {"keys": list(keys), "claim": token}, prepare=True)


def act(connection: Connection, keys: Sequence[UUID], token: UUID, lease: int, incarnation: UUID) -> set[UUID]:
    """Those of the effects that are still held by this token, and past the point of no return from now on."""
    parameters = {"keys": list(keys), "claim": token, "lease": timedelta(seconds=lease), "incarnation": incarnation}
    return {row[0] for row in connection.execute(_ACT, parameters, prepare=True)}


def renew(connection: Connection, held: Mapping[UUID, UUID], lease: int) -> None:
    """Holds effects for longer; `held` gives each one's token."""
    parameters = {"keys": list(held), "claims": list(held.values()), "lease": timedelta(seconds=lease)}
    connection.execute(_RENEW, parameters)


def stand_back(connection: Connection, keys: Sequence[UUID], token: UUID) -> None:
    """Says that nothing was done past the point of no return: the effects are as safe to begin again as before it."""
    connection.execute(_STAND_BACK, {"keys": list(keys), "claim": token})


def set_aside(connection: Connection, keys: Collection[UUID], token: UUID) -> None:
    """Sets aside effects that were handed over before, in a log that was lost since; nothing was done now."""
    connection.execute(_SET_ASIDE, {"keys": list(keys), "claim": token, "error": HANDED_OVER})


def doubt(connection: Connection, keys: Sequence[UUID], token: UUID) -> list[UUID]:
    """Says of effects past the point of no return that nobody knows whether they were done; gives which."""
    found = connection.execute(_DOUBT, {"keys": list(keys), "claim": token}, prepare=True)
    return [row[0] for row in found]


def finish(connection: Connection, effect_key: UUID, token: UUID, state: str, error: str | None = None) -> bool:
    """Ends an effect in a state; False when its hold was lost."""
    return finish_all(connection, (effect_key,), token, state, error) == 1


def finish_all(
    connection: Connection, keys: Sequence[UUID], token: UUID, state: str = "done", error: str | None = None
) -> int:
    """Ends effects in a state; gives how many were still held."""
    parameters = {"keys": list(keys), "claim": token, "state": state, "error": error}
    return connection.execute(_FINISH, parameters, prepare=True).rowcount


def again(connection: Connection, effect_key: UUID, token: UUID, after: timedelta, error: str) -> bool:
    """Lets an effect wait for another attempt; False when its hold was lost."""
    parameters = {"key": effect_key, "claim": token, "after": after, "error": error}
    return connection.execute(_AGAIN, parameters, prepare=True).rowcount == 1


def find(connection: Connection, effect_key: UUID) -> EffectRow | None:
    """One effect."""
    row = connection.execute(_FIND, {"key": effect_key}).fetchone()
    return EffectRow(*row) if row else None


def change(connection: Connection, effect_key: UUID, action: str, actor: str) -> bool:
    """Does what an operator asks; False when the effect is in no state for it."""
    before, state = ACTIONS[action]
    parameters = {"key": effect_key, "state": state, "before": list(before), "actor": actor}
    return connection.execute(_CHANGE, parameters).rowcount == 1


def purge_done(connection: Connection, days: int) -> int:
    """Forgets effects that were done more than so many days ago; gives how many. What is not done stays."""
    return connection.execute(_PURGE_DONE, {"age": timedelta(days=days)}).rowcount


def counts(connection: Connection) -> dict[str, int]:
    """How many effects are in each state but that of those that are done."""
    return {state: 0 for state in STATES if state != "done"} | dict(connection.execute(_COUNTS).fetchall())

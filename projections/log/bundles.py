"""Bundles: events as they are stored, with the proof that they stand in a signed tree, in one file for others to check.

A bundle is lines of JSON. The first says what it holds; then come, from left to right, all leaves of the tree: an event
as it is hashed, or the root of a whole subtree of events that are not told. The last line is signed over all before it.
`scripts/bundle_verifier.py` checks it without any of this code.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from eventsourcing.utils import resolve_topic

from projections.log.chains import stored_events
from projections.log.checkpoints import Checkpoint
from projections.log.durability import Connection
from projections.log.forms import form_of
from projections.log.keys import KeyRing
from projections.log.proofs import LogTree, whole_subtrees
from projections.log.published import note_of, verifier_keys

FORM = 1
SIGNED = b"carnet bundle v1\n"  # what stands before the hash of a bundle's lines where it is signed

_POSITIONS = """
SELECT position FROM log.events WHERE originator_id = ANY(%(ids)s) AND position <= %(upto)s ORDER BY position
"""
_PERIOD = """
SELECT coalesce(min(position), 0), coalesce(max(position), -1) FROM log.events
WHERE recorded_at >= %(start)s AND recorded_at <= %(end)s AND position <= %(upto)s
"""
_TOUCHED = """
SELECT DISTINCT originator_id FROM log.events
WHERE position BETWEEN %(first)s AND %(last)s AND starts_with(topic, 'order.')
"""
_STREAMS = """
SELECT originator_id::text, count(*) FROM log.events
WHERE originator_id = ANY(%(ids)s) AND position <= %(upto)s GROUP BY originator_id ORDER BY min(position)
"""
_TOPICS = """
SELECT DISTINCT topic FROM log.events WHERE position = ANY(%(positions)s) ORDER BY topic
"""
_ALL_TOPICS = "SELECT DISTINCT topic FROM log.events WHERE position <= %(upto)s ORDER BY topic"
_KEYS = """
SELECT k.subject, k.wrapped FROM log.subject_keys k
WHERE k.wrapped IS NOT NULL AND (k.subject = ANY(%(persons)s) OR k.holder = ANY(%(persons)s))
    AND k.subject IN (SELECT e.subject FROM log.events e WHERE e.originator_id = ANY(%(ids)s))
"""


class Selection(NamedTuple):
    """What goes into a bundle: events by position, in runs from one to the last; how many events each order has.

    `persons` are those whose data can be read in it.
    """

    kind: str
    runs: Sequence[tuple[int, int]]
    streams: Mapping[str, int]
    persons: Sequence[UUID] = ()


def of_orders(connection: Connection, order_ids: Sequence[UUID], upto: int, persons: Sequence[UUID] = ()) -> Selection:
    """Every event of these orders that the tree of so many events holds."""
    positions = [row[0] for row in connection.execute(_POSITIONS, {"ids": list(order_ids), "upto": upto})]
    return Selection("orders", _runs(positions), _streams(connection, order_ids, upto), persons)


def of_period(connection: Connection, start: datetime, end: datetime, upto: int) -> Selection:
    """Every event that was recorded in a period, both ends included, and what came before of the orders it changed."""
    asked = {"start": start, "end": end, "upto": upto}
    [(first, last)] = connection.execute(_PERIOD, asked).fetchall()
    orders = [row[0] for row in connection.execute(_TOUCHED, {"first": first, "last": last})]
    before = [row[0] for row in connection.execute(_POSITIONS, {"ids": orders, "upto": first - 1})]
    streams = _streams(connection, orders, last)
    return Selection("period", _runs([*before, *range(first, last + 1)]), streams)


def of_all(upto: int) -> Selection:
    """The whole book."""
    return Selection("all", [(1, upto)], {})


def bundle_lines(
    connection: Connection, keys: KeyRing, checkpoint: Checkpoint, selection: Selection
) -> Iterator[bytes]:
    """The bundle, line by line; `checkpoint` is a seal of the tree that covers all of the selection."""
    hashed, events = sha256(), 0
    for line in _lines(connection, keys, checkpoint, selection):
        hashed.update(line)
        events += line.startswith(b'{"event"')
        yield line
    signature = keys.signing.sign(SIGNED + hashed.digest())
    yield _line({"events": events, "signature": b64encode(signature).decode()})


def _lines(connection: Connection, keys: KeyRing, checkpoint: Checkpoint, selection: Selection) -> Iterator[bytes]:
    yield _line(_head(connection, keys, checkpoint, selection))
    tree, place = LogTree(connection), 0
    for first, last in selection.runs:
        yield from _nodes(tree, place, first - 1)
        for stored in stored_events(connection, first - 1, last):
            yield _line({"event": b64encode(stored).decode()})
        place = last
    yield from _nodes(tree, place, checkpoint.position)


def _nodes(tree: LogTree, low: int, high: int) -> Iterator[bytes]:
    for node in whole_subtrees(low, high):
        yield _line({"node": [node.height, b64encode(tree.node(node)).decode()]})


def _head(connection: Connection, keys: KeyRing, checkpoint: Checkpoint, selection: Selection) -> dict[str, Any]:
    return {
        "carnet_bundle": FORM,
        "holds": selection.kind,
        "made_at": datetime.now(UTC).isoformat(),
        "checkpoint": note_of(keys, checkpoint).decode(),
        "keys": verifier_keys(connection, keys),
        "streams": dict(selection.streams),
        "opened": _opened(connection, keys, selection),
        "schemas": {topic: _schema(topic) for topic in _topics(connection, checkpoint, selection)},
    }


def _opened(connection: Connection, keys: KeyRing, selection: Selection) -> dict[str, str]:
    """The keys of the persons whose data can be read, by subject."""
    if not selection.persons:
        return {}
    asked = {"persons": list(selection.persons), "ids": [UUID(one) for one in selection.streams]}
    found = connection.execute(_KEYS, asked).fetchall()
    return {str(subject): b64encode(keys.unwrapped(subject, wrapped)).decode() for subject, wrapped in found}


def _topics(connection: Connection, checkpoint: Checkpoint, selection: Selection) -> list[str]:
    if selection.kind == "all":
        return [row[0] for row in connection.execute(_ALL_TOPICS, {"upto": checkpoint.position})]
    positions = [position for first, last in selection.runs for position in range(first, last + 1)]
    return [row[0] for row in connection.execute(_TOPICS, {"positions": positions})]


def _schema(topic: str) -> dict[str, Any]:
    """The JSON Schema of a topic's events as they are stored today, personal fields as sealed text."""
    form = form_of(resolve_topic(topic))
    return {"version": form.version, **msgspec.json.schema(form.twin)}


def _streams(connection: Connection, ids: Sequence[UUID], upto: int) -> dict[str, int]:
    return dict(connection.execute(_STREAMS, {"ids": list(ids), "upto": upto}).fetchall())


def _runs(positions: Iterable[int]) -> list[tuple[int, int]]:
    """Positions in order as runs without a gap, each by its first and last."""
    runs: list[tuple[int, int]] = []
    for position in positions:
        if runs and runs[-1][1] + 1 == position:
            runs[-1] = (runs[-1][0], position)
        else:
            runs.append((position, position))
    return runs


def _line(content: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(content) + b"\n"

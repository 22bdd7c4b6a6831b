"""Hashes over what is stored: the tree and, in older seals, the chain of events; what happened to keys and addresses.

An event is hashed as PostgreSQL's binary COPY gives its columns, each led by its length (docs/proofs.md).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import repeat
from typing import NamedTuple
from uuid import UUID

from psycopg import sql
from psycopg.rows import class_row

from projections.log.durability import Connection
from projections.log.trees import Frontier, leaf_hash

BATCH = 1024  # events under one seal: four of the tree's kept subtrees
BEGINNING = bytes(32)
_LOWEST = -(2**63)  # the first seal also covers what was slipped in before the first position
LOST = b""  # what is hashed for a position that has no event
_MOST_LOST = 10_000  # positions in a row
_HEADER = 19  # bytes before the first row: a signature, flags, and the length of an extension that is not there
_END = b"\xff\xff"
_POSITION = slice(6, 14)  # in a row: after the number of columns and the length of the first one

_STORED = """
SELECT position, originator_id, originator_version, topic, version, subject, occurred_at, state::text AS state
FROM log.events WHERE position > %(after)s AND position <= %(upto)s ORDER BY position LIMIT %(limit)s
"""
_EVENTS = sql.SQL(
    """
COPY (
    SELECT position, originator_id, originator_version, topic, version, subject, occurred_at, recorded_at, state
    FROM log.events WHERE position > {after} AND position <= {upto} ORDER BY position
) TO STDOUT (FORMAT binary)
"""
)
_CHANGES = sql.SQL(
    """
COPY (
    SELECT entry, kind, thing, digest, known, at FROM log.changes
    WHERE entry > {after} AND entry <= {upto} ORDER BY entry
) TO STDOUT (FORMAT binary)
"""
)


class PositionMissing(Exception):
    """The log lacks more events in a row than any crash takes, or has one before its first."""

    def __init__(self, position: int) -> None:
        super().__init__(f"position {position}: no event is there")
        self.position = position


class _Stored(NamedTuple):
    """An event's columns, as seals of form 1 cover them."""

    position: int
    originator_id: UUID
    originator_version: int
    topic: str
    version: int
    subject: UUID | None
    occurred_at: datetime
    state: str


def events_chain(connection: Connection, after: int, upto: int, chain: bytes, form: int) -> bytes:
    """The chain continued over the events after one position and up to another, as a seal of that form has it."""
    if form == 1:
        return _by_record(connection, after, upto, chain)
    return _hashed(connection, _EVENTS, after or _LOWEST, upto, chain)


def extend(connection: Connection, frontier: Frontier, upto: int) -> None:
    """Adds the events after those that a tree has, up to a position; raises `PositionMissing`."""
    frontier.extend(map(leaf_hash, stored_events(connection, frontier.size, upto)))


def stored_events(connection: Connection, after: int, upto: int) -> Iterator[bytes]:
    """The events after one position, up to another, as they are hashed; `LOST` where none is. Raises `PositionMissing`.

    What a crash took before it was sealed is a leaf of its own: it can neither be put back nor be made more of.
    """
    expected = after + 1
    for row in _rows(connection, _EVENTS, after or _LOWEST, upto):
        position = int.from_bytes(row[_POSITION], "big", signed=True)
        if position != expected:
            yield from _lost(expected, position)
        yield row
        expected = position + 1
    if expected <= upto:
        yield from _lost(expected, upto + 1)


def _lost(first: int, next_one: int) -> Iterator[bytes]:
    if not 0 < next_one - first <= _MOST_LOST:
        raise PositionMissing(first)
    return repeat(LOST, next_one - first)


def changes_chain(connection: Connection, after: int, upto: int, chain: bytes) -> bytes:
    """The chain continued over what happened to keys and addresses."""
    return chain if after == upto else _hashed(connection, _CHANGES, after or _LOWEST, upto, chain)


def _hashed(connection: Connection, rows: sql.SQL, after: int, upto: int, chain: bytes) -> bytes:
    """The hash of a chain and of rows as PostgreSQL's binary COPY has them: every column is led by its length."""
    hashed = sha256(chain)
    with connection.cursor() as cursor, cursor.copy(rows.format(after=after, upto=upto)) as copy:
        for row in copy:
            hashed.update(row)
    return hashed.digest()


def _rows(connection: Connection, rows: sql.SQL, after: int, upto: int) -> Iterator[bytes]:
    """Rows as PostgreSQL's binary COPY has them, one by one."""
    with connection.cursor() as cursor, cursor.copy(rows.format(after=after, upto=upto)) as copy:
        first = True
        for block in copy:
            row = bytes(block)
            if first:
                row, first = row[_HEADER:], False
            if row != _END:
                yield row


def _by_record(connection: Connection, after: int, upto: int, chain: bytes) -> bytes:
    for row in _stored(connection, after or _LOWEST, upto):
        chain = sha256(chain + _record(row)).digest()
    return chain


def _stored(connection: Connection, after: int, upto: int) -> Iterator[_Stored]:
    with connection.cursor(row_factory=class_row(_Stored)) as cursor:
        while True:
            cursor.execute(_STORED, {"after": after, "upto": upto, "limit": BATCH}, prepare=True)
            rows = cursor.fetchall()
            yield from rows
            if len(rows) < BATCH:
                return
            after = rows[-1].position


def _record(row: _Stored) -> bytes:
    """An event's columns as bytes, each of a fixed length or led by its length, so that none can pass for another."""
    subject = row.subject.bytes if row.subject else bytes(16)
    parts = (row.occurred_at.astimezone(UTC).isoformat().encode(), row.topic.encode(), row.state.encode())
    numbers = struct.pack(">qih", row.position, row.originator_version, row.version)
    return b"".join(
        (numbers, row.originator_id.bytes, subject, *(struct.pack(">i", len(part)) + part for part in parts))
    )

"""Seals: a chain of hashes over the log as it is stored, signed batch by batch, so that a later change is seen.

Sealed are the stored bytes, personal data included only as ciphertext: erasing a person leaves every seal true.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple, Protocol
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from psycopg.rows import class_row

from projections.log.event_log import EventLog
from projections.log.keys import KeyRing
from projections.log.recorder import Connection

BATCH = 1000  # events under one seal
_BEGINNING = bytes(32)
_LOWEST = -(2**63)  # the first seal also covers what was slipped in before the first position

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(7106407, 3)"
_SEALS = "SELECT position, chain, signature, sealed_at FROM log.seals ORDER BY position"
_LAST = "SELECT position, chain, signature, sealed_at FROM log.seals ORDER BY position DESC LIMIT 1"
_AFTER = """
SELECT position, chain, signature, sealed_at FROM log.seals
WHERE position > %(after)s ORDER BY position LIMIT %(limit)s
"""
_SEAL = """
INSERT INTO log.seals (position, chain, signature, sealed_at)
VALUES (%(position)s, %(chain)s, %(signature)s, %(sealed_at)s)
"""
_STORED = """
SELECT position, originator_id, originator_version, topic, version, subject, recorded_at, state::text AS state
FROM log.events WHERE position > %(after)s AND position <= %(upto)s ORDER BY position LIMIT %(limit)s
"""


class HasLog(Protocol):
    """The runtime of a process, as far as sealing needs it."""

    @property
    def log(self) -> EventLog:
        """Its event log."""


class Checkpoint(NamedTuple):
    """One seal: the chain of hashes from the first event to this position, signed."""

    position: int
    chain: bytes
    signature: bytes
    sealed_at: datetime


class _Stored(NamedTuple):
    """An event's columns."""

    position: int
    originator_id: UUID
    originator_version: int
    topic: str
    version: int
    subject: UUID | None
    recorded_at: datetime
    state: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What recomputing every seal has shown. `last_chain` is worth noting outside: it pins the log up to `sealed`."""

    sealed: int
    head: int
    last_chain: str
    faults: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing was changed under a seal."""
        return not self.faults

    def __str__(self) -> str:
        if self.faults:
            return "\n".join(("The log was changed after it was sealed:", *self.faults))
        return f"Sealed and unchanged: positions 1 to {self.sealed} of {self.head}. Last chain: {self.last_chain}"


def seal(runtime: HasLog, batch: int = BATCH) -> Checkpoint | None:
    """Seals what was recorded since the last checkpoint and gives the last one made; None when there was nothing."""
    made = None
    while (checkpoint := _seal_batch(runtime.log, batch)) is not None:
        made = checkpoint
    return made


def checkpoints(log: EventLog, after: int, limit: int) -> list[Checkpoint]:
    """Up to so many seals after a position, in order."""
    with log.pool.connection() as connection:
        return [Checkpoint(*row) for row in connection.execute(_AFTER, {"after": after, "limit": limit}).fetchall()]


def public_key(log: EventLog) -> bytes:
    """The Ed25519 key that the seals' signatures are checked with, as 32 raw bytes."""
    return log.keys.signing.public_key().public_bytes_raw()


def verify(runtime: HasLog) -> Verdict:
    """Recomputes every seal from the events as stored; names the positions under a seal that does not hold."""
    log, faults = runtime.log, list[str]()
    before, chain, head = 0, _BEGINNING, log.head()
    with log.pool.connection() as connection:
        for found in connection.execute(_SEALS).fetchall():
            checkpoint = Checkpoint(*found)
            last, computed = _chained(connection, before, checkpoint.position, chain)
            if last != checkpoint.position or computed != checkpoint.chain:
                faults.append(f"positions {before + 1} to {checkpoint.position}: not the events that were sealed")
            if not _signed(log.keys, checkpoint):
                faults.append(f"the seal at position {checkpoint.position}: not signed by this installation")
            # Each seal is judged on its own, from what its predecessor says: one fault is told once.
            before, chain = checkpoint.position, checkpoint.chain
    return Verdict(sealed=before, head=head, last_chain=chain.hex(), faults=tuple(faults))


def _seal_batch(log: EventLog, batch: int) -> Checkpoint | None:
    """Seals the next events, at most so many."""
    with log.pool.connection() as connection, connection.transaction():
        connection.execute(_ONE_AT_A_TIME)
        found = connection.execute(_LAST).fetchone()
        after, chain = (found[0], found[1]) if found else (0, _BEGINNING)
        last, chain = _chained(connection, after, after + batch, chain)
        if last == after:
            return None
        sealed_at = datetime.now(UTC)
        signature = log.keys.signing.sign(_message(last, chain, sealed_at))
        checkpoint = Checkpoint(last, chain, signature, sealed_at)
        connection.execute(_SEAL, checkpoint._asdict())
        return checkpoint


def _chained(connection: Connection, after: int, upto: int, chain: bytes) -> tuple[int, bytes]:
    """The last position after one and up to another, and the chain continued over the events between."""
    last = after
    for row in _stored(connection, after or _LOWEST, upto):
        chain = sha256(chain + _record(row)).digest()
        last = row.position
    return last, chain


def _stored(connection: Connection, after: int, upto: int) -> Iterator[_Stored]:
    """The events between two positions as they are stored, in order."""
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
    parts = (row.recorded_at.astimezone(UTC).isoformat().encode(), row.topic.encode(), row.state.encode())
    numbers = struct.pack(">qih", row.position, row.originator_version, row.version)
    return b"".join(
        (numbers, row.originator_id.bytes, subject, *(struct.pack(">i", len(part)) + part for part in parts))
    )


def _signed(keys: KeyRing, checkpoint: Checkpoint) -> bool:
    message = _message(checkpoint.position, checkpoint.chain, checkpoint.sealed_at)
    try:
        keys.signing.public_key().verify(checkpoint.signature, message)
    except InvalidSignature:
        return False
    return True


def _message(position: int, chain: bytes, sealed_at: datetime) -> bytes:
    return b"carnet seal v1" + struct.pack(">q", position) + chain + sealed_at.astimezone(UTC).isoformat().encode()

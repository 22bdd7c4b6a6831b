"""Seals: the root of a Merkle tree over the log as it is stored, signed batch by batch, so that a later change is seen.

Sealed are the stored bytes, personal data included only as ciphertext: erasing a person leaves every seal true.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from projections.log.chains import BATCH, BEGINNING, extend
from projections.log.checkpoints import TREE, Checkpoint, Statement, message
from projections.log.durability import Connection
from projections.log.epochs import FOUND_LOST, Epoch, read_lineage
from projections.log.event_log import EventLog
from projections.log.keys import KeyRing
from projections.log.registry import answer_faults, registry_faults, series_of
from projections.log.windows import (
    Window,
    begun_frontier,
    changes_chain_after,
    covers,
    is_carried,
    signature_faults,
    window_faults,
)

_CHANGES_AT_ONCE = 50_000

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(7106407, 3)"
_SEALS = "SELECT position, chain, signature, sealed_at, form, statement, frontier FROM log.seals ORDER BY position"
_LAST = """
SELECT position, chain, signature, sealed_at, form, statement, frontier FROM log.seals ORDER BY position DESC LIMIT 1
"""
_AFTER = """
SELECT position, chain, signature, sealed_at, form, statement, frontier FROM log.seals
WHERE position > %(after)s ORDER BY position LIMIT %(limit)s
"""
_AT_OR_AFTER = """
SELECT position, chain, signature, sealed_at, form, statement, frontier FROM log.seals
WHERE position >= %(position)s ORDER BY position LIMIT 1
"""
_BEFORE = """
SELECT position, chain, signature, sealed_at, form, statement, frontier FROM log.seals
WHERE position < %(position)s ORDER BY position DESC LIMIT 1
"""
_COUNT = "SELECT count(*) FROM log.seals"
_STORED = "SELECT count(*) FROM log.events WHERE position BETWEEN 1 AND %(sealed)s"
_NUMBER_CHANGES = "SELECT log.number_changes(%(most)s)"
_SEAL = """
SELECT log.add_seal(
    %(position)s, %(chain)s, %(signature)s, %(sealed_at)s, %(statement)s, %(frontier)s,
    %(levels)s::smallint[], %(numbers)s::bigint[], %(roots)s::bytea[]
)
"""


class HasLog(Protocol):
    """The runtime of a process, as far as sealing needs it."""

    @property
    def log(self) -> EventLog:
        """Its event log."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What recomputing every seal has shown. `last_chain` is worth noting outside: it pins the log up to `sealed`."""

    sealed: int
    head: int
    last_chain: str
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing was changed under a seal."""
        return not self.faults

    def __str__(self) -> str:
        if self.faults:
            return "\n".join(("The log was changed after it was sealed:", *self.faults, *self.notes))
        sealed = f"Sealed and unchanged: positions 1 to {self.sealed} of {self.head}. Last chain: {self.last_chain}"
        return "\n".join((sealed, *self.notes))


def seal(runtime: HasLog, batch: int = BATCH) -> Checkpoint | None:
    """Seals what was recorded since the last checkpoint and gives the last one made; None when there was nothing.

    What is durable is sealed, and no more. It takes the seals before as they are: `sealer.Sealer` looks at them first.
    Raises `PositionMissing` where the log has no event at a position.
    """
    made, head = None, runtime.log.head()
    with runtime.log.pool.connection() as connection:
        lineage = read_lineage(connection)
    while (checkpoint := _seal_batch(runtime.log, batch, head, lineage)) is not None:
        made = checkpoint
    return made


def checkpoints(log: EventLog, after: int, limit: int) -> list[Checkpoint]:
    """Up to so many seals after a position, in order."""
    with log.pool.connection() as connection:
        return seals_after(connection, after, limit)


def seals_after(connection: Connection, after: int, limit: int) -> list[Checkpoint]:
    """The same, by a connection."""
    return [Checkpoint(*row) for row in connection.execute(_AFTER, {"after": after, "limit": limit}).fetchall()]


def origin_of(lineage: Sequence[Epoch]) -> str:
    """The log's name in checkpoints: that of its first epoch, which no other log has."""
    return f"carnet.log/{lineage[0].id}"


def public_key(log: EventLog) -> bytes:
    """The Ed25519 key that the newest seals' signatures are checked with, as 32 raw bytes."""
    return log.keys.signing.public_key().public_bytes_raw()


def verify(runtime: HasLog, kept: Sequence[Checkpoint] = (), against: Checkpoint | None = None) -> Verdict:
    """Recomputes every seal from what is stored, and names what does not hold.

    `kept` are checkpoints of the data folder, `against` is one that an auditor has kept: of that one the position and
    the chain count, and a log that went back behind it does not hold, whatever epoch was declared. Chains of before the
    tree are recomputed until a seal of the tree covers the same events, and as long as one of them is kept.
    """
    log, faults = runtime.log, list[str]()
    log.keys.renew()
    head, last = log.head(), None
    with log.pool.connection() as connection:
        lineage = read_lineage(connection)
        found = [Checkpoint(*row) for row in connection.execute(_SEALS).fetchall()]
        elsewhere = [*kept, *([against] if against else [])]
        carried = is_carried(log.keys, found) and all(one.form == TREE for one in elsewhere)
        for number, checkpoint in enumerate(found, 1):
            # Each seal is judged on its own, from what its predecessor says: one fault is told once.
            faults += window_faults(connection, log.keys, Window(last, checkpoint, carried))
            faults += seal_faults(log.keys, last, checkpoint, number)
            last = checkpoint
        said = last.said if last and not signature_faults(log.keys, last) else Statement()
        faults += registry_faults(connection, log.keys, said)
        faults += answer_faults(connection, log.keys)
        late = made_after_the_copy(connection, kept, lineage)
        lost = _lost_before(connection, last.position if last and not faults else 0)
    outside, notes = outside_faults([one for one in kept if one not in late], found, lineage)
    faults += outside
    notes += lost
    notes += [f"{len(late)} seals of an earlier epoch did not come back; the events under them did."] if late else []
    if against:
        faults += against_faults(against, found, head)
    chain = last.chain if last else BEGINNING
    return Verdict(
        sealed=last.position if last else 0,
        head=head,
        last_chain=chain.hex(),
        faults=tuple(faults),
        notes=tuple(notes),
    )


def seal_faults(keys: KeyRing, before: Checkpoint | None, checkpoint: Checkpoint, number: int | None) -> list[str]:
    """Whether one seal is signed here and follows the one before it; `number` counts it where it is known."""
    if unsigned := signature_faults(keys, checkpoint):
        return unsigned
    place, said = f"the seal at position {checkpoint.position}", checkpoint.said
    if before and checkpoint.form < before.form:
        return [f"{place}: of an older form than the one before it"]
    if checkpoint.form == 1:
        return []
    if (number is not None and said.number != number) or said.previous != (before.digest.hex() if before else ""):
        return [f"{place}: a seal before it was taken away, or is another"]
    return []


def outside_faults(
    kept: Sequence[Checkpoint], found: Sequence[Checkpoint], lineage: Sequence[Epoch]
) -> tuple[list[str], list[str]]:
    """What of the checkpoints kept outside is not in the log any more; beside it, what a new epoch explains."""
    by_position, faults, notes = {checkpoint.position: checkpoint for checkpoint in found}, list[str](), list[str]()
    for checkpoint in kept:
        place = f"the seal at position {checkpoint.position}"
        common = common_position(lineage, checkpoint)
        if common is None:
            faults.append(f"{place}, kept outside: of an epoch that this log does not know")
        elif checkpoint.position > common:
            notes.append(f"{place}, kept outside, is of an earlier epoch: the log was brought back to {common}.")
        elif checkpoint.position not in by_position:
            faults.append(f"{place}, kept outside: gone from the log")
        elif by_position[checkpoint.position] != checkpoint:
            faults.append(f"{place}: another than the one kept outside")
    return faults, notes[-1:]


def made_after_the_copy(
    connection: Connection, kept: Sequence[Checkpoint], lineage: Sequence[Epoch]
) -> list[Checkpoint]:
    """Of the seals kept outside, those of an ended epoch that were made after what came back had been copied.

    The events under such a seal came back, and are still those that were sealed; no seal of its epoch stands after it.
    """
    late: list[Checkpoint] = []
    for checkpoint in kept:
        if checkpoint.form == 1 or checkpoint.said.epoch == lineage[-1].id:
            continue
        common = common_position(lineage, checkpoint)
        if common is None or checkpoint.position > common or not _ends_its_epoch(connection, checkpoint, lineage):
            continue
        row = connection.execute(_BEFORE, {"position": checkpoint.position}).fetchone()
        before = max([*late[-1:], *([Checkpoint(*row)] if row else [])], default=None)
        if covers(connection, before, checkpoint):
            late.append(checkpoint)
    return late


def _ends_its_epoch(connection: Connection, checkpoint: Checkpoint, lineage: Sequence[Epoch]) -> bool:
    """Whether no seal of its own epoch, or of one before, stands where this one did or after it."""
    row = connection.execute(_AT_OR_AFTER, {"position": checkpoint.position}).fetchone()
    numbers = {epoch.id: epoch.number for epoch in lineage}
    return row is None or numbers.get(Checkpoint(*row).said.epoch, 0) > numbers.get(checkpoint.said.epoch, 0)


def common_position(lineage: Sequence[Epoch], checkpoint: Checkpoint) -> int | None:
    """Up to where what a seal covers must be in the log today.

    An epoch that the log does not know was lost as a whole: it counts as brought back where a later epoch says that it
    was found to be. None where none does.
    """
    epoch_id = checkpoint.said.epoch
    number = next((epoch.number for epoch in lineage if epoch.id == epoch_id), None if epoch_id else 1)
    if number is None:
        found = [one for one in lineage if one.reason == FOUND_LOST and one.began_at > checkpoint.sealed_at]
        return min((one.began_after for one in found), default=None)
    return min((epoch.began_after for epoch in lineage if epoch.number > number), default=2**63 - 1)


def against_faults(against: Checkpoint, found: Sequence[Checkpoint], head: int) -> list[str]:
    """Whether the log still has the seal that somebody kept."""
    if against.position > head:
        return [f"the log ends at position {head}: the seal at {against.position} that was kept is beyond it"]
    chain = next((checkpoint.chain for checkpoint in found if checkpoint.position == against.position), None)
    if chain is None:
        return [f"the seal at position {against.position} that was kept is gone from the log"]
    if chain != against.chain:
        return [f"the seal at position {against.position} is another than the one that was kept"]
    return []


def _lost_before(connection: Connection, sealed: int) -> list[str]:
    """How many positions have no event though nothing was changed since: a crash took them before they were sealed."""
    [(stored,)] = connection.execute(_STORED, {"sealed": sealed}).fetchall()
    return [f"{sealed - stored} positions had no event when they were sealed."] if stored < sealed else []


def _seal_batch(log: EventLog, batch: int, head: int, lineage: Sequence[Epoch]) -> Checkpoint | None:
    """Seals the next events, at most so many."""
    with log.pool.connection() as connection, connection.transaction():
        connection.execute(_ONE_AT_A_TIME)
        row = connection.execute(_LAST).fetchone()
        before = Checkpoint(*row) if row else None
        last = min((before.position if before else 0) + batch, head)
        if last <= (before.position if before else 0):
            return None
        frontier = begun_frontier(before)
        extend(connection, frontier, last)
        checkpoint = Checkpoint(
            position=last,
            chain=frontier.root,
            signature=b"",
            sealed_at=datetime.now(UTC),
            form=TREE,
            statement=msgspec.json.encode(_statement(connection, log.keys, before, lineage)).decode(),
            frontier=frontier.kept,
        )
        checkpoint = checkpoint._replace(signature=log.keys.signing.sign(message(checkpoint)))
        whole = {name: [getattr(one, name[:-1]) for one in frontier.whole] for name in ("levels", "numbers", "roots")}
        connection.execute(_SEAL, checkpoint._asdict() | whole)
        return checkpoint


def _statement(connection: Connection, keys: KeyRing, before: Checkpoint | None, lineage: Sequence[Epoch]) -> Statement:
    """What the next seal says."""
    [(seals,)] = connection.execute(_COUNT).fetchall()
    [(changes,)] = connection.execute(_NUMBER_CHANGES, {"most": _CHANGES_AT_ONCE}).fetchall()
    said = before.said if before else Statement()
    chain = changes_chain_after(connection, said, changes)
    return Statement(
        origin=origin_of(lineage),
        number=seals + 1,
        previous=before.digest.hex() if before else "",
        epoch=lineage[-1].id,
        master=keys.masters.current,
        changes=changes,
        changes_chain=chain.hex(),
        series=series_of(connection),
    )

"""What lies under one seal: whether the events, and what happened to keys and addresses, are those that were sealed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from projections.log.chains import BEGINNING, PositionMissing, changes_chain, events_chain, extend
from projections.log.checkpoints import TREE, Checkpoint, Statement, is_signed
from projections.log.durability import Connection
from projections.log.keys import FIRST, KeyRing
from projections.log.trees import Frontier

_DIFFERENT = """
SELECT kept.level, kept.number
FROM unnest(%(levels)s::smallint[], %(numbers)s::bigint[], %(roots)s::bytea[]) AS found (level, number, root)
JOIN log.subtrees kept USING (level, number) WHERE kept.root <> found.root ORDER BY 1, 2 LIMIT 1
"""


class Window(NamedTuple):
    """A seal and the one before it. `carried`: a later seal's tree covers its events, so that its chain need not be."""

    before: Checkpoint | None
    checkpoint: Checkpoint
    carried: bool = False


def window_faults(connection: Connection, keys: KeyRing, window: Window) -> list[str]:
    """Whether what lies under one seal is what was sealed."""
    before, checkpoint = window.before, window.checkpoint
    signed = not any(signature_faults(keys, one) for one in (before, checkpoint) if one)
    return _events_faults(connection, window) + (
        _changes_faults(connection, before.said if before else Statement(), checkpoint) if signed else []
    )


def covers(connection: Connection, before: Checkpoint | None, checkpoint: Checkpoint) -> bool:
    """Whether the events up to a seal are those that it was made over; those up to the one before it, by its word."""
    if checkpoint.form == TREE:
        return _tree_of(connection, before, checkpoint) is not None
    after, chain = (before.position, before.chain) if before else (0, BEGINNING)
    return events_chain(connection, after, checkpoint.position, chain, checkpoint.form) == checkpoint.chain


def signature_faults(keys: KeyRing, checkpoint: Checkpoint) -> list[str]:
    """Whether a seal was signed by this installation."""
    try:
        signed = is_signed(checkpoint, keys.verifying(checkpoint.said.master if checkpoint.form > 1 else FIRST))
    except msgspec.MsgspecError:
        signed = False
    return [] if signed else [f"the seal at position {checkpoint.position}: not signed by this installation"]


def is_carried(keys: KeyRing, found: Sequence[Checkpoint]) -> bool:
    """Whether the tree of a seal that is signed here covers what older seals do; chains need no second look."""
    first = next((one for one in found if one.form == TREE), None)
    return first is not None and not signature_faults(keys, first)


def begun_frontier(before: Checkpoint | None) -> Frontier:
    """The tree as a seal leaves it; an empty one after a seal that has none, or tells another than it signed."""
    if before is None or before.form != TREE:
        return Frontier()
    try:
        frontier = Frontier(before.position, before.frontier)
    except ValueError:
        return Frontier()
    return frontier if frontier.root == before.chain else Frontier()


def changes_chain_after(connection: Connection, said: Statement, changes: int) -> bytes:
    """The chain of what happened to keys and addresses, continued from what a seal says of it."""
    return changes_chain(connection, said.changes, changes, bytes.fromhex(said.changes_chain))


def _events_faults(connection: Connection, window: Window) -> list[str]:
    before, checkpoint = window.before, window.checkpoint
    place = f"positions {(before.position if before else 0) + 1} to {checkpoint.position}"
    if checkpoint.form == TREE:
        frontier = _tree_of(connection, before, checkpoint)
        if frontier is not None:
            return _subtree_faults(connection, frontier)
    elif window.carried or covers(connection, before, checkpoint):
        return []
    return [f"{place}: not the events that were sealed"]


def _tree_of(connection: Connection, before: Checkpoint | None, checkpoint: Checkpoint) -> Frontier | None:
    """The tree under a seal, read from where the one before it leaves it; None where it is not the one sealed."""
    frontier = begun_frontier(before)
    try:
        extend(connection, frontier, checkpoint.position)
    except PositionMissing:
        return None
    return frontier if (frontier.root, frontier.kept) == (checkpoint.chain, checkpoint.frontier) else None


def _subtree_faults(connection: Connection, frontier: Frontier) -> list[str]:
    """Whether the subtrees that became whole are kept as they are; one that is not kept is read from the log."""
    if not frontier.whole:
        return []
    levels, numbers, roots = zip(*frontier.whole, strict=True)
    found = {"levels": list(levels), "numbers": list(numbers), "roots": list(roots)}
    row = connection.execute(_DIFFERENT, found).fetchone()
    if row is None:
        return []
    return [f"the kept subtree {row[1]} of level {row[0]}: not that of the events, which are those that were sealed"]


def _changes_faults(connection: Connection, before: Statement, checkpoint: Checkpoint) -> list[str]:
    said = checkpoint.said
    if checkpoint.form == 1 or changes_chain_after(connection, before, said.changes).hex() == said.changes_chain:
        return []
    return [f"the history of keys and addresses under the seal at position {checkpoint.position}: not what was sealed"]

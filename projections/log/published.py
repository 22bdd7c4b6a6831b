"""Checkpoints as others see them: signed notes, and whether one that was brought back is this log's own."""

from __future__ import annotations

from collections.abc import Sequence

from projections.log.checkpoints import TREE, Checkpoint, message
from projections.log.durability import Connection
from projections.log.epochs import Epoch, read_lineage
from projections.log.keys import KeyRing
from projections.log.notes import BadNote, Note, is_signed_by, read_note, signed_note, verifier_key
from projections.log.seals import origin_of

_LAST = """
SELECT position, chain, signature, sealed_at, form, statement, frontier FROM log.seals
WHERE form = %(form)s AND position >= %(least)s ORDER BY position DESC LIMIT 1
"""


def last_checkpoint(connection: Connection, least: int = 0) -> Checkpoint | None:
    """The last seal of the tree, where it covers a position; None before there is one."""
    row = connection.execute(_LAST, {"form": TREE, "least": least}).fetchone()
    return Checkpoint(*row) if row else None


def note_of(keys: KeyRing, checkpoint: Checkpoint) -> bytes:
    """A seal of the tree as a signed note."""
    said = checkpoint.said
    return signed_note(message(checkpoint), said.origin, keys.masters.verifying[said.master], checkpoint.signature)


def verifier_keys(connection: Connection, keys: KeyRing) -> list[str]:
    """The keys that check the notes of this log, each in one line, the newest first."""
    origin = origin_of(read_lineage(connection))
    return [verifier_key(origin, key.public_bytes_raw()) for key in keys.every_verifying()]


def own_note(keys: KeyRing, lineage: Sequence[Epoch], content: bytes) -> Note:
    """The checkpoint that a signed note tells; raises `BadNote` where it is no note, or not one of this log."""
    note, signatures = read_note(content)
    origin = origin_of(lineage)
    if note.origin != origin:
        raise BadNote(f"it is a checkpoint of another book, {note.origin[:100]}: this one is {origin}")
    if not any(is_signed_by(note, signatures, key.public_bytes_raw()) for key in keys.every_verifying()):
        raise BadNote("it is not signed by this installation")
    return note

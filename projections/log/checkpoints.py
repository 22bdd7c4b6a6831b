"""Checkpoints: what a seal says, the bytes that are signed, and those that are kept outside the database.

A seal of form 1 covers events alone, by a chain of hashes. One of form 2 carries a statement: its number and the seal
before it, the epoch, and what became of keys, addresses and numbers until then. One of form 3 has the root of the log's
Merkle tree in the chain's place, and what is signed is a note that programs of others can check (`notes.py`).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from projections.log.notes import Note
from projections.log.whole_files import write_whole

KEPT = 200  # checkpoints kept outside


TREE = 3  # the form of a seal of the tree


class Checkpoint(NamedTuple):
    """One seal: the chain of hashes from the first event to this position, or the root of their tree, signed.

    `frontier` are the roots of the whole subtrees that the tree is made of (see `trees.Frontier`).
    """

    position: int
    chain: bytes
    signature: bytes
    sealed_at: datetime
    form: int = 1
    statement: str = ""
    frontier: bytes = b""

    @property
    def said(self) -> Statement:
        """Its statement; an empty one where it has none."""
        return _statements.decode(self.statement) if self.form > 1 else Statement()

    @property
    def digest(self) -> bytes:
        """What the next seal calls it by."""
        return sha256(message(self) + self.signature).digest()


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What a seal says beside its position: digests are in hexadecimal, series by name with their last numbers.

    `origin` names the log, to whoever has checkpoints of several.
    """

    origin: str = ""
    number: int = 0
    previous: str = ""
    epoch: str = ""
    master: int = 1
    changes: int = 0
    changes_chain: str = bytes(32).hex()
    series: dict[str, int] = {}


_statements = msgspec.json.Decoder(Statement)
_kept = msgspec.json.Decoder(list[Checkpoint])


def message(checkpoint: Checkpoint) -> bytes:
    """What is signed."""
    if checkpoint.form == TREE:
        statement = sha256(checkpoint.statement.encode()).hexdigest()
        words = (f"sealed-at {checkpoint.sealed_at.astimezone(UTC).isoformat()}", f"statement {statement}")
        return Note(_origin(checkpoint), checkpoint.position, checkpoint.chain, words).text
    place = struct.pack(">q", checkpoint.position)
    moment = checkpoint.sealed_at.astimezone(UTC).isoformat().encode()
    text = b" " + checkpoint.statement.encode() if checkpoint.form > 1 else b""
    return b"carnet seal v%d" % checkpoint.form + place + checkpoint.chain + moment + text


def _origin(checkpoint: Checkpoint) -> str:
    """The log's name in its statement; of one that was made unreadable nothing, so that no signature is true of it."""
    try:
        return checkpoint.said.origin
    except msgspec.MsgspecError:
        return ""


def is_signed(checkpoint: Checkpoint, key: Ed25519PublicKey | None) -> bool:
    """Whether the key's owner signed it."""
    if key is None:
        return False
    try:
        key.verify(checkpoint.signature, message(checkpoint))
    except InvalidSignature:
        return False
    return True


class Outside:
    """The checkpoints that an installation keeps in its data folder, the oldest first."""

    def __init__(self, data_dir: Path, verify_key: bytes) -> None:
        """`verify_key` is the first one of the installation: another shop's database has a file of its own."""
        self.file = data_dir / f"seals-{verify_key.hex()[:16]}.json"

    def read(self) -> list[Checkpoint]:
        """What is kept; nothing where nothing was kept yet."""
        try:
            return _kept.decode(self.file.read_bytes())
        except FileNotFoundError:
            return []

    def keep(self, found: Sequence[Checkpoint]) -> None:
        """Keeps these: written beside the old file, to the disk, and moved to its place."""
        write_whole(self.file, msgspec.json.encode(thinned(found)), durably=True)


def thinned(found: Sequence[Checkpoint]) -> list[Checkpoint]:
    """The last ones all, of those before one of each day; no more than are kept."""
    recent = list(found[-KEPT // 2 :])
    days = {checkpoint.sealed_at.date(): checkpoint for checkpoint in found[: -KEPT // 2]}
    return [*list(days.values())[-KEPT // 2 :], *recent]

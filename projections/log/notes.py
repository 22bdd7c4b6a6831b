"""Signed notes of the log's tree, in the form that transparency logs share (C2SP tlog-checkpoint and signed-note).

A note's text is the log's name, the number of events, the root in base64, and lines of the log's own. A line under it
holds a signature: an em dash, the signer's name, and in base64 four bytes of the key's id and the Ed25519 signature.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LONGEST = 100_000  # bytes of a note
_ED25519 = b"\x01"
_KEY_ID = 4
_DASH = "\u2014 "


class BadNote(ValueError):
    """A text is no signed checkpoint; the message says why."""


class Note(NamedTuple):
    """What a checkpoint says of a log: its name, how many events its tree has, and the tree's root."""

    origin: str
    size: int
    root: bytes
    words: tuple[str, ...] = ()

    @property
    def text(self) -> bytes:
        """What is signed."""
        lines = (self.origin, str(self.size), b64encode(self.root).decode(), *self.words)
        return "".join(f"{line}\n" for line in lines).encode()


class Signature(NamedTuple):
    """Who is said to have signed a note: a name, the first bytes of the key's id, and 64 bytes of Ed25519."""

    name: str
    key_id: bytes
    signature: bytes


def key_id(name: str, key: bytes) -> bytes:
    """What a key is told apart by in a note, from the signer's name and its 32 bytes."""
    return sha256(name.encode() + b"\n" + _ED25519 + key).digest()[:_KEY_ID]


def verifier_key(name: str, key: bytes) -> str:
    """A public key in the one line that programs which check notes are given."""
    return f"{name}+{key_id(name, key).hex()}+{b64encode(_ED25519 + key).decode()}"


def signed_note(text: bytes, name: str, key: bytes, signature: bytes) -> bytes:
    """The note with one signature; `key` is the public one that checks it."""
    line = f"{_DASH}{name} {b64encode(key_id(name, key) + signature).decode()}\n"
    return text + b"\n" + line.encode()


def read_note(content: bytes) -> tuple[Note, tuple[Signature, ...]]:
    """A note and its signatures, unchecked; raises `BadNote`."""
    if len(content) > LONGEST:
        raise BadNote("it is longer than any checkpoint")
    text, gap, below = content.rpartition(b"\n\n")
    if not gap or not below.endswith(b"\n"):
        raise BadNote("it is not a whole signed note: a checkpoint ends in an empty line and signatures")
    try:
        note = _note(f"{text.decode()}\n")
        signatures = tuple(_signature(line) for line in below.decode().splitlines())
    except UnicodeDecodeError:
        raise BadNote("it is no text") from None
    if note.text != text + b"\n":
        raise BadNote("its first three lines are not in the one form that a checkpoint has")
    return note, signatures


def is_signed_by(note: Note, signatures: tuple[Signature, ...], key: bytes) -> bool:
    """Whether the owner of the key (32 bytes) signed the note under its log's name."""
    wanted = key_id(note.origin, key)
    for one in signatures:
        if (one.name, one.key_id) == (note.origin, wanted):
            try:
                Ed25519PublicKey.from_public_bytes(key).verify(one.signature, note.text)
            except InvalidSignature:
                return False
            return True
    return False


def _note(text: str) -> Note:
    lines = text.split("\n")[:-1]
    if len(lines) < 3 or not all(lines):
        raise BadNote("a checkpoint begins with the log's name, the number of events and the root")
    origin, size, root, *words = lines
    if not size.isdecimal() or len(size) > 18:
        raise BadNote("its second line is not a number of events")
    found = _decoded(root)
    if len(found) != 32:
        raise BadNote("its third line is not a root of 32 bytes in base64")
    return Note(origin, int(size), found, tuple(words))


def _signature(line: str) -> Signature:
    name, gap, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not gap:
        raise BadNote("a line under it is not a signature")
    found = _decoded(encoded)
    if len(found) <= _KEY_ID:
        raise BadNote("a signature is too short")
    return Signature(name, found[:_KEY_ID], found[_KEY_ID:])


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (BadBase64, ValueError):
        raise BadNote("it holds what is not base64") from None

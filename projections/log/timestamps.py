"""Time-stamps of an authority (RFC 3161): what is asked of it, and whether its answer is one for what was asked.

The token is kept as the authority gave it. Its signature is for whoever doubts the shop to check, with the authority's
certificate: `openssl ts -verify` (docs/proofs.md). Here only that it is for these bytes and this question.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

QUERY = "application/timestamp-query"
_INTEGER, _BOOLEAN, _OCTETS, _NULL, _OID, _SEQUENCE, _TIME, _FIRST = 0x02, 0x01, 0x04, 0x05, 0x06, 0x30, 0x18, 0xA0
_SHA256 = bytes.fromhex("608648016503040201")
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_TST_INFO = bytes.fromhex("2a864886f70d0109100104")
_GRANTED = (0, 1)


class BadTimestamp(ValueError):
    """An answer is no time-stamp for what was asked; the message says why."""


class Timestamp(NamedTuple):
    """When an authority saw bytes, by its clock, and its whole answer, which proves it."""

    at: datetime
    answer: bytes


class _Part(NamedTuple):
    tag: int
    content: bytes


def timestamp_query(content: bytes, nonce: int) -> bytes:
    """What an authority is sent to have bytes time-stamped: their SHA-256, never they themselves."""
    algorithm = _part(_SEQUENCE, _part(_OID, _SHA256), _part(_NULL))
    imprint = _part(_SEQUENCE, algorithm, _part(_OCTETS, sha256(content).digest()))
    return _part(_SEQUENCE, _integer(1), imprint, _integer(nonce), _part(_BOOLEAN, b"\xff"))


def read_timestamp(answer: bytes, content: bytes, nonce: int) -> Timestamp:
    """The time-stamp that an authority answered with; raises `BadTimestamp`."""
    try:
        status, *token = _parts(_only(answer, _SEQUENCE))
        granted = int.from_bytes(_parts(status.content)[0].content, "big")
        if granted not in _GRANTED or not token:
            raise BadTimestamp(f"the authority refused: status {granted}")
        return Timestamp(_time_of(_stamped(token[0]), content, nonce), answer)
    except (IndexError, ValueError) as fault:
        if isinstance(fault, BadTimestamp):
            raise
        raise BadTimestamp("the answer is no time-stamp") from None


def _stamped(token: _Part) -> bytes:
    """What the authority signed: the content of the token."""
    kind, signed = _parts(token.content)
    encapsulated = _parts(_only(signed.content, _SEQUENCE))[2]
    inner, content = _parts(encapsulated.content)
    if (kind.content, inner.content) != (_SIGNED_DATA, _TST_INFO):
        raise BadTimestamp("the answer is no time-stamp")
    return _only(content.content, _OCTETS)


def _time_of(stamped: bytes, content: bytes, nonce: int) -> datetime:
    _, _, imprint, _, moment, *rest = _parts(_only(stamped, _SEQUENCE))
    if not hmac.compare_digest(_parts(imprint.content)[1].content, sha256(content).digest()):
        raise BadTimestamp("the time-stamp is for other bytes")
    if not any(part == _Part(_INTEGER, _parts(_integer(nonce))[0].content) for part in rest):
        raise BadTimestamp("the time-stamp is for another question")
    if moment.tag != _TIME:
        raise BadTimestamp("the time-stamp tells no time")
    return datetime.strptime(moment.content.decode()[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _part(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _integer(value: int) -> bytes:
    return _part(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _only(encoded: bytes, tag: int) -> bytes:
    found = _parts(encoded)
    if len(found) != 1 or found[0].tag != tag:
        raise BadTimestamp("the answer is no time-stamp")
    return found[0].content


def _parts(encoded: bytes) -> list[_Part]:
    """The parts that stand one after the other; raises `IndexError` or `ValueError` where one is cut off."""
    parts, place = list[_Part](), 0
    while place < len(encoded):
        tag, length = encoded[place], encoded[place + 1]
        place += 2
        if length & 0x80:
            wide = length & 0x7F
            length = int.from_bytes(encoded[place : place + wide], "big")
            place += wide
        if place + length > len(encoded):
            raise ValueError("cut off")
        parts.append(_Part(tag, encoded[place : place + length]))
        place += length
    return parts

"""Idempotency: what a request answered is kept with its events, sealed, and answered again when it is repeated."""

from __future__ import annotations

import zlib
from typing import NamedTuple
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag

from domain.errors import NotFound, Rejected
from projections.log.keys import DataKey, KeyRing, SharedKey


class KeyReused(Rejected):
    """This Idempotency-Key was already used for another request; take a new one."""

    code = "idempotency-key-reused"


class AnswerErased(NotFound):
    """This request was answered before, and its answer was erased with the person it was about."""

    code = "answer-erased"


class RequestKey(NamedTuple):
    """A request that may be repeated: its key, who sent it, and what it asked (bytes that stand for its content)."""

    key: str
    actor: str
    fingerprint: bytes


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a request was answered with; `subject` names the person it tells about."""

    status: int
    headers: dict[str, str]
    body: bytes
    subject: UUID | None = None


class KnownRequest(NamedTuple):
    """A request's row when it ran before."""

    fingerprint: bytes
    subject: UUID | None
    answer: bytes
    wrapped: bytes | None


_COMPRESSED = b"\xc1"  # which begins no msgpack, and so no answer that is kept as it is
_LEAST = 512  # bytes from which on compressing pays
# A few kB in a fortieth of a millisecond: with a larger window or table zlib spends two to four times that on memory
# that the system hands out anew each time. No checksum: the seal has one.
_LEVEL, _WINDOW, _TABLE = 1, -13, 5
_decoder = msgspec.msgpack.Decoder(Answer)


def kept_answer(keys: KeyRing, request: RequestKey, answer: Answer, wrapped: bytes | None) -> tuple[bytes, bytes]:
    """The request's fingerprint and its answer as they are kept, one sealed to the other.

    The answer is under its subject's key, or under the installation's where it has no subject. The fingerprint is made
    once: a new master secret may come at any moment, and give another.
    """
    fingerprint = keys.fingerprint(request.fingerprint)
    plain, place = _packed(answer), _place(request, fingerprint)
    if answer.subject is None or wrapped is None:
        return fingerprint, keys.answers.seal(plain, place)
    return fingerprint, keys.data_key(answer.subject, wrapped).seal(plain, place)


def repeated_answer(keys: KeyRing, request: RequestKey, known: KnownRequest) -> Answer:
    """The answer to a request that ran before; refuses another request under the same key."""
    if not keys.is_fingerprint(request.fingerprint, known.fingerprint):
        raise KeyReused("/Idempotency-Key")
    return opened_answer(keys, request, known)


def opened_answer(keys: KeyRing, request: RequestKey, known: KnownRequest) -> Answer:
    """What a request was answered; raises `cryptography.exceptions.InvalidTag` where its row was changed."""
    if known.subject is None:
        key: DataKey | SharedKey = keys.answers
    elif known.wrapped is None:
        raise AnswerErased
    else:
        key = keys.data_key(known.subject, known.wrapped)
    try:
        plain = key.open(known.answer, _place(request, known.fingerprint))
    except InvalidTag:
        plain = key.open(known.answer, _place_before(request))
    return _unpacked(plain)


def _packed(answer: Answer) -> bytes:
    """An answer as little as it can be kept in: what is sealed cannot be compressed any more."""
    plain = msgspec.msgpack.encode(answer)
    if len(plain) < _LEAST:
        return plain
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW, _TABLE)
    return _COMPRESSED + compressor.compress(plain) + compressor.flush()


def _unpacked(packed: bytes) -> Answer:
    return _decoder.decode(zlib.decompress(packed[1:], wbits=_WINDOW) if packed[:1] == _COMPRESSED else packed)


def _place(request: RequestKey, fingerprint: bytes) -> bytes:
    return b"answer:v2:%b:%b:%b" % (fingerprint, request.actor.encode(), request.key.encode())


def _place_before(request: RequestKey) -> bytes:
    """The place of answers that were kept without their request's fingerprint."""
    return b"answer:%b:%b" % (request.actor.encode(), request.key.encode())

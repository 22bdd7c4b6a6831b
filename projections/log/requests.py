"""Idempotency: what a request answered is kept with its events, sealed, and answered again when it is repeated."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

import msgspec

from domain.errors import NotFound, Rejected
from projections.log.keys import KeyRing


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


_decoder = msgspec.msgpack.Decoder(Answer)


def sealed_answer(keys: KeyRing, request: RequestKey, answer: Answer, wrapped: bytes | None) -> bytes:
    """The answer as it is kept: under its subject's key, or under the installation's where it has no subject."""
    plain = msgspec.msgpack.encode(answer)
    if answer.subject is None or wrapped is None:
        return keys.answers.seal(plain, _place(request))
    return keys.data_key(answer.subject, wrapped).seal(plain, _place(request))


def repeated_answer(keys: KeyRing, request: RequestKey, known: KnownRequest) -> Answer:
    """The answer to a request that ran before; refuses another request under the same key."""
    if keys.fingerprint(request.fingerprint) != known.fingerprint:
        raise KeyReused("/Idempotency-Key")
    if known.subject is None:
        return _decoder.decode(keys.answers.open(known.answer, _place(request)))
    if known.wrapped is None:
        raise AnswerErased
    return _decoder.decode(keys.data_key(known.subject, known.wrapped).open(known.answer, _place(request)))


def _place(request: RequestKey) -> bytes:
    return b"answer:%b:%b" % (request.actor.encode(), request.key.encode())

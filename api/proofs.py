"""Checkpoints of the log and proofs out of its tree, for whoever keeps one of its checkpoints elsewhere."""

from __future__ import annotations

from base64 import b64encode

from flask import Response
from marshmallow import fields
from msgspec import Struct

from api.access import needs
from api.audit import audit as audit
from api.problems import Problem
from api.requests import respond, runtime
from api.schemas import Body, Count
from projections.log.chains import stored_events
from projections.log.checkpoints import Checkpoint
from projections.log.durability import Connection
from projections.log.proofs import LogTree
from projections.log.published import last_checkpoint, note_of, verifier_keys

LAST = 2**63 - 1


class InclusionQuery(Body):
    """Of which position."""

    position = Count(1, LAST, required=True)

    class Loaded(Struct, frozen=True, kw_only=True):
        position: int


class ConsistencyQuery(Body):
    """Between the trees of how many events."""

    old = Count(1, LAST, required=True)
    new = Count(1, LAST, required=True)

    class Loaded(Struct, frozen=True, kw_only=True):
        old: int
        new: int


class CheckpointAnswer(Body):
    """The last checkpoint as a signed note, and the keys that check notes of this log, the newest first."""

    note = fields.String(required=True)
    keys = fields.List(fields.String(), required=True)


class InclusionAnswer(Body):
    """The leaf of an event by its index (its position less one), and the hashes from it to the checkpoint's root.

    All in base64; the hash of a leaf is SHA-256 of a zero byte and it (RFC 9162).
    """

    index = fields.Integer(required=True)
    leaf = fields.String(required=True)
    hashes = fields.List(fields.String(), required=True)
    checkpoint = fields.String(required=True)


class ConsistencyAnswer(Body):
    """The hashes, in base64, that show that the tree of `new` events goes on from that of `old` (RFC 9162)."""

    old = fields.Integer(required=True)
    new = fields.Integer(required=True)
    hashes = fields.List(fields.String(), required=True)


@audit.get("/checkpoint")
@needs("audit:read")
@audit.response(200, CheckpointAnswer)
def get_checkpoint() -> Response:
    """The last checkpoint of the log, to be kept elsewhere: 404 `nothing-sealed` before there is one."""
    log = runtime().log
    with log.pool.connection() as connection:
        note = note_of(log.keys, _last(connection))
        return respond({"note": note.decode(), "keys": verifier_keys(connection, log.keys)})


@audit.get("/inclusion")
@needs("audit:read")
@audit.arguments(InclusionQuery, location="query")
@audit.response(200, InclusionAnswer)
def get_inclusion(query: InclusionQuery.Loaded) -> Response:
    """The proof that an event stands in the tree of the last checkpoint; 404 `not-sealed-yet` for one beyond it."""
    log, index = runtime().log, query.position - 1
    with log.pool.connection() as connection:
        seal = _last(connection)
        _require_sealed(query.position, seal)
        [stored] = stored_events(connection, index, query.position)
        hashes = LogTree(connection).inclusion(index, seal.position)
    note = note_of(log.keys, seal).decode()
    return respond({"index": index, "leaf": _text(stored), "hashes": list(map(_text, hashes)), "checkpoint": note})


@audit.get("/consistency")
@needs("audit:read")
@audit.arguments(ConsistencyQuery, location="query")
@audit.response(200, ConsistencyAnswer)
def get_consistency(query: ConsistencyQuery.Loaded) -> Response:
    """The proof that one checkpoint goes on from another, by how many events each has."""
    if query.old > query.new:
        detail = "The older tree has no more events than the newer one."
        fault = {"parameter": "old", "code": "larger-than-new", "detail": detail}
        raise Problem(422, "invalid-fields", detail, errors=[fault])
    with runtime().log.pool.connection() as connection:
        _require_sealed(query.new, _last(connection))
        hashes = LogTree(connection).consistency(query.old, query.new)
    return respond({"old": query.old, "new": query.new, "hashes": list(map(_text, hashes))})


def _last(connection: Connection) -> Checkpoint:
    found = last_checkpoint(connection)
    if found is None:
        raise Problem(404, "nothing-sealed", "Nothing is sealed yet: it is within ten seconds of the first event.")
    return found


def _require_sealed(position: int, seal: Checkpoint) -> None:
    if position > seal.position:
        raise Problem(404, "not-sealed-yet", f"The last checkpoint covers positions 1 to {seal.position}.")


def _text(stored: bytes) -> str:
    return b64encode(stored).decode()

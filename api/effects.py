"""Effects on the outside world over HTTP: how far each came, and what an operator may do with one that is stuck."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields, validate

from api.access import caller, needs
from api.bodies import Resource
from api.lists import ListQuery, ListRequest, page_answer, sorts
from api.requests import context, perform, respond, runtime
from api.schemas import Body, Text, instant, page_form
from domain import texts
from domain.errors import Conflict, NotFound
from domain.events import Command
from domain.messages import DoubtMessage
from domain.orders.provider_payments import FailPayment
from domain.orders.refunds import FailRefund
from projections.log import Session
from projections.work import positions
from projections.work.effects import (
    ACTIONS,
    LISTING,
    SORTS,
    STATES,
    VANISHED,
    EffectFilters,
    EffectRow,
    change,
    find,
)

effects = Resource("effects", __name__, url_prefix="/effects", description="Work on the outside world")
processes = Resource("processes", __name__, url_prefix="/processes", description="What follows from what was recorded")
MOST_REFUSALS = 200


class EffectNotFound(NotFound):
    """There is no such effect."""

    code = "effect-not-found"


class WrongEffectState(Conflict):
    """An effect that is {state} cannot take this action."""

    code = "wrong-effect-state"


class EffectsQuery(ListQuery):
    """The state, the kind, and the order that the effects belong to."""

    state = fields.String(validate=validate.OneOf(STATES))
    kind = Text(texts.NAME, filled=True)
    order_id = fields.UUID()
    sort = sorts(SORTS)

    Filters = EffectFilters


class EffectAnswer(Body):
    """An effect: `position` is that of the event it follows from, `payload` holds ids, `error` why it last failed."""

    key = fields.UUID(required=True)
    kind = fields.String(required=True)
    payload = fields.Dict(keys=fields.String(), required=True)
    order_id = fields.UUID(required=True, allow_none=True)
    position = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    attempts = fields.Integer(required=True)
    due_at = fields.DateTime(required=True)
    error = fields.String(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    changed_at = fields.DateTime(required=True)
    changed_by = fields.String(required=True, allow_none=True)


class ProcessAnswer(Body):
    """Where a process stands: `behind` counts events, `trouble` is why it cannot go on."""

    process = fields.String(required=True)
    position = fields.Integer(required=True)
    behind = fields.Integer(required=True)
    trouble = fields.String(required=True, allow_none=True)
    updated_at = fields.DateTime(required=True)


class RefusalAnswer(Body):
    """A command that a process gave after the event at `position`, and that was refused."""

    process = fields.String(required=True)
    position = fields.Integer(required=True)
    command = fields.String(required=True)
    code = fields.String(required=True)
    at = fields.DateTime(required=True)


def effect_answer(row: EffectRow) -> dict[str, Any]:
    """An effect as the API shows it."""
    return {
        **row._asdict(),
        "key": str(row.key),
        "order_id": str(row.order_id) if row.order_id else None,
        "due_at": instant(row.due_at),
        "created_at": instant(row.created_at),
        "changed_at": instant(row.changed_at),
    }


@effects.get("")
@needs("effects:read")
@effects.arguments(EffectsQuery, location="query")
@effects.response(200, page_form(EffectAnswer, counted=True))
def get_effects(query: ListRequest[EffectFilters]) -> Response:
    """All effects, newest first."""
    return page_answer(query, LISTING, query.filters, effect_answer)


@effects.get("/<uuid:key>")
@needs("effects:read")
@effects.response(200, EffectAnswer)
def get_effect(key: UUID) -> Response:
    """One effect by its key."""
    with runtime().reading() as connection:
        row = find(connection, key)
    if row is None:
        raise EffectNotFound
    return respond(effect_answer(row))


@effects.post("/<uuid:key>/retry")
@needs("effects:write")
@effects.response(200, EffectAnswer)
def retry_effect(key: UUID) -> Response:
    """Do it now, as if it had never been tried; an unknown one may then be done twice."""
    return _change(key, "retry")


@effects.post("/<uuid:key>/settle")
@needs("effects:write")
@effects.response(200, EffectAnswer)
def settle_effect(key: UUID) -> Response:
    """Take it as done: somebody has looked, or has done it by hand."""
    return _change(key, "settle")


@effects.post("/<uuid:key>/drop")
@needs("effects:write")
@effects.response(200, EffectAnswer)
def drop_effect(key: UUID) -> Response:
    """Do not do it at all."""
    return _change(key, "drop")


@processes.get("")
@needs("effects:read")
@processes.response(200, page_form(ProcessAnswer))
def get_processes() -> Response:
    """Every process and where it stands."""
    head = runtime().log.head()
    with runtime().reading() as connection:
        standings = positions.every(connection)
    items = [
        {**one._asdict(), "behind": max(0, head - one.position), "updated_at": instant(one.updated_at)}
        for one in standings
    ]
    return respond({"items": items, "next": None})


@processes.get("/refusals")
@needs("effects:read")
@processes.response(200, page_form(RefusalAnswer))
def get_refusals() -> Response:
    """The last commands of processes that were refused, newest first."""
    with runtime().reading() as connection:
        found = positions.refusals(connection, MOST_REFUSALS)
    return respond({"items": [{**one._asdict(), "at": instant(one.at)} for one in found], "next": None})


def _doubt(row: EffectRow) -> Command:
    return DoubtMessage(message_id=UUID(row.payload["message_id"]), context=context())


def _drop_refund(row: EffectRow) -> Command:
    asked = row.payload
    order_id, refund = UUID(asked["order_id"]), asked["refund"]
    return FailRefund(order_id=order_id, context=context(), refund=refund, failure="dropped")


def _drop_payment(row: EffectRow) -> Command:
    asked: Any = row.payload
    action: Any = row.kind.partition(".")[2]
    order_id, payment = UUID(asked["order_id"]), asked["payment"]
    return FailPayment(order_id=order_id, context=context(), payment=payment, action=action, failure="dropped")


# What is recorded when an effect of a kind is settled by hand, or dropped.
RECORDED: Mapping[str, Mapping[str, Callable[[EffectRow], Command]]] = {
    "settle": {"mail.send": _doubt},
    "drop": {
        "refund.send": _drop_refund,
        **dict.fromkeys(("payment.take", "payment.capture", "payment.void"), _drop_payment),
    },
}


def _change(key: UUID, action: str) -> Response:
    def changed(session: Session) -> dict[str, Any]:
        row = find(session.connection, key)
        if row is None:
            raise EffectNotFound
        if not change(session.connection, key, action, caller().actor):
            raise WrongEffectState(state=row.state, allowed=list(ACTIONS[action][0]))
        recorded = None if row.error == VANISHED else RECORDED.get(action, {}).get(row.kind)
        if recorded:
            runtime().desk.handle_within(session, recorded(row))
        return effect_answer(find(session.connection, key) or row)

    return perform(changed)

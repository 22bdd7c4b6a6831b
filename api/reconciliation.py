"""Reconciliation over HTTP: what payment providers and the ledger tell differently, and looking for it now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid5

from flask import Response
from marshmallow import fields, validate

from api.access import needs
from api.bodies import Resource
from api.requests import context, perform, respond, runtime
from api.schemas import Body, MoneyAnswer, instant, money
from domain.money import DECIMALS
from domain.processes.process import Effect
from projections.log import Session
from projections.payments.reconciliation import LedgerDifference, Reconciliation, differences, latest
from projections.work.effects import put

reconciliation = Resource(
    "reconciliation",
    __name__,
    url_prefix="/reconciliation",
    description="What payment providers and the ledger tell differently",
)


class DifferenceAnswer(Body):
    """A payment or refund told differently: both sides, null where one knows nothing of it, and what differs."""

    provider = fields.String(required=True)
    subject = fields.String(required=True, validate=validate.OneOf(("payment", "refund")))
    reference = fields.String(required=True)
    order_id = fields.UUID(required=True, allow_none=True)
    order_number = fields.String(required=True)
    currency = fields.String(required=True)
    reason = fields.String(required=True)
    provider_state = fields.String(required=True, allow_none=True)
    provider_amount = fields.Nested(MoneyAnswer, required=True, allow_none=True)
    ledger_state = fields.String(required=True, allow_none=True)
    ledger_amount = fields.Nested(MoneyAnswer, required=True, allow_none=True)


class ReconciliationAnswer(Body):
    """The last look: over which time, with whom, how much was compared, and what differs; null before the first."""

    id = fields.UUID(required=True, allow_none=True)
    since = fields.DateTime(required=True, allow_none=True)
    until = fields.DateTime(required=True, allow_none=True)
    finished_at = fields.DateTime(required=True, allow_none=True)
    providers = fields.List(fields.String(), required=True)
    payments = fields.Integer(required=True)
    refunds = fields.Integer(required=True)
    differences = fields.List(fields.Nested(DifferenceAnswer), required=True)


NOTHING_YET = {
    **dict.fromkeys(("id", "since", "until", "finished_at")),
    **{"providers": [], "payments": 0, "refunds": 0, "differences": []},
}


class AskedAnswer(Body):
    """The look that was asked for; its effect has the same key."""

    id = fields.UUID(required=True)


def reconciliation_answer(run: Reconciliation, found: list[LedgerDifference]) -> dict[str, Any]:
    """A look as the API shows it."""
    return {
        **run._asdict(),
        "id": str(run.id),
        "since": instant(run.since),
        "until": instant(run.until),
        "finished_at": instant(run.finished_at),
        "differences": [_difference(one) for one in found],
    }


@reconciliation.get("")
@needs("effects:read")
@reconciliation.response(200, ReconciliationAnswer)
def get_reconciliation() -> Response:
    """The last look at what provider and ledger tell differently."""
    with runtime().reading() as connection:
        run = latest(connection)
        found = differences(connection, run.id) if run else []
    return respond(reconciliation_answer(run, found) if run else NOTHING_YET)


@reconciliation.post("")
@needs("effects:write")
@reconciliation.response(202, AskedAnswer)
def reconcile() -> Response:
    """Compare now; nothing is corrected by it."""
    key = uuid5(context().command_id, "reconciliation")

    def asked(session: Session) -> dict[str, str]:
        put(session, Effect(kind="payments.reconcile", payload={}), key)
        return {"id": str(key)}

    return perform(asked, status=202)


def _difference(one: LedgerDifference) -> dict[str, Any]:
    return {
        **one._asdict(),
        "order_id": str(one.order_id) if one.order_id else None,
        "provider_amount": _amount(one.provider_amount, one.currency),
        "ledger_amount": _amount(one.ledger_amount, one.currency),
    }


def _amount(amount: int | None, currency: str) -> Mapping[str, str] | None:
    return None if amount is None or currency not in DECIMALS else money(amount, currency)

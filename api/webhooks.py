"""What payment providers tell over HTTP: verified, kept once, and followed afterwards."""

from __future__ import annotations

from uuid import UUID, uuid5

from flask import Response, request

from api.bodies import Resource
from api.problems import Problem
from api.requests import respond, runtime
from domain.processes.process import Effect
from projections.payments.provider import Busy, Forged, Provider
from projections.payments.providers import PROVIDERS
from projections.payments.webhooks import count_forgery, keep
from projections.work.effects import put

webhooks = Resource("webhooks", __name__, url_prefix="/webhooks", description="What payment providers tell")
_KEYS = UUID("0e7a5f0c-7a53-5a52-9c0f-6f1d7f7f4b11")


@webhooks.post("/<string:provider>")
@webhooks.response(204)
def take_webhook(provider: str) -> Response:
    """A provider's message; the same one again changes nothing."""
    body = request.get_data(cache=True)
    try:
        told = _provider(provider).read(body, dict(request.headers))
    except Forged:
        with runtime().reading() as connection:
            count_forgery(connection, provider)
        raise Problem(400, "forged-webhook", "The signature of this message is wrong or too old.") from None
    with runtime().log.session() as session:
        session.begin()
        new = keep(session.connection, runtime().log.keys.webhooks, provider, told.event_id, body, told.order_id)
        if new and told.kind != "other":
            payload: dict[str, str | int] = {"provider": provider, "event_id": told.event_id}
            effect = Effect(kind="webhook.process", payload=payload, order_id=told.order_id)
            put(session, effect, uuid5(_KEYS, f"{provider}/{told.event_id}"))
        session.commit()
    return respond(None, status=204)


def _provider(name: str) -> Provider:
    try:
        return PROVIDERS[name](runtime())
    except (KeyError, Busy):
        raise Problem(404, "unknown-provider", "There is no such payment provider here.") from None

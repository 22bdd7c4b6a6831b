"""Documents as they go out: what is printed from, a PDF with its headers, and how an issued document is told."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from flask import Response, current_app, request
from marshmallow import fields, validate

from api.access import caller
from api.schemas import Body, MoneyAnswer, instant, money
from domain.orders.documents import NUMBERED
from domain.orders.order import Document, Order, Print
from domain.settings import LOCALES
from printing.press import press
from projections.prints import Papers

_UNSAFE = re.compile("[^A-Za-z0-9._-]+")


class DocumentAnswer(Body):
    """A document as it was issued; one that was voided says when and why."""

    number = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(NUMBERED))
    series = fields.String(required=True)
    order_id = fields.UUID(required=True)
    order_number = fields.String(required=True)
    issued_on = fields.Date(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    tax = fields.Nested(MoneyAnswer, required=True)
    total = fields.Nested(MoneyAnswer, required=True)
    refund = fields.String(required=True, allow_none=True)
    refers_to = fields.String(required=True, allow_none=True)
    voided_at = fields.DateTime(required=True, allow_none=True)
    void_reason = fields.String(required=True, allow_none=True)


class LanguageQuery(Body):
    """The language of a document; that of its order unless told."""

    locale = fields.String(validate=validate.OneOf(LOCALES))


def papers() -> Papers:
    """Where this application finds what documents are printed from."""
    return cast(Papers, current_app.extensions["carnet.papers"])


def document_answer(order: Order, document: Document) -> dict[str, Any]:
    """A document as the API shows it."""
    return {
        "number": document.number,
        "kind": document.kind,
        "series": document.series,
        "order_id": str(order.id),
        "order_number": order.number,
        "issued_on": document.issued_on,
        "due_on": document.due_on,
        "tax": money(document.tax, order.currency),
        "total": money(document.total, order.currency),
        "refund": document.refund or None,
        "refers_to": document.refers_to or None,
        "voided_at": instant(document.voided_at),
        "void_reason": document.void_reason,
    }


def printed(order_id: UUID, kind: str, *, form: str = "a4", locale: str = "", number: str = "") -> Response:
    """One document as a PDF; its hash is written down in the order once, and is its ETag."""
    paper = papers().paper(order_id, kind, number)
    data, told = press(paper, kind, form, locale, number)
    if told not in paper.prints:
        papers().write_down([(order_id, told)], caller().actor, datetime.now(UTC))
    return pdf(data, f"{kind}-{number or paper.order.number}", told)


def pdf(data: bytes, name: str, told: Print | None = None) -> Response:
    """A PDF shown in the browser under a name that is safe in a header; 304 where the caller has it already."""
    response = Response(data, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{_UNSAFE.sub("-", name)}.pdf"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(told.sha256 if told else sha256(data).hexdigest())
    return cast(Response, response.make_conditional(request)) if request.method == "GET" else response

"""Documents as they go out: what is printed from, a PDF with its headers, and how an issued document is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

import msgspec
from flask import Response, current_app, request
from marshmallow import fields, validate
from msgspec import Struct

from api.access import caller
from api.problems import Problem
from api.requests import request_key, runtime
from api.schemas import Body, MoneyAnswer, instant, money
from domain.errors import Conflict
from domain.orders.differences import differences
from domain.orders.documents import A4, NUMBERED
from domain.orders.order import Document, Order, Print
from domain.settings import LOCALES
from printing import press
from projections.log import Answer, RequestKey, Session
from projections.papers.prints import Paper, Papers, Pin

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
    differs = fields.Boolean(required=True, metadata={"description": "An invoice that no longer tells its order"})


class PrintDiffers(Conflict):
    """These documents would not come out in the same bytes any more: print them under a new Idempotency-Key."""

    code = "print-differs"


class LanguageQuery(Body):
    """The language of a document; that of its order unless told."""

    locale = fields.String(validate=validate.OneOf(LOCALES))

    class Loaded(Struct, frozen=True, kw_only=True):
        locale: str = ""


def papers() -> Papers:
    """Where this application finds what documents are printed from."""
    return cast("Papers", current_app.extensions["carnet.papers"])


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
        "differs": bool(differences(order, document)),
    }


def printed(order_id: UUID, kind: str, *, form: str = A4, locale: str = "", number: str = "") -> Response:
    """One document as a PDF; its hash is written down in the order once, and is its ETag.

    Where it does not have the bytes of an earlier print of the same, the header `X-Differs-From` tells that one's hash.
    """
    paper = papers().paper(order_id, kind, number)
    done = press.printed(papers(), paper, kind, form, locale, caller().actor, datetime.now(UTC))
    name = number if kind in NUMBERED else "-".join(part for part in (paper.order.number, number) if part)
    response = pdf(done.data, f"{kind}-{name}", done.told)
    if done.differs_from:
        response.headers["X-Differs-From"] = done.differs_from
    return response


class ManyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of an answer with many documents: what they were printed from, and the hash of the file."""

    kind: str
    locale: str
    size: str = A4
    pins: tuple[Pin, ...]
    sha256: str


_answers = msgspec.json.Decoder(ManyAnswer)


def printed_together(order_ids: Sequence[UUID], kind: str, locale: str, size: str, most_lines: int) -> Response:
    """The documents of many orders as one PDF; repeated under its Idempotency-Key it is the same file again."""
    key = request_key()
    with runtime().log.session() as session:
        known = session.claim_request(key) if key else None
    if known:
        return _together_again(known)
    found = papers().papers(order_ids, kind)
    lines = sum(len(paper.order.items) for paper in found)
    if lines > most_lines:
        detail = f"These orders have {lines} lines; at most {most_lines} are printed at once."
        raise Problem(422, "too-many-lines", detail, details={"lines": lines, "limit": most_lines})
    data, prints = press.press_many(found, kind, locale, size)
    pins = tuple(paper.pin for paper in found)
    answered = _write_down(press.not_yet(found, prints), key, _answer(kind, locale, size, pins, data))
    return _together_again(answered) if answered else pdf(data, _name(kind, found))


def _write_down(prints: Sequence[tuple[UUID, Print]], key: RequestKey | None, answer: Answer) -> Answer | None:
    """Writes prints down, and with them the answer to their request; gives the answer of whoever was quicker."""
    quicker: list[Answer] = []

    def keep(session: Session) -> Answer | None:
        known = session.claim_request(key) if key else None
        quicker.extend([known] if known else [])
        return answer if key and not known else None

    papers().write_down(prints, caller().actor, datetime.now(UTC), keep if key else None)
    return quicker[-1] if quicker else None


def _answer(kind: str, locale: str, size: str, pins: tuple[Pin, ...], data: bytes) -> Answer:
    told = ManyAnswer(kind=kind, locale=locale, size=size, pins=pins, sha256=sha256(data).hexdigest())
    return Answer(status=200, headers={}, body=msgspec.json.encode(told))


def _together_again(known: Answer) -> Response:
    told = _answers.decode(known.body)
    found = papers().pinned(told.pins, told.kind)
    data, _ = press.press_many(found, told.kind, told.locale, told.size)
    if sha256(data).hexdigest() != told.sha256:
        raise PrintDiffers
    response = pdf(data, _name(told.kind, found))
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _name(kind: str, found: Sequence[Paper]) -> str:
    return f"{kind}-{found[0].order.number}-{len(found)}"


def pdf(data: bytes, name: str, told: Print | None = None) -> Response:
    """A PDF shown in the browser under a name that is safe in a header; 304 where the caller has it already."""
    response = Response(data, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{_UNSAFE.sub("-", name)}.pdf"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(told.sha256 if told else sha256(data).hexdigest())
    return cast("Response", response.make_conditional(request)) if request.method == "GET" else response

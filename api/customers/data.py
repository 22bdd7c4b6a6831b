"""All that is kept of one person, as one file (GDPR, articles 15 and 20)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from flask import Response
from marshmallow import fields

from api.access import needs
from api.customers.forms import CardAnswer, ConsentAnswer
from api.customers.routes import customer_answer, customers
from api.documents import document_row
from api.messages import MessageAnswer, message_answer
from api.orders.answers import OrderAnswer
from api.orders.rendering import order_answer
from api.prints import DocumentAnswer
from api.problems import unavailable
from api.requests import runtime
from api.schemas import Body, instant
from domain.customers import Customer, CustomerNotFound
from domain.customers.consent import ConsentGiven, ConsentWithdrawn
from domain.events import Erased
from domain.messages import Message
from domain.orders.order import Order
from projections.engine.freshness import TooFarBehind
from projections.log import NothingRecorded
from projections.runtime import Runtime
from projections.views import documents, messages, orders
from projections.views.pages import Listing

AT_ONCE = 100  # orders or messages
VIEWS = ("orders", "messages", "documents")
COMMA = b", "
R = TypeVar("R")
F = TypeVar("F")


class PersonAnswer(Body):
    """A person's data: the card and those merged into it, what was agreed to and when, orders, mails and documents."""

    made_at = fields.DateTime(required=True)
    cards = fields.List(fields.Nested(CardAnswer), required=True)
    consents = fields.List(fields.Nested(ConsentAnswer), required=True)
    orders = fields.List(fields.Nested(OrderAnswer), required=True)
    messages = fields.List(fields.Nested(MessageAnswer), required=True)
    documents = fields.List(fields.Nested(DocumentAnswer), required=True)


@customers.get("/<uuid:customer_id>/data")
@needs("customers:read", personal=True)
@customers.response(200, PersonAnswer)
def get_data(customer_id: UUID) -> Response:
    """All that is kept of this person as one JSON file, which other programs read as well.

    What is known of merged cards belongs to it. Notes that operators wrote on orders are part of their orders.
    """
    _require_fresh(runtime())
    cards = _cards(runtime(), customer_id)
    headers = {"Content-Disposition": f'attachment; filename="person-{customer_id}.json"'}
    return Response(_file(runtime(), cards), headers=headers, mimetype="application/json")


def _require_fresh(source: Runtime) -> None:
    """Waits until the views show all that was recorded by now; 503 when it takes too long."""
    head = source.log.head()
    try:
        for view in VIEWS:
            source.views.wait_for(view, head)
    except TooFarBehind:
        raise unavailable("view-behind", f"The views have not come to position {head} yet.") from None


def _cards(source: Runtime, customer_id: UUID) -> list[Customer]:
    """The card, then those that are part of it; raises `CustomerNotFound`."""
    try:
        card = source.log.load(Customer, customer_id)
    except NothingRecorded:
        raise CustomerNotFound from None
    return [card, *(source.log.load(Customer, merged) for merged in card.absorbed)]


def _file(source: Runtime, cards: list[Customer]) -> Iterator[bytes]:
    """The file, part by part: however many orders there are, some of them are held at one time."""
    ids, shop, log = tuple(card.id for card in cards), source.desk.shop(), source.log
    parts: dict[str, Iterable[Any]] = {
        "cards": (customer_answer(card) for card in cards),
        "consents": _consents(source, ids),
        "orders": (order_answer(log.load(Order, row.id), shop) for row in _orders(source, ids)),
        "messages": (message_answer(log.load(Message, row.id)) for row in _messages(source, ids)),
        "documents": (document_row(row) for order in _orders(source, ids) for row in _documents(source, order.id)),
    }
    yield b'{"made_at": ' + msgspec.json.encode(instant(datetime.now(UTC)))
    for name, things in parts.items():
        yield f', "{name}": ['.encode()
        for number, thing in enumerate(things):
            yield (COMMA if number else b"") + msgspec.json.encode(thing)
        yield b"]"
    yield b"}\n"


def _consents(source: Runtime, ids: tuple[UUID, ...]) -> list[dict[str, Any]]:
    """Everything that was said about marketing, in the order in which it was."""
    said = [
        event
        for stream in source.log.streams(ids).values()
        for event in stream
        if isinstance(event, ConsentGiven | ConsentWithdrawn)
    ]
    return [_consent(event) for event in sorted(said, key=lambda event: event.timestamp)]


def _consent(event: ConsentGiven | ConsentWithdrawn) -> dict[str, Any]:
    proof = event.proof if isinstance(event, ConsentGiven) else None
    return {
        "given": isinstance(event, ConsentGiven),
        "channel": event.channel,
        "source": event.source,
        "proof": None if isinstance(proof, Erased) else proof,
        "at": instant(event.timestamp),
    }


def _orders(source: Runtime, ids: tuple[UUID, ...]) -> Iterator[orders.OrderHead]:
    return _rows(source, orders.LISTING, orders.OrderFilters(customer_ids=ids))


def _messages(source: Runtime, ids: tuple[UUID, ...]) -> Iterator[messages.MessageHead]:
    for customer_id in ids:
        yield from _rows(source, messages.LISTING, messages.MessageFilters(customer_id=customer_id))


def _documents(source: Runtime, order_id: UUID) -> Iterator[documents.DocumentHead]:
    return _rows(source, documents.LISTING, documents.DocumentFilters(order_id=order_id))


def _rows(source: Runtime, listing: Listing[R, F], filters: F) -> Iterator[R]:
    """Every row of a list, page by page; no connection is held between them."""
    cursor = None
    while True:
        with source.reading() as connection:
            page = listing.page(connection, filters, limit=AT_ONCE, cursor=cursor)
        yield from page.items
        if page.next is None:
            return
        cursor = page.next

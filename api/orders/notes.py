"""Notes and tags of an order over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.access import needs
from api.orders.answers import OrderAnswer
from api.orders.blueprint import change, orders
from api.orders.cart_forms import ReasonForm
from api.orders.forms import NoteForm, TagsForm
from api.requests import context
from domain.orders.notes import AddNote, RemoveNote, ReviseNote, SetTags


@orders.post("/<uuid:order_id>/notes")
@needs("orders:write")
@orders.arguments(NoteForm)
@orders.response(201, OrderAnswer)
def add_note(told: dict[str, Any], order_id: UUID) -> Response:
    """Leave a note."""
    given = context(told.get("reason"))
    return change(AddNote(order_id=order_id, context=given, text=told["text"]), status=201)


@orders.patch("/<uuid:order_id>/notes/<string:note>")
@needs("orders:write")
@orders.arguments(NoteForm)
@orders.response(200, OrderAnswer)
def revise_note(told: dict[str, Any], order_id: UUID, note: str) -> Response:
    """Put a note right; the history keeps the former words."""
    given = context(told.get("reason"))
    return change(ReviseNote(order_id=order_id, context=given, note=note, text=told["text"]))


@orders.delete("/<uuid:order_id>/notes/<string:note>")
@needs("orders:write")
@orders.arguments(ReasonForm)
@orders.response(200, OrderAnswer)
def remove_note(told: dict[str, Any], order_id: UUID, note: str) -> Response:
    """Take a note off the order; the history keeps it."""
    return change(RemoveNote(order_id=order_id, context=context(told.get("reason")), note=note))


@orders.put("/<uuid:order_id>/tags")
@needs("orders:write")
@orders.arguments(TagsForm)
@orders.response(200, OrderAnswer)
def set_tags(told: dict[str, Any], order_id: UUID) -> Response:
    """Tag the order with exactly these."""
    return change(SetTags(order_id=order_id, context=context(told.get("reason")), tags=tuple(told["tags"])))

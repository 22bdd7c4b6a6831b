"""Notes and tags of an order over HTTP."""

from __future__ import annotations

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
def add_note(form: NoteForm.Loaded, order_id: UUID) -> Response:
    """Leave a note."""
    given = context(form.reason)
    return change(AddNote(order_id=order_id, context=given, text=form.text), status=201)


@orders.patch("/<uuid:order_id>/notes/<string:note>")
@needs("orders:write")
@orders.arguments(NoteForm)
@orders.response(200, OrderAnswer)
def revise_note(form: NoteForm.Loaded, order_id: UUID, note: str) -> Response:
    """Put a note right; the history keeps the former words."""
    given = context(form.reason)
    return change(ReviseNote(order_id=order_id, context=given, note=note, text=form.text))


@orders.delete("/<uuid:order_id>/notes/<string:note>")
@needs("orders:write")
@orders.arguments(ReasonForm)
@orders.response(200, OrderAnswer)
def remove_note(form: ReasonForm.Loaded, order_id: UUID, note: str) -> Response:
    """Take a note off the order; the history keeps it."""
    return change(RemoveNote(order_id=order_id, context=context(form.reason), note=note))


@orders.put("/<uuid:order_id>/tags")
@needs("orders:write")
@orders.arguments(TagsForm)
@orders.response(200, OrderAnswer)
def set_tags(form: TagsForm.Loaded, order_id: UUID) -> Response:
    """Tag the order with exactly these."""
    return change(SetTags(order_id=order_id, context=context(form.reason), tags=form.tags))

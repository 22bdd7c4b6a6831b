"""What is done to an import that was begun: answering what it asks, stopping it, going on, and taking it back."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from marshmallow import validate
from msgspec import Struct

from api.access import needs, require_all
from api.imports.routes import ImportAnswer, import_answer, import_of, imports
from api.requests import context, handle
from api.schemas import Body, Many, Text
from domain import texts
from domain.events import Command
from domain.import_answers import AnswerImport
from domain.imports import BeginUndo, CancelImport, Import, PauseImport, ResumeImport, needed
from projections.log import Session
from projections.work import import_effects
from projections.work import imports as work

MOST_FINDINGS = 50


class AnswerForm(Body):
    """The names of all findings: somebody looked at them, and they are right."""

    checked = Many(Text(texts.NAME, filled=True), required=True, validate=validate.Length(1, MOST_FINDINGS))

    class Loaded(Struct, frozen=True, kw_only=True):
        checked: tuple[str, ...]


@imports.post("/<uuid:import_id>/answer")
@needs("imports:write")
@imports.arguments(AnswerForm)
@imports.response(200, ImportAnswer)
def answer_import(form: AnswerForm.Loaded, import_id: UUID) -> Response:
    """Say that all that looks wrong was looked at and is right; the import goes on, for who answers.

    It needs the permissions that beginning it does. To say that something is wrong indeed, cancel it.
    """
    _require_of(import_id)
    return _change(import_id, AnswerImport(import_id=import_id, context=context(), checked=form.checked))


@imports.post("/<uuid:import_id>/pause")
@needs("imports:write")
@imports.response(200, ImportAnswer)
def pause_import(import_id: UUID) -> Response:
    """Stop after the batches in hand, to go on later."""
    return _change(import_id, PauseImport(import_id=import_id, context=context()))


@imports.post("/<uuid:import_id>/resume")
@needs("imports:write")
@imports.response(200, ImportAnswer)
def resume_import(import_id: UUID) -> Response:
    """Go on where it stopped, for who asks now: with the permissions that beginning it needs."""
    _require_of(import_id)
    return _change(import_id, ResumeImport(import_id=import_id, context=context()))


@imports.post("/<uuid:import_id>/cancel")
@needs("imports:write")
@imports.response(200, ImportAnswer)
def cancel_import(import_id: UUID) -> Response:
    """Stop for good; what came in stays and can be taken back."""
    return _change(import_id, CancelImport(import_id=import_id, context=context()))


@imports.post("/<uuid:import_id>/undo")
@needs("imports:write")
@imports.response(202, ImportAnswer)
def undo_import(import_id: UUID) -> Response:
    """Take it back: its orders, what they moved of stock, the customers it made; what was worked on since stays.

    It needs the permissions that beginning it does.
    """
    _require_of(import_id)
    return _change(import_id, BeginUndo(import_id=import_id, context=context()), status=202)


def _require_of(import_id: UUID) -> None:
    """Refuses who may not do what the import does."""
    one = import_of(import_id)
    require_all(needed(one.kind, one.choices))


def _change(import_id: UUID, command: Command, status: int = 200) -> Response:
    def beside(session: Session, one: Import) -> None:
        session.begin()
        work.set_state(session.connection, import_id, one.state)
        import_effects.ask_for(session.connection, import_id)

    return handle(command, render=import_answer, status=status, beside=beside)

"""Signing in to the console and out of it, who one is, and changing one's own password."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request
from marshmallow import fields
from msgspec import Struct

from api.access import COOKIE, Caller, caller, credentials, csrf_token, needs, sessions
from api.bodies import Resource
from api.brake import Brake
from api.problems import Problem, pointed
from api.requests import context, handle, respond, runtime
from api.schemas import Body, Text
from domain.operators import ChangeOperatorPassword
from projections.access.credentials import OperatorRow, keep_password
from projections.access.passwords import LONGEST, OneTimePasswordEnded, check_password, hash_password
from projections.access.sessions import Client

CHALLENGE = {"WWW-Authenticate": 'Session realm="carnet"'}

session = Resource("session", __name__, url_prefix="/session", description="Signing in")


class SignInForm(Body):
    """An operator's name and password."""

    username = Text(required=True, filled=True)
    password = Text(LONGEST, required=True, filled=True, load_only=True)

    class Loaded(Struct, frozen=True, kw_only=True):
        username: str
        password: str


class PasswordForm(Body):
    """The password that is, and the one that shall be."""

    current = Text(LONGEST, required=True, filled=True, load_only=True)
    new = Text(LONGEST, required=True, filled=True, load_only=True)

    class Loaded(Struct, frozen=True, kw_only=True):
        current: str
        new: str


class CallerForm(Body):
    """Who is calling and what they may do."""

    actor = fields.String(required=True)
    role = fields.String(required=True)
    permissions = fields.List(fields.String(), required=True)
    temporary_password = fields.Boolean(required=True)
    csrf_token = fields.String(required=True, allow_none=True)


def _render(who: Caller) -> dict[str, Any]:
    return {
        "actor": who.actor,
        "role": who.role,
        "permissions": sorted(who.permissions),
        "temporary_password": who.temporary,
        "csrf_token": csrf_token(who.session) if who.session else None,
    }


def _known(username: str, password: str) -> OperatorRow:
    """The operator whose name and password these are."""
    try:
        operator = credentials().sign_in(username, password)
    except OneTimePasswordEnded as ended:
        raise Problem(401, ended.code, str(ended), headers=CHALLENGE) from None
    if operator is None:
        raise Problem(401, "wrong-credentials", "This name and password do not belong together.",
                      headers=CHALLENGE)  # fmt: skip
    return operator


def _signed_in(operator: OperatorRow) -> Response:
    """The answer that carries a new session's cookie."""
    hours = runtime().settings.session_hours
    client = Client.of(request.remote_addr, request.headers.get("User-Agent"))
    secret = sessions().open(operator.operator_id, hours, client)
    who = Caller.of(operator, secret)
    g.caller = who
    response = respond(_render(who))
    response.set_cookie(COOKIE, secret, max_age=hours * 3600, secure=request.is_secure, httponly=True,
                        samesite="Strict", path="/")  # fmt: skip
    return response


@session.post("")
@session.arguments(SignInForm)
@session.response(200, CallerForm)
@session.alt_response(401, "UNAUTHORIZED")
@session.alt_response(429, "TOO_MANY_REQUESTS")
def sign_in(form: SignInForm.Loaded) -> Response:
    """Sign in.

    Sets the session's cookie; writes by cookie repeat `csrf_token` in X-CSRF-Token.
    """
    brake = Brake(form.username, request.remote_addr)
    brake.hold()
    operator = _known(form.username, form.password)
    brake.release(operator.operator_id)
    return _signed_in(operator)


@session.get("")
@needs(temporary=True)
@session.response(200, CallerForm)
def show() -> Response:
    """Who am I, and what may I do?"""
    return respond(_render(caller()))


@session.delete("")
@needs(temporary=True)
@session.response(204)
def sign_out() -> Response:
    """Sign out."""
    secret = caller().session
    if secret is not None:
        found = sessions().find(secret)
        if found is not None:
            sessions().end(found.operator_id, found.session_id)
    response = respond(None, status=204)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="Strict", secure=request.is_secure)
    return response


@session.put("/password")
@needs(temporary=True)
@session.arguments(PasswordForm)
@session.response(200, CallerForm)
def change_password(form: PasswordForm.Loaded) -> Response:
    """Change my password.

    The new one has 15 characters or more, is another than the old, holds no name of mine and is not a common one.
    Ends every session of mine and begins a new one.
    """
    who = caller()
    if who.operator_id is None:
        raise Problem(403, "operators-only", "Only an operator who is signed in has a password.")
    username = who.actor.removeprefix("operator:")
    brake = Brake(username, request.remote_addr)
    brake.hold()
    if not credentials().knows(username, form.current):
        detail = "This is not the password that is."
        raise Problem(422, "wrong-password", detail, errors=[pointed("/current", "wrong-password", detail)])
    brake.release(who.operator_id)
    check_password(form.new, username, "/new", old=form.current)
    hashed = hash_password(form.new)
    command = ChangeOperatorPassword(operator_id=who.operator_id, context=context())
    handle(
        command,
        render=lambda operator, shop: None,
        beside=lambda saving, operator: keep_password(saving, operator, hashed, temporary=False),
    )
    return _signed_in(_known(username, form.new))

"""The page by which a customer leaves marketing: one button, and one click from the mail program (RFC 8058)."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from uuid import uuid4

from flask import Blueprint, Response

from api.requests import runtime
from domain.customers import WithdrawConsent
from domain.enrolments import EndEnrolment, Enrolment
from domain.events import Context
from domain.orders.order import Order
from projections.access.unsubscribing import PATH, enrolment_of
from projections.log import NothingRecorded

unsubscribe = Blueprint("unsubscribe", __name__)
ACTOR = "customer"
SOURCE = "unsubscribe-link"
_POLICY = "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; style-src 'unsafe-inline'"
_PAGE = """<!doctype html>
<html lang="{locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>{title}</title>
<style>body{{font:1.1rem/1.5 sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem}}
button{{font:inherit;padding:.6rem 1.2rem}}</style></head>
<body><h1>{title}</h1><p>{text}</p>{form}</body></html>
"""
_FORM = '<form method="post"><button type="submit">{button}</button></form>'
_SAID = {
    "en": {
        "title": "Unsubscribe",
        "ask": "Do you want no more mail about offers and news? Mail about your orders still comes.",
        "button": "Unsubscribe",
        "done": "You will get no more mail about offers and news.",
        "unknown": "This link is not complete. Copy all of it from the mail.",
    },
    "fr": {
        "title": "Désabonnement",
        "ask": "Ne plus recevoir d'offres ni de nouvelles par e-mail ? Les e-mails sur vos commandes continueront.",
        "button": "Se désabonner",
        "done": "Vous ne recevrez plus d'offres ni de nouvelles par e-mail.",
        "unknown": "Ce lien n'est pas complet. Copiez-le en entier depuis l'e-mail.",
    },
}


@unsubscribe.get(f"{PATH}<string:token>")
def ask(token: str) -> Response:
    """The page with the button; looking at it changes nothing, as mail scanners look at every link."""
    enrolment = _enrolment(token)
    if enrolment is None:
        return _page("en", "unknown", status=404)
    return _page(_locale(enrolment), "ask", with_button=True)


@unsubscribe.post(f"{PATH}<string:token>")
def leave(token: str) -> Response:
    """Withdraws the customer's consent and ends the enrolment; again does no harm."""
    enrolment = _enrolment(token)
    if enrolment is None:
        return _page("en", "unknown", status=404)
    context = Context(command_id=uuid4(), actor=ACTOR, at=datetime.now(UTC))
    if enrolment.customer_id:
        withdrawal = WithdrawConsent(customer_id=enrolment.customer_id, context=context, source=SOURCE)
        runtime().desk.handle(withdrawal)
    runtime().desk.handle(EndEnrolment(enrolment_id=enrolment.id, context=context, reason="unsubscribed"))
    return _page(_locale(enrolment), "done")


def _enrolment(token: str) -> Enrolment | None:
    enrolment_id = enrolment_of(runtime().log.keys, token)
    try:
        return runtime().log.load(Enrolment, enrolment_id) if enrolment_id else None
    except NothingRecorded:
        return None


def _locale(enrolment: Enrolment) -> str:
    locale = runtime().log.load(Order, enrolment.order_id).locale
    return locale if locale in _SAID else "en"


def _page(locale: str, text: str, *, with_button: bool = False, status: int = 200) -> Response:
    said = {name: escape(words) for name, words in _SAID[locale].items()}
    form = _FORM.format(button=said["button"]) if with_button else ""
    page = _PAGE.format(locale=locale, title=said["title"], text=said[text], form=form)
    return Response(page, status, {"Content-Security-Policy": _POLICY}, mimetype="text/html")

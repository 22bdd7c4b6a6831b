"""Templates over HTTP: what the mail of each status says, tried before it is kept."""

from __future__ import annotations

from typing import Any, get_args
from uuid import UUID

from flask import Response
from marshmallow import ValidationError, fields, validate
from msgspec import Struct

from api.access import caller, needs
from api.bodies import Resource
from api.mail_looks import Scheme, in_scheme, look
from api.orders.blueprint import order_then
from api.orders.messages import WrittenAnswer, written_answer
from api.problems import Problem
from api.requests import context, handle, respond, runtime
from api.schemas import Body, Code, Text, page_form
from api.trying import turn
from domain import texts
from domain.settings import ShopSettings
from domain.shop import LOCALES, Shop, Template
from domain.templates import MAX_HTML, MAX_TEXT, OCCASIONS, RemoveTemplate, SetTemplate, TemplateNotFound
from printing.mail import Source, Written, check_template, names, order_facts, standard_for, write
from projections.access.drafts import read_draft

templates = Resource("templates", __name__, url_prefix="/templates", description="What mails say")
DRAFT = "template"  # the draft in which the console keeps a template that is being written


class TemplateForm(Body):
    """What a mail says, in Jinja: without `text` it is made from the `html`."""

    subject = Text(texts.NAME, filled=True, required=True)
    html = Text(MAX_HTML, filled=True, lines=True, required=True)
    text = Text(MAX_TEXT, lines=True)

    class Loaded(Struct, frozen=True, kw_only=True):
        subject: str
        html: str
        text: str = ""


class TemplatePreviewForm(TemplateForm):
    """A template to try on an order, or on the example order where none is told."""

    status = Code(metadata={"description": "The occasion whose facts it may name: `administrators`, ..."})
    order_id = fields.UUID()

    class Loaded(TemplateForm.Loaded, frozen=True, kw_only=True):
        status: str = ""
        order_id: UUID | None = None


class LookQuery(Body):
    """The colours of the mail program that shows it."""

    scheme = fields.String(validate=validate.OneOf(get_args(Scheme)), metadata={"description": "Left out: light"})

    class Loaded(Struct, frozen=True, kw_only=True):
        scheme: Scheme = "light"


class TemplateAnswer(Body):
    """A template; every change has a version of its own."""

    status = fields.String(required=True)
    locale = fields.String(required=True)
    version = fields.Integer(required=True)
    subject = fields.String(required=True)
    html = fields.String(required=True)
    text = fields.String(required=True)
    names = fields.List(
        fields.String(), required=True, metadata={"description": "What the text may name; `[]`: one entry of a list"}
    )


def template_answer(template: Template) -> dict[str, Any]:
    """A template as the API shows it, with the names that it may use."""
    told = {name: getattr(template, name) for name in template.__struct_fields__}
    return {**told, "names": list(names(OCCASIONS.get(template.status, ())))}


def _template(shop: Shop, status: str, locale: str) -> Template:
    """The shop's own template, else the standard one as version 0: a text to start from."""
    own = shop.templates.get(f"{status}/{locale}")
    if own:
        return own
    if (status not in OCCASIONS and status not in shop.statuses) or locale not in LOCALES:
        raise TemplateNotFound(status=status[: texts.CODE], locale=locale[: texts.CODE])
    start = standard_for(shop, status, locale)
    return Template(status=status, locale=locale, version=0, subject=start.subject, html=start.html, text=start.text)


@templates.get("")
@needs("settings:read")
@templates.response(200, page_form(TemplateAnswer))
def get_templates() -> Response:
    """The shop's own templates."""
    own = runtime().desk.shop().templates.values()
    return respond({"items": [template_answer(template) for template in own], "next": None})


@templates.get("/<string:status>/<string:locale>")
@needs("settings:read")
@templates.response(200, TemplateAnswer)
def get_template(status: str, locale: str) -> Response:
    """The template of a status, or of `administrators`, `payment-received` or `refund-made`, in a language.

    Where the shop has none of its own it is the standard text, with `version` 0. `names` are those that may be used.
    """
    shop, version = runtime().desk.set_up()
    return respond(template_answer(_template(shop, status, locale)), version=version)


@templates.put("/<string:status>/<string:locale>")
@needs("settings:write")
@templates.arguments(TemplateForm)
@templates.response(200, TemplateAnswer)
def set_template(form: TemplateForm.Loaded, status: str, locale: str) -> Response:
    """Say what the mail of a status says in a language; one that cannot be written is refused with its line."""
    with turn():
        check_template(_source(form), OCCASIONS.get(status, ()))

    def render(changed: ShopSettings, shop: Shop) -> dict[str, Any]:
        return template_answer(_template(changed.shop, status, locale))

    command = SetTemplate(
        context=context(), status=status, locale=locale, subject=form.subject, html=form.html, text=form.text
    )
    return handle(command, render=render)


def _source(form: TemplateForm.Loaded) -> Source:
    return Source(form.subject, form.html, form.text)


@templates.delete("/<string:status>/<string:locale>")
@needs("settings:write")
@templates.response(204)
def remove_template(status: str, locale: str) -> Response:
    """Let the mail of a status say again what it said as delivered."""
    command = RemoveTemplate(context=context(), status=status, locale=locale)
    return handle(command, render=lambda changed, shop: None, status=204)


@templates.post("/preview")
@needs("settings:write")
@templates.arguments(TemplatePreviewForm)
@templates.response(200, WrittenAnswer)
def preview_template(form: TemplatePreviewForm.Loaded) -> Response:
    """The mail that a template makes; nothing is stored or sent."""
    return respond(written_answer(_written(form)))


@templates.get("/draft/look")
@needs("settings:write", personal=True)
@templates.arguments(LookQuery, location="query")
@templates.response(200)
def look_at_draft(query: LookQuery.Loaded) -> Response:
    """What the template of one's own draft `template` makes, as a page of its own that can do nothing: for a frame."""
    with runtime().pool.connection() as connection:
        draft = read_draft(connection, runtime().log.keys.exports, caller().actor, DRAFT)
    try:
        form = TemplatePreviewForm().load(draft.content)
    except ValidationError as error:
        raise Problem(422, "draft-is-no-template", "This draft is no template.") from error
    return look(in_scheme(_written(form).html, query.scheme))


def _written(form: TemplatePreviewForm.Loaded) -> Written:
    """The mail that a template makes of an order as it is now, or of the example order where none is told."""
    source, facts = _source(form), OCCASIONS.get(form.status, ())
    with turn():
        written = check_template(source, facts)
    if not form.order_id:
        return written
    order, shop = order_then(form.order_id), runtime().desk.shop()
    example = {name: f"({name})" for name in facts}
    with turn():
        return write(source, order_facts(order, shop, order.status, order.locale, example))

"""What a shop's documents carry, over HTTP: legal details, the logo, and the series of numbers."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from typing import Any

from flask import Response
from marshmallow import fields, validate
from msgspec import Struct
from msgspec.structs import replace

from api.access import needs
from api.bodies import Resource
from api.orders.cart_forms import Rate
from api.requests import context, handle, respond, runtime
from api.schemas import Body, CodedForm, Flag, Text, Whole, page_form
from domain import texts
from domain.errors import NotFound
from domain.orders.documents import NUMBERED
from domain.orders.issuing import LONGEST_TERM
from domain.papers import (
    LARGEST_FIRST,
    LOGO_BYTES,
    LOGO_PIXELS,
    OPERATIONS,
    DefineSeries,
    RemoveLogo,
    SetLegal,
    SetLogo,
    SetPackingSlip,
    WrongLogo,
)
from domain.settings import SettingsCommand, Shop, ShopSettings
from domain.shop import Legal, Logo, PackingSlip, Series
from printing.electronic import require_library
from printing.logo import read_logo

papers = Resource("papers", __name__, url_prefix="/settings/papers", description="What a shop's documents carry")


class LogoNotFound(NotFound):
    """This shop's documents carry no picture."""

    code = "logo-not-found"


RATES = ("late_penalty", "early_discount")


class LegalForm(Body):
    """What the law asks of the seller's papers; what is left out is as delivered. Rates are percents, as text."""

    legal_form = Text(texts.NAME)
    capital = Text(texts.NAME)
    register = Text(texts.NAME)
    siren = Text(9)
    siret = Text(14)
    operation = fields.String(validate=validate.OneOf(OPERATIONS))
    tax_on_debits = Flag()
    exemption = Text(texts.LINE)
    payment_days = Whole(0, LONGEST_TERM)
    late_penalty = Rate()
    early_discount = Rate()
    iban = Text(texts.CODE)
    bic = Text(texts.CODE)
    footer = Text(texts.LINE)
    factur_x = Flag(metadata={"description": "Issued documents carry the invoice as XML (Factur-X, EN 16931)"})

    Loaded = Legal


class PackingSlipForm(Body):
    """What packing slips carry besides goods and address; what is left out is not on them."""

    notes = Flag(metadata={"description": "The notes on the order"})
    places = Flag(metadata={"description": "Where goods are picked from"})
    pictures = Flag(metadata={"description": "The file names of the goods' pictures"})

    Loaded = PackingSlip


class LogoForm(Body):
    """A PNG or JPEG picture in base 64."""

    image = fields.String(required=True, validate=validate.Length(1, LOGO_BYTES * 4 // 3 + 4))

    class Loaded(Struct, frozen=True, kw_only=True):
        image: str


class SeriesForm(CodedForm):
    """A series of numbers; `yearly` begins each year anew with the number `first`."""

    kind = fields.String(required=True, validate=validate.OneOf(NUMBERED))
    prefix = Text(12, filled=True, required=True)
    yearly = Flag()
    first = Whole(1, LARGEST_FIRST)

    Loaded = Series


class LogoAnswer(Body):
    """The logo's kind and size in pixels."""

    media_type = fields.String(required=True)
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)


class SeriesAnswer(Body):
    """A series that documents take their numbers from."""

    code = fields.String(required=True)
    kind = fields.String(required=True)
    prefix = fields.String(required=True)
    yearly = fields.Boolean(required=True)
    first = fields.Integer(required=True)


class PapersAnswer(Body):
    """All that documents carry."""

    legal = fields.Nested(LegalForm, required=True)
    logo = fields.Nested(LogoAnswer, required=True, allow_none=True)
    packing_slip = fields.Nested(PackingSlipForm, required=True)
    series = fields.List(fields.Nested(SeriesAnswer), required=True)


def papers_answer(shop: Shop) -> dict[str, Any]:
    """All that documents carry, as the API shows it."""
    legal = {name: getattr(shop.legal, name) for name in Legal.__struct_fields__}
    logo = shop.logo
    return {
        "legal": {**legal, **{name: f"{legal[name] // 100}.{legal[name] % 100:02d}" for name in RATES}},
        "logo": {"media_type": logo.media_type, "width": logo.width, "height": logo.height} if logo else None,
        "packing_slip": {name: getattr(shop.packing_slip, name) for name in PackingSlip.__struct_fields__},
        "series": [_series(one) for one in shop.series.values()],
    }


def _series(series: Series) -> dict[str, Any]:
    return {name: getattr(series, name) for name in Series.__struct_fields__}


def _changed(command: SettingsCommand) -> Response:
    def render(changed: ShopSettings, shop: Shop) -> dict[str, Any]:
        return papers_answer(changed.shop)

    return handle(command, render=render)


@papers.get("")
@needs("settings:read")
@papers.response(200, PapersAnswer)
def get_papers() -> Response:
    """All that documents carry."""
    shop, version = runtime().desk.set_up()
    return respond(papers_answer(shop), version=version)


@papers.put("/legal")
@needs("settings:write")
@papers.arguments(LegalForm)
@papers.response(200, PapersAnswer)
def set_legal(form: Legal) -> Response:
    """Say what the law asks of the seller's papers; documents issued before keep what they were issued with."""
    if form.factur_x:
        require_library()
    return _changed(SetLegal(context=context(), legal=form))


@papers.get("/logo")
@needs("settings:read")
@papers.response(200)
def get_logo() -> Response:
    """The picture at the head of every document."""
    logo = runtime().desk.shop().logo
    if logo is None:
        raise LogoNotFound
    return Response(logo.image, mimetype=logo.media_type)


@papers.put("/logo")
@needs("settings:write")
@papers.arguments(LogoForm)
@papers.response(200, PapersAnswer)
def set_logo(form: LogoForm.Loaded) -> Response:
    """Put a picture at the head of every document; one that cannot be read is refused."""
    return _changed(SetLogo(context=context(), logo=_logo(form.image)))


def _logo(text: str) -> Logo:
    try:
        logo = read_logo(b64decode(text, validate=True))
    except (Error, ValueError):
        logo = None
    if logo is None:
        raise WrongLogo("/image", bytes=LOGO_BYTES, pixels=LOGO_PIXELS)
    return logo


@papers.delete("/logo")
@needs("settings:write")
@papers.response(200, PapersAnswer)
def remove_logo() -> Response:
    """Print documents without a picture."""
    return _changed(RemoveLogo(context=context()))


@papers.put("/packing-slip")
@needs("settings:write")
@papers.arguments(PackingSlipForm)
@papers.response(200, PapersAnswer)
def set_packing_slip(form: PackingSlip) -> Response:
    """Say what packing slips carry besides goods and address."""
    return _changed(SetPackingSlip(context=context(), slip=form))


@papers.get("/series")
@needs("settings:read")
@papers.response(200, page_form(SeriesAnswer))
def get_series() -> Response:
    """Every series of numbers."""
    return respond({"items": papers_answer(runtime().desk.shop())["series"], "next": None})


@papers.put("/series/<string:code>")
@needs("settings:write")
@papers.arguments(SeriesForm)
@papers.response(200, PapersAnswer)
def define_series(form: Series, code: str) -> Response:
    """Begin a series; its kind, prefix and years stay."""
    return _changed(DefineSeries(context=context(), series=replace(form, code=code)))

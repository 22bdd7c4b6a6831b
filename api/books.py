"""The French books over HTTP: the file of entries of a period."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from tempfile import TemporaryFile
from typing import Any

from flask import Response, send_file
from marshmallow import ValidationError, fields, post_load
from msgspec import Struct

from api.access import needs
from api.bodies import Resource
from api.lists import zone_of
from api.problems import CodedMessage, Problem
from api.requests import runtime
from api.schemas import Body, Choices, Text
from domain import texts
from projections.books.accounts import Accounts
from projections.books.fec import entries, file_name, lines, rates_told
from projections.books.reading import booked, bounds

MEDIA_TYPE = "text/plain; charset=utf-8"

books = Resource("books", __name__, url_prefix="/books", description="The books as French law wants them")


class FecQuery(Body):
    """From one day of the shop to another, both included; `rate` tells what a euro costs where no invoice does."""

    first = fields.Date(required=True, data_key="from")
    last = fields.Date(required=True, data_key="to")
    rate = Choices(Text(texts.CODE, filled=True), metadata={"example": "USD=1.0825"})

    class Loaded(Struct, frozen=True, kw_only=True):
        first: date
        last: date
        rate: tuple[str, ...] = ()

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Loaded:
        """The period."""
        period = self.Loaded(**facts)
        if period.last < period.first:
            raise ValidationError({"to": [CodedMessage("The period ends before it begins.", "wrong-span")]})
        try:
            rates_told(period.rate)
        except ValueError as error:
            raise ValidationError({"rate": [CodedMessage(str(error), "wrong-rate")]}) from None
        return period


@books.get("/fec")
@needs("documents:read", personal=True)
@books.arguments(FecQuery, location="query")
@books.response(200)
def get_fec(query: FecQuery.Loaded) -> Response:
    """The file of entries of French law (LPF, art. A47 A-1): invoices, credit notes and payments, by day of recording.

    It is called `SIRENFECAAAAMMJJ.txt`; accounts are those of `CARNET_ACCOUNTS`.
    """
    shop, log = runtime().desk.shop(), runtime().log
    if not shop.legal.siren:
        detail = "The file is called by the shop's SIREN: set it by PUT /settings/papers/legal."
        raise Problem(409, "siren-missing", detail)
    zone = zone_of(shop)
    found = booked(log, bounds(log, query.first, query.last, zone), zone)
    made = entries(found, Accounts(runtime().settings.accounts), rates_told(query.rate))
    with ExitStack() as opening:
        file = opening.enter_context(TemporaryFile())
        file.writelines(lines(made))
        file.seek(0)
        opening.pop_all()  # the answer reads it, and closes it
    name = file_name(shop.legal.siren, query.last)
    response = send_file(file, mimetype="text/plain", as_attachment=True, download_name=name)
    response.headers["Content-Type"] = MEDIA_TYPE
    return response

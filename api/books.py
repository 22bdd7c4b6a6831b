"""The French books over HTTP: the file of entries of a period, and the closings."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from tempfile import TemporaryFile
from typing import Any

import msgspec
from flask import Response, send_file
from marshmallow import ValidationError, fields, post_load, validate
from msgspec import Struct

from api.access import needs
from api.bodies import Resource
from api.lists import zone_of
from api.prints import pdf
from api.problems import CodedMessage, Problem
from api.requests import respond, runtime
from api.schemas import Body, Choices, Count, MoneyAnswer, Text, money
from domain import texts
from domain.closings import BOOKS_ID, KINDS, Closing, Figures
from domain.taxes import tax_rate_text
from printing.documents.closings import print_closing
from projections.books.accounts import Accounts
from projections.books.closing import books_of, closing_of
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


class ClosedSeriesAnswer(Body):
    """The numbers that were given in one series."""

    series = fields.String(required=True)
    first = fields.String(required=True)
    last = fields.String(required=True)
    count = fields.Integer(required=True)


class ClosedTaxAnswer(Body):
    """What was charged of one tax, less what was credited."""

    rate = fields.String(required=True, metadata={"example": "20.00"})
    name = fields.String(required=True)
    amount = fields.Nested(MoneyAnswer, required=True)


class ClosedMoneyAnswer(Body):
    """What came in by one way to pay, less what went back by it."""

    method = fields.String(required=True)
    amount = fields.Nested(MoneyAnswer, required=True)


class ClosedFiguresAnswer(Body):
    """What was booked in one currency, and its running totals since the first closing.

    A void counts as the other of `invoiced` and `credited`. `perpetual` is invoiced less credited, `turned_over` both
    added up, `received` all money.
    """

    currency = fields.String(required=True)
    invoiced = fields.Nested(MoneyAnswer, required=True)
    credited = fields.Nested(MoneyAnswer, required=True)
    net = fields.Nested(MoneyAnswer, required=True)
    taxes = fields.List(fields.Nested(ClosedTaxAnswer), required=True)
    money = fields.List(fields.Nested(ClosedMoneyAnswer), required=True)
    perpetual = fields.Nested(MoneyAnswer, required=True)
    turned_over = fields.Nested(MoneyAnswer, required=True)
    received = fields.Nested(MoneyAnswer, required=True)


class ClosingAnswer(Body):
    """A closing: what was recorded after a position up to another. `hash` is over all of it and `previous`."""

    number = fields.Integer(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    period = fields.String(required=True, metadata={"example": "2026-11-30"})
    after = fields.Integer(required=True)
    until = fields.Integer(required=True)
    bookings = fields.Integer(required=True)
    series = fields.List(fields.Nested(ClosedSeriesAnswer), required=True)
    figures = fields.List(fields.Nested(ClosedFiguresAnswer), required=True)
    previous = fields.String(required=True)
    hash = fields.String(required=True)


class ClosingsQuery(Body):
    """From after which closing, by its number, how many at most, and of which kind."""

    after = Count(0, 2**31 - 1)
    limit = Count(1, 1000)
    kind = fields.String(validate=validate.OneOf(KINDS))

    class Loaded(Struct, frozen=True, kw_only=True):
        after: int = 0
        limit: int = 100
        kind: str | None = None


class ClosingsAnswer(Body):
    """Closings, the oldest first; `next` is what to ask for as `after` the next time, null at the end."""

    items = fields.List(fields.Nested(ClosingAnswer), required=True)
    next = fields.Integer(required=True, allow_none=True)


@books.get("/closings")
@needs("documents:read")
@books.arguments(ClosingsQuery, location="query")
@books.response(200, ClosingsAnswer)
def get_closings(query: ClosingsQuery.Loaded) -> Response:
    """Closings of days, months and years; `carnet books close` makes the first, the workers go on by night."""
    known = [one for one in books_of(runtime()).closings if query.kind in (None, one.kind) and one.number > query.after]
    shown = known[: query.limit]
    items = [_closing_answer(one) for one in shown]
    return respond({"items": items, "next": shown[-1].number if len(known) > len(shown) else None})


@books.get("/closings/<int:number>.pdf")
@needs("documents:read")
@books.response(200)
def get_closing(number: int) -> Response:
    """A closing on paper, in French."""
    closing = closing_of(runtime(), number)
    at = runtime().log.stream(BOOKS_ID, number)[-1].event.timestamp
    return pdf(print_closing(closing, at, runtime().desk.shop()), f"cloture-{closing.period}")


def _closing_answer(closing: Closing) -> dict[str, Any]:
    return msgspec.structs.asdict(closing) | {
        "series": [msgspec.structs.asdict(one) for one in closing.series],
        "figures": [_figures_answer(one) for one in closing.figures],
    }


def _figures_answer(figures: Figures) -> dict[str, Any]:
    currency = figures.currency
    sums = ("invoiced", "credited", "net", "perpetual", "turned_over", "received")
    return {
        "currency": currency,
        **{name: money(getattr(figures, name), currency) for name in sums},
        "taxes": [
            {"rate": tax_rate_text(tax.rate), "name": tax.name, "amount": money(tax.amount, currency)}
            for tax in figures.taxes
        ],
        "money": [{"method": one.method, "amount": money(one.amount, currency)} for one in figures.money],
    }


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

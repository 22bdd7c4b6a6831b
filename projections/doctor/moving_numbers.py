"""Moves series of numbers past what was given out, as an operator tells it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import uuid4

from domain.errors import Rejected
from domain.events import Context
from domain.orders.intake import FIRST_NUMBER
from domain.orders.numbering import local_day
from domain.papers import SkipNumbers
from domain.settings import SETTINGS_ID
from domain.shop import Series, Shop
from projections.doctor.repair import ACTOR
from projections.runtime import Runtime

_RAISE = "SELECT log.raise_series('orders', %(given)s)"
_SKIP = "SELECT log.skip_documents(%(series)s, %(period)s, %(first)s, %(given)s, %(today)s)"


class UnknownNumber(Rejected):
    """{number} is neither `orders=` and a number nor the number of a document such as {example}."""

    code = "unknown-number"


def move_past(runtime: Runtime, number: str, reason: str | None = None) -> str:
    """Moves a series past a number: `orders=1075`, or a document's as it stands on paper; tells what was done.

    Numbers of documents that the log does not hold are named by an event. Raises `UnknownNumber`.
    """
    shop = runtime.desk.shop()
    order = re.fullmatch(rf"orders=(?:{re.escape(shop.defaults.number_prefix)})?([0-9]{{1,15}})", number)
    if order:
        return _move_orders(runtime, int(order[1]))
    for series in shop.series.values():
        found = _of_series(series, number)
        if found:
            return _move_documents(runtime, shop, series, *found, reason)
    raise UnknownNumber(
        number=number, example=next((one.number(2026, 17) for one in shop.series.values()), "F2026-00017")
    )


def _move_orders(runtime: Runtime, given: int) -> str:
    with runtime.pool.connection() as connection:
        [(last,)] = connection.execute(_RAISE, {"given": given - FIRST_NUMBER + 1}).fetchall()
    return f"The next order has number {FIRST_NUMBER + last}."


def _move_documents(runtime: Runtime, shop: Shop, series: Series, period: int, given: int, reason: str | None) -> str:
    at = datetime.now(UTC)
    asked = {
        "series": series.code,
        "period": period,
        "first": series.first,
        "given": given,
        "today": local_day(at, shop),
    }
    with runtime.log.session() as session:
        session.begin()
        [(first,)] = session.connection.execute(_SKIP, asked).fetchall()
        if first is None:
            return f"Series {series.code} is past {given} already."
        context = Context(command_id=uuid4(), actor=ACTOR, at=at, reason=reason)
        command = SkipNumbers(
            settings_id=SETTINGS_ID, context=context, series=series.code, period=period, first=first, last=given
        )
        runtime.desk.handle_within(session, command)
        session.commit()
    year = period or at.year
    named = (
        series.number(year, first)
        if first == given
        else f"{series.number(year, first)} to {series.number(year, given)}"
    )
    return f"{named} count as given out; the next one is {series.number(year, given + 1)}."


def _of_series(series: Series, number: str) -> tuple[int, int] | None:
    """The period and count of a number as it stands on paper, where it is one of this series."""
    form = (
        rf"{re.escape(series.prefix)}([0-9]{{4}})-([0-9]{{5,15}})"
        if series.yearly
        else rf"{re.escape(series.prefix)}()([0-9]{{5,15}})"
    )
    found = re.fullmatch(form, number)
    return (int(found[1] or 0), int(found[2])) if found else None

"""What issuing a document needs: the next number of its series on the shop's own day, and a key of its own."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec.structs import replace

from domain.orders.documents import document_subject
from domain.orders.issuing import IssueCommand, issue_series
from domain.orders.order import Order
from domain.shop import Shop
from projections import kept_prints
from projections.desk.needs import Opened
from projections.log import Session


def numbered(session: Session, order: Order, command: IssueCommand, opened: Opened) -> IssueCommand:
    """The command with its number and day; no number is taken for a document that is refused or was issued before."""
    series = issue_series(order, command, opened.shop)
    if series is None:
        return command
    asked = local_day(command.context.at, opened.shop)
    count, day = session.next_document(series.code, asked.year if series.yearly else 0, series.first, asked)
    number = series.number(day.year, count)
    kept_prints.begin(session, document_subject(order.id, number), day)
    return replace(
        command,
        document_number=number,
        issued_on=day,
        settings_version=opened.settings_version,
    )


def local_day(at: datetime, shop: Shop) -> date:
    """The day it is at the shop; in UTC where its time zone is not known here."""
    try:
        return at.astimezone(ZoneInfo(shop.defaults.timezone)).date()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return at.date()

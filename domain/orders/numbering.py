"""The number and the day of a document that is being issued."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec.structs import replace

from domain.lookup import Decision, Lookup
from domain.orders.documents import document_subject
from domain.orders.issuing import IssueCommand, issue_series
from domain.orders.order import Order
from domain.shop import Shop

C = TypeVar("C", bound=IssueCommand)


def with_number(order: Order, command: C, lookup: Lookup, decision: Decision) -> C:
    """The command with its number and day; no number is taken for a document that is refused or was issued before."""
    series = issue_series(order, command, lookup.shop)
    if series is None:
        return command
    count, day = lookup.next_document(series, local_day(command.context.at, lookup.shop))
    number = series.number(day.year, count)
    decision.documents.append((document_subject(order.id, number), day))
    return replace(command, document_number=number, issued_on=day, settings_version=lookup.settings_version)


def local_day(at: datetime, shop: Shop) -> date:
    """The day it is at the shop; in UTC where its time zone is not known here."""
    try:
        return at.astimezone(ZoneInfo(shop.defaults.timezone)).date()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return at.date()

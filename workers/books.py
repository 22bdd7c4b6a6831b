"""The nightly closing of the books: every day that is over at the shop, once somebody has begun to close."""

from __future__ import annotations

import structlog

from domain.closings import BooksMovedOn
from projections.books.closing import close_until, yesterday
from workers.tools import Job, Tools

ACTOR = "process:books"

_logger = structlog.get_logger()


def close_books(tools: Tools, job: Job) -> None:
    """Closes the days that are over; where another closes them at this moment, there is nothing to do."""
    try:
        made = list(close_until(tools.runtime, yesterday(tools.runtime), ACTOR, begins=False))
    except BooksMovedOn:
        return
    if made:
        _logger.info("books closed", action="books.closed", count=len(made), period=made[-1].period)

"""A span of the past in a query string, as simulations take it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from marshmallow import ValidationError, post_load

from api.instants import Instant
from api.problems import CodedMessage
from api.schemas import Body

LONGEST_SPAN = 366  # days
MOST_SHOWN = 1_000
MOST_LOOKED_AT = 100_000


class SpanQuery(Body):
    """From an instant until before another, at most a year."""

    start = Instant(default_timezone=UTC, required=True, data_key="from")
    end = Instant(default_timezone=UTC, required=True, data_key="to")

    class Loaded(NamedTuple):
        start: datetime
        end: datetime

    @post_load
    def made(self, facts: dict[str, datetime], **_: Any) -> Loaded:
        """The span."""
        span = self.Loaded(**facts)
        if not 0 <= (span.end - span.start).days <= LONGEST_SPAN:
            message = f"The span ends after it begins and is at most {LONGEST_SPAN} days long."
            raise ValidationError({"to": [CodedMessage(message, "wrong-span")]})
        return span

"""The list of enrolments: which order is how far in which sequence, and how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, NamedTuple, cast
from uuid import UUID

from msgspec import Struct

from domain.enrolments import Enrolment, Reason
from projections.engine.projection import EventBatch
from projections.engine.tables import Rows, Table
from projections.views.pages import Conditions, Listing, equal, key

_ENROLMENTS = """
    CREATE TABLE {schema}.enrolments (
        id uuid NOT NULL,
        sequence_id uuid NOT NULL,
        sequence_version integer NOT NULL,
        order_id uuid NOT NULL,
        customer_id uuid,
        state text NOT NULL,
        step integer NOT NULL,
        outcome text NOT NULL,
        started_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        ended_at timestamptz
    )
"""
_INDEXES = (
    "CREATE INDEX enrolments_by_sequence ON {schema}.enrolments (sequence_id, started_at, id)",
    "CREATE INDEX enrolments_by_customer ON {schema}.enrolments (customer_id, started_at, id)",
    "CREATE INDEX enrolments_by_order ON {schema}.enrolments (order_id)",
)
UNDER_WAY: Final = "under_way"
State = Literal["under_way", Reason]


class EnrolmentHead(NamedTuple):
    """An enrolment as the list shows it; `outcome` is that of its last step."""

    id: UUID
    sequence_id: UUID
    sequence_version: int
    order_id: UUID
    customer_id: UUID | None
    state: State
    step: int
    outcome: str
    started_at: datetime
    changed_at: datetime
    ended_at: datetime | None


_COLUMNS = EnrolmentHead._fields


class Enrolments:
    """The view `enrolments`."""

    name = "enrolments"
    version = 1
    tables = (Table("enrolments", _COLUMNS, ("id",), _ENROLMENTS, _INDEXES),)
    aggregates = (Enrolment,)
    topics = None

    def fold(self, batch: EventBatch) -> Rows:
        """Each enrolment as it stands."""
        rows = Rows()
        for enrolment_id, enrolment in batch.aggregates(Enrolment).items():
            row = EnrolmentHead(
                id=enrolment.id,
                sequence_id=enrolment.sequence_id,
                sequence_version=enrolment.sequence_version,
                order_id=enrolment.order_id,
                customer_id=enrolment.customer_id,
                state=cast("State", enrolment.reason or UNDER_WAY),
                step=enrolment.step,
                outcome=enrolment.outcomes.get(enrolment.step, ""),
                started_at=cast("datetime", enrolment.started_at),
                changed_at=enrolment.modified_on,
                ended_at=enrolment.ended_at,
            )
            rows.put("enrolments", (enrolment_id,), row)
        return rows


class EnrolmentFilters(Struct, frozen=True, kw_only=True):
    """Those of a sequence, an order or a customer, and those in a state."""

    sequence_id: UUID | None = None
    order_id: UUID | None = None
    customer_id: UUID | None = None
    state: State | None = None


def _conditions(filters: EnrolmentFilters) -> Conditions:
    return equal(filters, EnrolmentFilters.__struct_fields__)


LISTING: Listing[EnrolmentHead, EnrolmentFilters] = Listing(
    "{schema}.enrolments",
    EnrolmentHead,
    {"started_at": (key("started_at", datetime, "timestamptz"), key("id", UUID, "uuid"))},
    "-started_at",
    _conditions,
)
SORTS = tuple(LISTING.sorts)
list_enrolments, count_enrolments = LISTING.page, LISTING.count

"""The list of enrolments: which order is how far in which sequence, and how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.enrolments import Enrolment
from projections.pages import Conditions, Cursor, Listing, Page, key
from projections.projection import Batch
from projections.tables import Connection, Rows, Table

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
_COLUMNS = (
    "id", "sequence_id", "sequence_version", "order_id", "customer_id", "state", "step", "outcome", "started_at",
    "changed_at", "ended_at",
)  # fmt: skip
NEWEST_FIRST = "-started_at"
UNDER_WAY = "under_way"
STATES = (UNDER_WAY, "completed", "refunded", "cancelled", "unsubscribed")


class Enrolments:
    """The view `enrolments`."""

    name = "enrolments"
    version = 1
    tables = (Table("enrolments", _COLUMNS, ("id",), _ENROLMENTS, _INDEXES),)
    aggregates = (Enrolment,)
    topics = None

    def fold(self, batch: Batch) -> Rows:
        """Each enrolment as it stands."""
        rows = Rows()
        for enrolment_id, enrolment in batch.aggregates(Enrolment).items():
            row = (
                enrolment.id,
                enrolment.sequence_id,
                enrolment.sequence_version,
                enrolment.order_id,
                enrolment.customer_id,
                enrolment.reason or UNDER_WAY,
                enrolment.step,
                enrolment.outcomes.get(enrolment.step, ""),
                enrolment.started_at,
                enrolment.modified_on,
                enrolment.ended_at,
            )
            rows.put("enrolments", (enrolment_id,), row)
        return rows


class EnrolmentHead(NamedTuple):
    """An enrolment as the list shows it; `outcome` is that of its last step."""

    id: UUID
    sequence_id: UUID
    sequence_version: int
    order_id: UUID
    customer_id: UUID | None
    state: str
    step: int
    outcome: str
    started_at: datetime
    changed_at: datetime
    ended_at: datetime | None


class EnrolmentFilters(Struct, frozen=True, kw_only=True):
    """Those of a sequence, an order or a customer, and those in a state."""

    sequence_id: UUID | None = None
    order_id: UUID | None = None
    customer_id: UUID | None = None
    state: str | None = None


LISTING: Listing[EnrolmentHead] = Listing(
    "{schema}.enrolments",
    EnrolmentHead,
    {"started_at": (key("started_at", datetime, "timestamptz"), key("id", UUID, "uuid"))},
)
SORTS = tuple(LISTING.sorts)


def list_enrolments(
    connection: Connection,
    filters: EnrolmentFilters,
    sort: str = NEWEST_FIRST,
    limit: int = 50,
    cursor: Cursor | None = None,
    schema: str = "views",
) -> Page[EnrolmentHead]:
    """Up to `limit` enrolments after the cursor."""
    return LISTING.page(connection, _conditions(filters), sort, limit, cursor, schema)


def count_enrolments(
    connection: Connection,
    filters: EnrolmentFilters,
    how: Literal["exact", "estimate"] = "exact",
    schema: str = "views",
) -> int:
    """How many enrolments the filters leave."""
    return LISTING.count(connection, _conditions(filters), how, schema)


def cursor_types(sort: str = NEWEST_FIRST) -> tuple[Any, ...]:
    """The kinds of value in a cursor of the list sorted so."""
    return LISTING.cursor_types(sort)


def _conditions(filters: EnrolmentFilters) -> Conditions:
    told = {name: value for name in filters.__struct_fields__ if (value := getattr(filters, name)) is not None}
    return [f"{name} = %({name})s" for name in told], told

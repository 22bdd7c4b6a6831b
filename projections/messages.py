"""The list of messages: what each was for and what became of it; what it says stays sealed in the log."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.messages import Message
from projections.pages import Conditions, Cursor, Listing, Page, key
from projections.projection import Batch
from projections.tables import Connection, Row, Rows, Table

_DDL = """
    CREATE TABLE {schema}.messages (
        id uuid NOT NULL,
        version integer NOT NULL,
        order_id uuid,
        customer_id uuid,
        template text NOT NULL,
        template_version integer,
        purpose text NOT NULL,
        locale text NOT NULL,
        state text NOT NULL,
        code text NOT NULL,
        resend_of uuid,
        requested_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )
"""
_INDEXES = (
    "CREATE INDEX messages_newest ON {schema}.messages (requested_at, id)",
    "CREATE INDEX messages_of_order ON {schema}.messages (order_id, requested_at, id)",
    "CREATE INDEX messages_by_state ON {schema}.messages (state, requested_at, id)",
)
_COLUMNS = (
    "id", "version", "order_id", "customer_id", "template", "template_version", "purpose", "locale", "state", "code",
    "resend_of", "requested_at", "updated_at",
)  # fmt: skip
NEWEST_FIRST = "-requested_at"
STATES = ("requested", "rendered", "sent", "kept", "refused", "uncertain", "bounced")
PURPOSES = ("status", "administrators", "payment-link", "sequence", "resend")


class Messages:
    """The view `messages`."""

    name = "messages"
    version = 1
    tables = (Table("messages", _COLUMNS, ("id",), _DDL, _INDEXES),)
    aggregates = (Message,)
    topics = None

    def fold(self, batch: Batch) -> Rows:
        """Each message as its events leave it."""
        rows = Rows()
        for message_id, message in batch.aggregates(Message).items():
            rows.put("messages", (message_id,), message_row(message))
        return rows


def message_row(message: Message) -> Row:
    """The row of a message."""
    return (
        message.id,
        message.version,
        message.order_id,
        message.customer_id,
        message.template,
        message.copy.template_version if message.copy else None,
        message.purpose,
        message.locale,
        message.state,
        message.code,
        message.resend_of,
        message.requested_at,
        message.modified_on,
    )


class MessageHead(NamedTuple):
    """A message as the list shows it."""

    id: UUID
    version: int
    order_id: UUID | None
    customer_id: UUID | None
    template: str
    template_version: int | None
    purpose: str
    locale: str
    state: str
    code: str
    resend_of: UUID | None
    requested_at: datetime
    updated_at: datetime


class MessageFilters(Struct, frozen=True, kw_only=True):
    """Messages of one order or customer, in one state, for one purpose."""

    order_id: UUID | None = None
    customer_id: UUID | None = None
    state: str | None = None
    purpose: str | None = None


LISTING: Listing[MessageHead] = Listing(
    "{schema}.messages",
    MessageHead,
    {"requested_at": (key("requested_at", datetime, "timestamptz"), key("id", UUID, "uuid"))},
)
SORTS = tuple(LISTING.sorts)


def list_messages(
    connection: Connection,
    filters: MessageFilters,
    sort: str = NEWEST_FIRST,
    limit: int = 50,
    cursor: Cursor | None = None,
    schema: str = "views",
) -> Page[MessageHead]:
    """Up to `limit` messages after the cursor."""
    return LISTING.page(connection, _conditions(filters), sort, limit, cursor, schema)


def count_messages(
    connection: Connection,
    filters: MessageFilters,
    how: Literal["exact", "estimate"] = "exact",
    schema: str = "views",
) -> int:
    """How many messages the filters leave."""
    return LISTING.count(connection, _conditions(filters), how, schema)


def cursor_types(sort: str = NEWEST_FIRST) -> tuple[Any, ...]:
    """The kinds of value in a cursor of the list sorted so."""
    return LISTING.cursor_types(sort)


def _conditions(filters: MessageFilters) -> Conditions:
    told = {name: value for name in filters.__struct_fields__ if (value := getattr(filters, name)) is not None}
    return [f"{name} = %({name})s" for name in told], told

"""The list of messages: what each was for and what became of it; what it says stays sealed in the log."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, cast
from uuid import UUID

from msgspec import Struct

from domain.messages import Message
from domain.messages.message import Purpose, State
from projections.engine.projection import EventBatch
from projections.engine.tables import Row, Rows, Table
from projections.views.pages import Conditions, Listing, equal, key

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


class MessageHead(NamedTuple):
    """A message as the list shows it."""

    id: UUID
    version: int
    requested_at: datetime
    updated_at: datetime
    order_id: UUID | None
    customer_id: UUID | None
    template: str
    template_version: int | None
    purpose: Purpose
    locale: str
    state: State
    code: str
    resend_of: UUID | None


_COLUMNS = MessageHead._fields


class Messages:
    """The view `messages`."""

    name = "messages"
    version = 1
    tables = (Table("messages", _COLUMNS, ("id",), _DDL, _INDEXES),)
    aggregates = (Message,)
    topics = None

    def fold(self, batch: EventBatch) -> Rows:
        """Each message as its events leave it."""
        rows = Rows()
        for message_id, message in batch.aggregates(Message).items():
            rows.put("messages", (message_id,), message_row(message))
        return rows


def message_row(message: Message) -> Row:
    """The row of a message."""
    return MessageHead(
        id=message.id,
        version=message.version,
        requested_at=cast("datetime", message.requested_at),
        updated_at=message.modified_on,
        order_id=message.order_id,
        customer_id=message.customer_id,
        template=message.template,
        template_version=message.copy.template_version if message.copy else None,
        purpose=cast("Purpose", message.purpose),
        locale=message.locale,
        state=cast("State", message.state),
        code=message.code,
        resend_of=message.resend_of,
    )


class MessageFilters(Struct, frozen=True, kw_only=True):
    """Messages of one order or customer, in one state, for one purpose."""

    order_id: UUID | None = None
    customer_id: UUID | None = None
    state: State | None = None
    purpose: Purpose | None = None


def _conditions(filters: MessageFilters) -> Conditions:
    return equal(filters, MessageFilters.__struct_fields__)


LISTING: Listing[MessageHead, MessageFilters] = Listing(
    "{schema}.messages",
    MessageHead,
    {"requested_at": (key("requested_at", datetime, "timestamptz"), key("id", UUID, "uuid"))},
    "-requested_at",
    _conditions,
)
SORTS = tuple(LISTING.sorts)
list_messages, count_messages = LISTING.page, LISTING.count

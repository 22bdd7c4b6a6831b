"""The list of messages: what each was for and what became of it; what it says stays sealed in the log."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.messages import Message
from projections.pages import Conditions, Listing, equal, key
from projections.projection import Batch
from projections.tables import Row, Rows, Table

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

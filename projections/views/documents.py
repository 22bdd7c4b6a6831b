"""The register of documents: every invoice and credit note that was issued, voids included, in the order of numbers."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple, cast
from uuid import UUID

from msgspec import Struct
from psycopg import sql

from domain import topics
from domain.customers import CustomerForgotten
from domain.orders.differences import PARTIES, differences
from domain.orders.order import Document, Order
from projections.engine.projection import EventBatch
from projections.engine.tables import Connection, Row, Rows, Table
from projections.views.pages import Amount, Conditions, Listing, key

_DDL = """
    CREATE TABLE {schema}.documents (
        order_id uuid NOT NULL,
        number text COLLATE "C" NOT NULL,
        kind text NOT NULL,
        series text NOT NULL,
        order_number text NOT NULL,
        issued_on date NOT NULL,
        due_on date,
        currency text NOT NULL,
        tax bigint NOT NULL,
        total bigint NOT NULL,
        refund text NOT NULL,
        refers_to text NOT NULL,
        voided_at timestamptz,
        void_reason text,
        customer_id uuid,
        contents_differ boolean NOT NULL,
        buyer_differs boolean NOT NULL
    )
"""
_INDEXES = (
    "CREATE INDEX documents_number ON {schema}.documents (number)",
    "CREATE INDEX documents_issued ON {schema}.documents (issued_on, number)",
    "CREATE INDEX documents_differ ON {schema}.documents (issued_on, number) WHERE contents_differ OR buyer_differs",
)
_ORDER_OF = sql.SQL("SELECT order_id, kind FROM {} WHERE number = %(number)s")


class DocumentHead(NamedTuple):
    """A document as the register shows it; amounts are minor units of its currency."""

    number: str
    kind: str
    series: str
    order_id: UUID
    order_number: str
    issued_on: date
    due_on: date | None
    currency: str
    tax: Amount
    total: Amount
    refund: str
    refers_to: str
    voided_at: datetime | None
    void_reason: str | None
    contents_differ: bool
    buyer_differs: bool


_COLUMNS = (*DocumentHead._fields, "customer_id")


class Documents:
    """The view `documents`."""

    name = "documents"
    version = 2
    tables = (Table("documents", _COLUMNS, ("order_id", "number"), _DDL, _INDEXES),)
    aggregates = (Order,)
    # What is edited on an order may leave its invoice telling something else.
    topics = frozenset(event.TOPIC for event in topics.AGGREGATES[Order]) | {CustomerForgotten.TOPIC}

    def fold(self, batch: EventBatch) -> Rows:
        """A row for every document that was issued here; numbers given elsewhere are no part of the register.

        Who was forgotten cannot be compared with the buyer on paper any more.
        """
        rows = Rows()
        for _, event, _ in batch.events:
            if type(event) is CustomerForgotten:
                rows.overwrite("documents", "customer_id", event.originator_id, buyer_differs=False)
        for order in batch.aggregates(Order).values():
            for document in order.documents:
                if document.version and document.issued_on:
                    rows.put("documents", (order.id, document.number), _row(order, document))
        return rows


def _row(order: Order, document: Document) -> Row:
    differs = set(differences(order, document))
    head = DocumentHead(
        number=document.number,
        kind=document.kind,
        series=document.series,
        order_id=order.id,
        order_number=order.number,
        issued_on=cast("date", document.issued_on),
        due_on=document.due_on,
        currency=order.currency,
        tax=document.tax,
        total=document.total,
        refund=document.refund,
        refers_to=document.refers_to,
        voided_at=document.voided_at,
        void_reason=document.void_reason,
        contents_differ=bool(differs - PARTIES),
        buyer_differs=bool(differs & PARTIES),
    )
    return (*head, order.customer_id)


class DocumentFilters(Struct, frozen=True, kw_only=True):
    """Each filter that is told narrows the register; `issued_from` and `issued_to` are both included."""

    kind: str | None = None
    series: str | None = None
    order_id: UUID | None = None
    order_number: str | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    voided: bool | None = None
    differs: bool | None = None


CONDITIONS = {
    "kind": "kind = %(kind)s",
    "series": "series = %(series)s",
    "order_id": "order_id = %(order_id)s",
    "order_number": "order_number = %(order_number)s",
    "issued_from": "issued_on >= %(issued_from)s",
    "issued_to": "issued_on <= %(issued_to)s",
    "voided": "(voided_at IS NOT NULL) = %(voided)s",
    "differs": "(contents_differ OR buyer_differs) = %(differs)s",
}


def _conditions(filters: DocumentFilters) -> Conditions:
    told = {name: value for name in CONDITIONS if (value := getattr(filters, name)) is not None}
    return [CONDITIONS[name] for name in told], told


LISTING: Listing[DocumentHead, DocumentFilters] = Listing(
    "{schema}.documents",
    DocumentHead,
    {
        "issued_on": (key("issued_on", date, "date"), key("number", str, "text")),
        "number": (key("number", str, "text"), key("order_id", UUID, "uuid")),
    },
    "-issued_on",
    _conditions,
)
SORTS = tuple(LISTING.sorts)
list_documents, count_documents = LISTING.page, LISTING.count


def order_of_document(connection: Connection, number: str, schema: str = "views") -> tuple[UUID, str] | None:
    """The order that a document was issued for, and the document's kind."""
    statement = _ORDER_OF.format(sql.Identifier(schema, "documents"))
    row = connection.execute(statement, {"number": number}).fetchone()
    return (row[0], row[1]) if row else None

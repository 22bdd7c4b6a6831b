"""The list of customers: one row a card, made from the whole card."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.addresses import Address
from domain.customers import Customer, normalised_email
from projections.pages import Conditions, Cursor, Listing, Page, key
from projections.plain import patterns, plain_words
from projections.projection import Batch
from projections.tables import Connection, Row, Rows, Table

_DDL = """
    CREATE TABLE {schema}.customers (
        id uuid NOT NULL,
        version integer NOT NULL,
        position bigint NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        erased_at timestamptz,
        name text NOT NULL,
        company text NOT NULL,
        line1 text NOT NULL,
        line2 text NOT NULL,
        postcode text NOT NULL,
        city text NOT NULL,
        region text NOT NULL,
        country text NOT NULL,
        phone text NOT NULL,
        email text NOT NULL,
        vat_number text NOT NULL,
        email_normalised text COLLATE "C" NOT NULL,
        words text COLLATE "C" NOT NULL
    )
"""
_INDEXES = (
    "CREATE INDEX customers_created ON {schema}.customers (created_at, id) WHERE erased_at IS NULL",
    "CREATE INDEX customers_name ON {schema}.customers (left(words, 60), id) WHERE erased_at IS NULL",
    "CREATE INDEX customers_words ON {schema}.customers USING gin (words gin_trgm_ops)",
    "CREATE INDEX customers_email ON {schema}.customers (email_normalised)",
)
_COLUMNS = (
    "id", "version", "position", "created_at", "updated_at", "erased_at", *Address.FIELDS, "email_normalised", "words",
)  # fmt: skip
# The name comes first, so that what is searched is sorted by it as well.
_SEARCHED = ("name", "company", "email", "phone", "postcode", "city", "vat_number")
NEWEST_FIRST = "-created_at"


class Customers:
    """The view `customers`."""

    name = "customers"
    version = 1
    tables = (Table("customers", _COLUMNS, ("id",), _DDL, _INDEXES),)
    aggregates = (Customer,)
    topics = None

    def fold(self, batch: Batch) -> Rows:
        """Each card as its events leave it; of a customer who was forgotten only the id and the dates stay."""
        rows = Rows()
        positions = {event.originator_id: position for position, event in batch.events}
        for customer_id, customer in batch.aggregates(Customer).items():
            rows.put("customers", (customer_id,), customer_row(customer, positions[customer_id]))
        return rows


def customer_row(customer: Customer, position: int) -> Row:
    """The row of a card whose last event stands at this position."""
    return (
        customer.id,
        customer.version,
        position,
        customer.created_at,
        customer.modified_on,
        customer.erased_at,
        *(customer.value(name) for name in Address.FIELDS),
        normalised_email(customer.value("email")),
        plain_words(*(customer.value(name) for name in _SEARCHED)),
    )


class CustomerHead(NamedTuple):
    """A customer as the list shows it."""

    id: UUID
    version: int
    position: int
    created_at: datetime
    updated_at: datetime
    name: str
    company: str
    line1: str
    line2: str
    postcode: str
    city: str
    region: str
    country: str
    phone: str
    email: str
    vat_number: str


class CustomerFilters(Struct, frozen=True, kw_only=True):
    """`q` are words of name, company, e-mail, phone, postcode, city or VAT number, all of which must be found."""

    q: str | None = None
    email: str | None = None
    country: str | None = None


LISTING: Listing[CustomerHead] = Listing(
    "{schema}.customers",
    CustomerHead,
    {
        "created_at": (key("created_at", datetime, "timestamptz"), key("id", UUID, "uuid")),
        "name": (key("left(words, 60)", str, "text"), key("id", UUID, "uuid")),
    },
)
SORTS = tuple(LISTING.sorts)


def list_customers(
    connection: Connection,
    filters: CustomerFilters,
    sort: str = NEWEST_FIRST,
    limit: int = 50,
    cursor: Cursor | None = None,
    schema: str = "views",
) -> Page[CustomerHead]:
    """Up to `limit` customers after the cursor, the forgotten ones left out."""
    return LISTING.page(connection, _conditions(filters), sort, limit, cursor, schema)


def count_customers(
    connection: Connection, filters: CustomerFilters, how: Literal["exact", "estimate"] = "exact", schema: str = "views"
) -> int:
    """How many customers the filters leave."""
    return LISTING.count(connection, _conditions(filters), how, schema)


def cursor_types(sort: str = NEWEST_FIRST) -> tuple[Any, ...]:
    """The kinds of value in a cursor of the list sorted so."""
    return LISTING.cursor_types(sort)


def _conditions(filters: CustomerFilters) -> Conditions:
    found, told = ["erased_at IS NULL"], {}
    if filters.email is not None:
        found.append("email_normalised = %(email)s")
        told["email"] = normalised_email(filters.email)
    if filters.country is not None:
        found.append("country = %(country)s")
        told["country"] = filters.country
    for number, pattern in enumerate(patterns(filters.q or "")):
        found.append(f"words LIKE %(word_{number})s")
        told[f"word_{number}"] = pattern
    return found, told

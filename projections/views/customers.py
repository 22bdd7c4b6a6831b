"""The list of customers: one row a card, made from the whole card, and one for each of their orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from msgspec import Struct
from psycopg import sql

from domain.addresses import Address
from domain.customers import Customer, normalised_email
from domain.orders.order import Order
from projections.engine.projection import EventBatch
from projections.engine.tables import Connection, Row, Rows, Table
from projections.views.pages import Conditions, Listing, PersonalText, key, read
from projections.views.plain import patterns, phone_digits, plain_words

_CUSTOMERS = """
    CREATE TABLE {schema}.customers (
        id uuid NOT NULL,
        version integer NOT NULL,
        position bigint NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        erased_at timestamptz,
        merged_into uuid,
        tags text[] NOT NULL,
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
        emails text[] NOT NULL,
        words text COLLATE "C" NOT NULL
    )
"""
_ORDERS = """
    CREATE TABLE {schema}.customer_orders (
        order_id uuid NOT NULL,
        customer_id uuid NOT NULL,
        currency text NOT NULL,
        worth bigint NOT NULL,
        counts boolean NOT NULL,
        placed_at timestamptz NOT NULL
    )
"""
_INDEXES = (
    "CREATE INDEX customers_created ON {schema}.customers (created_at, id) WHERE erased_at IS NULL",
    "CREATE INDEX customers_name ON {schema}.customers (left(words, 60), id) WHERE erased_at IS NULL",
    "CREATE INDEX customers_words ON {schema}.customers USING gin (words gin_trgm_ops)",
    "CREATE INDEX customers_email ON {schema}.customers USING gin (emails)",
    "CREATE INDEX customers_tags ON {schema}.customers USING gin (tags)",
    "CREATE INDEX customers_merged ON {schema}.customers (merged_into) WHERE merged_into IS NOT NULL",
)
_OF_CUSTOMER = "CREATE INDEX customer_orders_customer ON {schema}.customer_orders (customer_id)"
_WORTH = sql.SQL("""
    SELECT coalesce(card.merged_into, card.id), placed.currency, count(*), sum(placed.worth)::bigint,
        max(placed.placed_at)
    FROM {customers} AS card JOIN {orders} AS placed ON placed.customer_id = card.id
    WHERE (card.merged_into = ANY(%(ids)s) OR (card.id = ANY(%(ids)s) AND card.merged_into IS NULL)) AND placed.counts
    GROUP BY 1, 2 ORDER BY 1, 2
""")
_STREAMS = "SELECT id, version FROM views.customers ORDER BY id"
# The name comes first, so that what is searched is sorted by it as well.
_SEARCHED = ("name", "company", "email", "phone", "postcode", "city", "vat_number")


class CustomerOrder(NamedTuple):
    """What an order is worth to its customer, in minor units of its currency, and whether it counts."""

    order_id: UUID
    customer_id: UUID
    currency: str
    worth: int
    counts: bool
    placed_at: datetime


class CustomerHead(NamedTuple):
    """A customer as the list shows it."""

    id: UUID
    version: int
    position: int
    created_at: datetime
    updated_at: datetime
    name: PersonalText
    company: PersonalText
    line1: PersonalText
    line2: PersonalText
    postcode: PersonalText
    city: PersonalText
    region: PersonalText
    country: str
    phone: PersonalText
    email: PersonalText
    vat_number: PersonalText
    tags: Sequence[str]


class CustomerKept(NamedTuple):
    """What is known of a card besides: whether it is still one, and what it is found by."""

    erased_at: datetime | None
    merged_into: UUID | None
    emails: Sequence[str]
    words: str


_COLUMNS = (*CustomerHead._fields, *CustomerKept._fields)


class Customers:
    """The view `customers`.

    An order counts for its customer once it is placed and unless it is cancelled, one of the past as well; it is worth
    what was paid of it less what was refunded. Those of a merged card count for the survivor.
    """

    name = "customers"
    version = 3
    tables = (
        Table("customers", _COLUMNS, ("id",), _CUSTOMERS, _INDEXES),
        Table("customer_orders", CustomerOrder._fields, ("order_id",), _ORDERS, (_OF_CUSTOMER,)),
    )
    aggregates = (Customer, Order)
    topics = None

    def fold(self, batch: EventBatch) -> Rows:
        """Each card as its events leave it, of a customer who was forgotten only the id and the dates; each order."""
        rows = Rows()
        positions = {event.originator_id: position for position, event, _ in batch.events}
        for customer_id, customer in batch.aggregates(Customer).items():
            if customer.withdrawn:
                rows.delete("customers", (customer_id,))
            else:
                rows.put("customers", (customer_id,), customer_row(customer, positions[customer_id]))
        for order_id, order in batch.aggregates(Order).items():
            if order.customer_id and order.placed_at:
                rows.put("customer_orders", (order_id,), _order_row(order))
            elif not order.exists:
                rows.delete("customer_orders", (order_id,))
        return rows


def customer_row(customer: Customer, position: int) -> Row:
    """The row of a card whose last event stands at this position."""
    head = CustomerHead(
        id=customer.id,
        version=customer.version,
        position=position,
        created_at=cast("datetime", customer.created_at),
        updated_at=customer.modified_on,
        tags=customer.tags,
        **{name: customer.value(name) for name in Address.FIELDS},
    )
    kept = CustomerKept(
        erased_at=customer.erased_at,
        merged_into=customer.merged_into,
        emails=sorted(customer.addresses),
        words=plain_words(*(customer.value(name) for name in _SEARCHED), *customer.emails, *_phones(customer)),
    )
    return head + kept


def _phones(customer: Customer) -> list[str]:
    """The digits that every telephone number of the card is known by."""
    return [phone_digits(phone) for phone in (customer.value("phone"), *customer.phones) if phone]


def _order_row(order: Order) -> Row:
    worth = order.paid - order.refunded
    return (order.id, order.customer_id, order.currency, worth, not order.is_cancelled, order.placed_at)


class CustomerWorth(NamedTuple):
    """What a customer's orders in one currency come to, in its minor units, and when the last was placed."""

    customer_id: UUID
    currency: str
    orders: int
    worth: int
    last_order_at: datetime


def customer_streams(connection: Connection) -> dict[UUID, int]:
    """Every card there is, forgotten and merged ones too, and how many events each has."""
    return dict(connection.execute(_STREAMS).fetchall())


class CustomerFilters(Struct, frozen=True, kw_only=True):
    """`q` are words of name, company, e-mail, phone, postcode, city or VAT number, all found; so are `tags`."""

    q: str | None = None
    email: str | None = None
    country: str | None = None
    tags: tuple[str, ...] = ()


def _conditions(filters: CustomerFilters) -> Conditions:
    """The forgotten and the merged cards are left out."""
    found, told = ["erased_at IS NULL", "merged_into IS NULL"], dict[str, Any]()
    if filters.email is not None:
        found.append("emails @> %(email)s::text[]")
        told["email"] = [normalised_email(filters.email)]
    if filters.country is not None:
        found.append("country = %(country)s")
        told["country"] = filters.country
    if filters.tags:
        found.append("tags @> %(tags)s::text[]")
        told["tags"] = list(filters.tags)
    for number, pattern in enumerate(patterns(filters.q or "")):
        found.append(f"words LIKE %(word_{number})s")
        told[f"word_{number}"] = pattern
    return found, told


LISTING: Listing[CustomerHead, CustomerFilters] = Listing(
    "{schema}.customers",
    CustomerHead,
    {
        "created_at": (key("created_at", datetime, "timestamptz"), key("id", UUID, "uuid")),
        "name": (key("left(words, 60)", str, "text"), key("id", UUID, "uuid")),
    },
    "-created_at",
    _conditions,
)
SORTS = tuple(LISTING.sorts)
list_customers, count_customers = LISTING.page, LISTING.count


def worth_of(
    connection: Connection, customer_ids: Sequence[UUID], schema: str = "views"
) -> dict[UUID, list[CustomerWorth]]:
    """What each customer's orders come to, currency by currency; those of the cards merged into theirs included.

    A merged card has none of its own: its orders are worth something to the survivor.
    """
    statement = _WORTH.format(
        customers=sql.Identifier(schema, "customers"), orders=sql.Identifier(schema, "customer_orders")
    )
    found: dict[UUID, list[CustomerWorth]] = {customer_id: [] for customer_id in customer_ids}
    for row in read(connection, statement, {"ids": list(customer_ids)}):
        worth = CustomerWorth._make(row)
        found[worth.customer_id].append(worth)
    return found


_CARDS = sql.SQL("SELECT id FROM {} WHERE id = ANY(%(ids)s) OR merged_into = ANY(%(ids)s)")
_PUT = sql.SQL(
    "INSERT INTO {} SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bigint[], %s::boolean[],"
    " %s::timestamptz[])"
)


def card_ids(connection: Connection, customer_ids: Sequence[UUID], schema: str) -> list[UUID]:
    """The cards of customers, those that were merged into theirs included."""
    statement = _CARDS.format(sql.Identifier(schema, "customers"))
    return [card_id for (card_id,) in read(connection, statement, {"ids": list(customer_ids)})]


def put_orders(connection: Connection, orders: Sequence[CustomerOrder], schema: str) -> None:
    """Tells a schema of the past what the orders of customers were worth."""
    columns = [list(column) for column in zip(*orders, strict=True)] or [[]] * len(CustomerOrder._fields)
    connection.execute(_PUT.format(sql.Identifier(schema, "customer_orders")), columns)

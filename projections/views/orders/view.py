"""The row of an order in the list, and how events make it."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from domain import topics
from domain.customers import CustomerForgotten
from domain.events import Erased
from domain.orders.order import Order
from domain.orders.quantities import units_held
from domain.orders.shipments import tracking_codes
from projections.engine.projection import EventBatch
from projections.engine.tables import Row, Rows, Table
from projections.views.orders.row import OrderHead, OrderWords
from projections.views.plain import number_order, phone_digits, plain_words

# What lists are sorted and searched by comes first, and of fixed width before text: a row is read from its beginning.
DDL = """
    CREATE TABLE {schema}.orders (
        id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        position bigint NOT NULL,
        total bigint NOT NULL,
        paid bigint NOT NULL,
        refunded bigint NOT NULL,
        balance bigint NOT NULL,
        version integer NOT NULL,
        item_count integer NOT NULL,
        quantity bigint NOT NULL,
        archived boolean NOT NULL,
        things text COLLATE "C" NOT NULL,
        person text COLLATE "C" NOT NULL,
        currency text NOT NULL,
        status text NOT NULL,
        stage text NOT NULL,
        payment_status text NOT NULL,
        fulfilment_status text NOT NULL,
        return_status text NOT NULL,
        dispute_status text NOT NULL,
        operator text NOT NULL,
        source text NOT NULL,
        payment_method text NOT NULL,
        shipping_method text NOT NULL,
        number text NOT NULL,
        number_order text COLLATE "C" NOT NULL,
        tags text[] NOT NULL,
        skus text[] NOT NULL,
        carriers text[] NOT NULL,
        tracking_codes text[] NOT NULL,
        customer_name text NOT NULL,
        customer_email text NOT NULL,
        imported_source text NOT NULL,
        external_id text NOT NULL,
        customer_id uuid,
        placed_at timestamptz
    ) WITH (fillfactor = 90);
    -- What no list is narrowed or sorted by needs no statistics, which would take longer than an index.
    ALTER TABLE {schema}.orders
        ALTER updated_at SET STATISTICS 0, ALTER version SET STATISTICS 0, ALTER item_count SET STATISTICS 0,
        ALTER quantity SET STATISTICS 0,
        ALTER paid SET STATISTICS 0, ALTER refunded SET STATISTICS 0, ALTER balance SET STATISTICS 0,
        ALTER things SET STATISTICS 0, ALTER person SET STATISTICS 0,
        ALTER customer_name SET STATISTICS 0, ALTER customer_email SET STATISTICS 0,
        ALTER return_status SET STATISTICS 0, ALTER dispute_status SET STATISTICS 0,
        ALTER carriers SET STATISTICS 0, ALTER tracking_codes SET STATISTICS 0,
        ALTER imported_source SET STATISTICS 0, ALTER external_id SET STATISTICS 0
"""
# Newest first within a status; the sorts; a customer's orders; every word; every choice a list is narrowed by.
_INDEXES = (
    "CREATE INDEX orders_status ON {schema}.orders (status, created_at, id)",
    "CREATE INDEX orders_position ON {schema}.orders (position)",
    "CREATE INDEX orders_number ON {schema}.orders (number_order, id)",
    "CREATE INDEX orders_total ON {schema}.orders (currency, total, id)",
    "CREATE INDEX orders_placed ON {schema}.orders (coalesce(placed_at, '-infinity'), id)",
    "CREATE INDEX orders_customer ON {schema}.orders (customer_id, created_at, id) WHERE customer_id IS NOT NULL",
    "CREATE INDEX orders_name ON {schema}.orders (left(person, 60), id)",
    # Statistics of a thousand texts tell a word that one order in a thousand has from one that many have.
    """
    CREATE INDEX orders_words ON {schema}.orders USING gin ((things || person) gin_trgm_ops)
        WITH (gin_pending_list_limit = 512);
    ALTER INDEX {schema}.orders_words ALTER COLUMN 1 SET STATISTICS 1000
    """,
    """
    CREATE INDEX orders_choices ON {schema}.orders USING gin (
        status, stage, payment_status, fulfilment_status, operator, source, payment_method, shipping_method, tags, skus
    )
    """,
)
COLUMNS = (*OrderHead._fields, *OrderWords._fields)


class Orders:
    """The view `orders`."""

    name = "orders"
    version = 5
    tables = (Table("orders", COLUMNS, ("id",), DDL, _INDEXES, sorted_by=("created_at", "id")),)
    aggregates = (Order,)
    topics = frozenset(event.TOPIC for event in topics.AGGREGATES[Order]) | {CustomerForgotten.TOPIC}

    def fold(self, batch: EventBatch) -> Rows:
        """Each order as its events leave it, none that was taken back; a customer who was forgotten leaves no name."""
        rows = Rows()
        for _, event, _ in batch.events:
            if type(event) is CustomerForgotten:
                forgotten = event.originator_id
                rows.overwrite("orders", "customer_id", forgotten, customer_name="", customer_email="", person="")
        # By the numbers of ids, which are compared much faster than ids are.
        positions = {event.originator_id.int: position for position, event, _ in batch.events}
        for order_id, order in batch.aggregates(Order).items():
            if order.exists:
                rows.put("orders", (order_id,), order_row(order, positions[order_id.int]))
            else:
                rows.delete("orders", (order_id,))
        return rows


def order_row(order: Order, position: int) -> Row:
    """The row of an order whose last event stands at this position, in the order of `COLUMNS`."""
    name, email = _person(order)
    skus = list(dict.fromkeys(item.sku for item in order.items.values() if item.sku))
    codes = tracking_codes(order)
    head = _head(order, position, name, email, skus, codes)
    chosen = dict.fromkeys(option.value for item in order.items.values() for option in item.options)
    words = OrderWords(
        number_order=number_order(order.number),
        things=plain_words(order.number, *codes, *skus, head.external_id, *chosen),
        person=plain_words(name, email, *_around(order)),
    )
    return head + words


def _head(order: Order, position: int, name: str, email: str, skus: list[str], codes: list[str]) -> OrderHead:
    price, imported = order.price, order.imported
    parcels = [parcel for parcel in order.shipments.values() if parcel.state != "cancelled"]
    return OrderHead(
        id=order.id,
        number=order.number,
        version=order.version,
        position=position,
        created_at=cast("datetime", order.created_at),
        placed_at=order.placed_at,
        updated_at=order.modified_on,
        currency=order.currency,
        status=order.status,
        stage=order.stage,
        payment_status=order.payment_status,
        fulfilment_status=order.fulfilment_status,
        return_status=order.return_status,
        dispute_status=order.dispute_status,
        customer_id=order.customer_id,
        customer_name=name,
        customer_email=email,
        operator=order.operator,
        source=order.source,
        payment_method=order.payment_method,
        shipping_method=order.shipping_method,
        tags=order.tags,
        archived=order.archived,
        item_count=len(order.items),
        quantity=units_held(order),
        total=price.total,
        paid=price.paid,
        refunded=price.refunded,
        balance=price.balance,
        skus=skus,
        carriers=list(dict.fromkeys(parcel.carrier for parcel in parcels)),
        tracking_codes=codes,
        imported_source=imported.source if imported else "",
        external_id=imported.external_id if imported else "",
    )


def _person(order: Order) -> tuple[str, str]:
    """Name and e-mail address as the order shows them; nothing of who was forgotten."""
    name, email = order.buyer_name, order.mails_to
    return ("", "") if isinstance(name, Erased) or isinstance(email, Erased) else (name, email)


def _around(order: Order) -> tuple[str, ...]:
    """What else a person is looked for by: company, city and telephone number of the bill, and of where it is sent."""
    if isinstance(order.customer_name, Erased):
        return ()
    bill, delivery = order.bill, order.delivery
    phones = (phone_digits(address.phone) for address in (bill, delivery))
    told = (bill.company, bill.city, delivery.name, delivery.company, delivery.city, *phones)
    return tuple(text for text in dict.fromkeys(told) if text and text != order.buyer_name)

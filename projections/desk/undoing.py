"""Imports taken back: their orders, what these moved of stock, and the cards they made, by compensating events."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple, cast
from uuid import UUID

from msgspec.structs import replace

from domain.customers import Customer
from domain.errors import DomainError
from domain.events import Aggregate, Context, Event
from domain.lookup import Decision
from domain.orders.order import Order
from domain.settings import Shop
from domain.undoing import is_of_import, skus_of, undo_cards, undo_order
from projections.desk.gathered import Gathered
from projections.desk.stock import StockCache
from projections.engine.tables import Connection
from projections.log import Cache, EventLog, Session, again_when_overtaken
from projections.log.bulk import store
from projections.work.imports import KeptOrder

AT_ONCE = 300  # orders taken back in one transaction

_ORDERS = """
SELECT DISTINCT originator_id FROM log.events
WHERE topic = 'order.imported' AND (state -> 'metadata' ->> 'import_id')::uuid = %(import_id)s
    AND originator_id > %(after)s
ORDER BY originator_id LIMIT %(limit)s
"""
# Whose orders are still there, and whether any of them came by this import.
_STILL_ORDERING = """
SELECT a.subject, bool_or(EXISTS (
    SELECT FROM log.events i WHERE i.originator_id = a.originator_id AND i.topic = 'order.imported'
        AND (i.state -> 'metadata' ->> 'import_id')::uuid = %(import_id)s
))
FROM log.events a
WHERE a.topic = 'order.customer-assigned' AND a.subject = ANY(%(customers)s) AND NOT a.originator_id = ANY(%(gone)s)
    AND NOT EXISTS (
        SELECT FROM log.events u WHERE u.originator_id = a.originator_id AND u.topic = 'order.import-undone'
            AND u.originator_version > a.originator_version
    )
GROUP BY a.subject
"""
_NOWHERE = UUID(int=0)


class UndoneBatch(NamedTuple):
    """What became of some orders: those taken back, those that stay and why; `last` is where the next begin."""

    undone: int
    kept: Sequence[KeptOrder]
    last: UUID


class Undoing:
    """Takes the orders of one import back, batch by batch; what is taken back already is passed over."""

    def __init__(self, log: EventLog, import_id: UUID, context: Context, shop: Shop) -> None:
        self._log = log
        self._import_id = import_id
        self._context = replace(context, import_id=import_id)
        self._shop = shop
        self._stock_cache = Cache(StockCache)

    def batches(self, at_once: int = AT_ONCE) -> Iterator[UndoneBatch]:
        """Every order of the import, each batch in a transaction of its own."""
        last = _NOWHERE
        while order_ids := self._after(last, at_once):
            last = order_ids[-1]
            yield self._taken_back(order_ids)

    def _after(self, last: UUID, limit: int) -> list[UUID]:
        told = {"import_id": self._import_id, "after": last, "limit": limit}
        with self._log.pool.connection() as connection:
            return [order_id for (order_id,) in connection.execute(_ORDERS, told)]

    def _taken_back(self, order_ids: Sequence[UUID]) -> UndoneBatch:
        return again_when_overtaken(lambda: self._attempt(order_ids))

    def _attempt(self, order_ids: Sequence[UUID]) -> UndoneBatch:
        with self._log.session() as session:
            streams = session.open(streams=order_ids).events
            orders = [session.load_or_blank(Order, order_id) for order_id in order_ids]
            mine = [order for order in orders if order.exists and is_of_import(streams[order.id], self._import_id)]
            gathered = Gathered(session, self._shop, self._stock_cache.of(session.incarnation))
            gathered.stock(skus_of(mine))  # all of it is locked in one order
            gone: list[Aggregate] = []
            kept: list[KeptOrder] = []
            customers: set[UUID] = set()
            for order in mine:
                number, customer_id, decision = order.number, order.customer_id, Decision()
                try:
                    undo_order(order, streams[order.id], self._context, gathered, decision)
                except DomainError as refusal:
                    kept.append(KeptOrder(order.id, number, refusal.code, str(refusal)))
                    continue
                session.save(*decision.touched)
                gone.append(order)
                if customer_id:
                    customers.add(customer_id)
            self._store(session, gone, self._cards(gathered, customers, [order.id for order in gone]))
            return UndoneBatch(len(gone), kept, order_ids[-1])

    def _cards(self, gathered: Gathered, customers: Collection[UUID], gone: Collection[UUID]) -> list[Customer]:
        """The cards of those whose orders went, as they were before the import."""
        if not customers:
            return []
        facts = {"import_id": self._import_id, "customers": list(customers), "gone": list(gone)}
        ordering: dict[UUID, bool] = dict(gathered.session.connection.execute(_STILL_ORDERING, facts).fetchall())
        streams = gathered.session.open(streams=customers).events
        return undo_cards(streams, ordering, self._context, gathered)

    def _store(self, session: Session, orders: Sequence[Aggregate], cards: Sequence[Aggregate]) -> None:
        changed = [*orders, *cards]
        events = [cast("Event", event) for aggregate in changed for event in aggregate.collect_events()]
        if not events:
            return
        session.begin()
        store(session.connection, self._log.mapper, self._log.keys, events, session.incarnation)
        session.commit()


_COUNTS = """
SELECT count(*) FILTER (WHERE undone), count(*) FROM (
    SELECT EXISTS (
        SELECT FROM log.events u WHERE u.originator_id = o.originator_id AND u.topic = 'order.import-undone'
            AND u.originator_version > o.version
    ) AS undone
    FROM (
        SELECT originator_id, max(originator_version) AS version FROM log.events
        WHERE topic = 'order.imported' AND (state -> 'metadata' ->> 'import_id')::uuid = %(import_id)s
        GROUP BY originator_id
    ) o
) counted
"""


def undone_counts(connection: Connection, import_id: UUID) -> tuple[int, int]:
    """How many orders of an import were taken back, of how many that it brought."""
    [(undone, brought)] = connection.execute(_COUNTS, {"import_id": import_id}).fetchall()
    return undone, brought

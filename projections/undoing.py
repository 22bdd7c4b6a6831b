"""Imports taken back: their orders, what these moved of stock, and the cards they made, by compensating events."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from msgspec.structs import replace
from psycopg.errors import DeadlockDetected

from domain.addresses import Address
from domain.customers import Customer, CustomerCard, CustomerCreated, UndoCardImport, undo_card_import
from domain.errors import DomainError
from domain.events import Aggregate, Context, Event, fold
from domain.orders.creation import OrderCreated, OrderImported
from domain.orders.imports import UndoOrderImport, undo_order_import
from domain.orders.order import Order
from domain.orders.prints import DocumentPrinted
from domain.settings import Shop
from domain.stock import StockItem, stock_id_of
from domain.stock.following import Wish, follow, taken_back
from projections.desk.stock import Shelf
from projections.log import Cache, EventLog, Session, VersionConflict
from projections.log.bulk import store
from projections.tables import Connection
from projections.work.imports import Kept

AT_ONCE = 300  # orders taken back in one transaction
ATTEMPTS = 20

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


class Batch(NamedTuple):
    """What became of some orders: those taken back, those that stay and why; `last` is where the next begin."""

    undone: int
    kept: Sequence[Kept]
    last: UUID


class Undoing:
    """Takes the orders of one import back, batch by batch; what is taken back already is passed over."""

    def __init__(self, log: EventLog, import_id: UUID, context: Context, shop: Shop) -> None:
        self._log = log
        self._import_id = import_id
        self._context = replace(context, import_id=import_id)
        self._shop = shop
        self._shelf = Cache(Shelf)

    def batches(self, at_once: int = AT_ONCE) -> Iterator[Batch]:
        """Every order of the import, each batch in a transaction of its own."""
        last = _NOWHERE
        while order_ids := self._after(last, at_once):
            last = order_ids[-1]
            yield self._taken_back(order_ids)

    def _after(self, last: UUID, limit: int) -> list[UUID]:
        told = {"import_id": self._import_id, "after": last, "limit": limit}
        with self._log.pool.connection() as connection:
            return [order_id for (order_id,) in connection.execute(_ORDERS, told)]

    def _taken_back(self, order_ids: Sequence[UUID]) -> Batch:
        for _ in range(ATTEMPTS - 1):
            try:
                return self._attempt(order_ids)
            except (VersionConflict, DeadlockDetected):
                continue
        return self._attempt(order_ids)

    def _attempt(self, order_ids: Sequence[UUID]) -> Batch:
        with self._log.session() as session:
            streams = session.open(streams=order_ids).events
            orders = [session.load_or_blank(Order, order_id) for order_id in order_ids]
            mine = [order for order in orders if order.exists and self._is_mine(streams[order.id])]
            tracked = self._tracked(session, mine)
            gone: list[Aggregate] = []
            kept: list[Kept] = []
            customers: set[UUID] = set()
            for order in mine:
                customer_id = order.customer_id
                refusal = self._undo(session, order, streams[order.id], tracked)
                if refusal:
                    kept.append(Kept(order.id, order.number, refusal.code, str(refusal)))
                    continue
                gone.append(order)
                if customer_id:
                    customers.add(customer_id)
            self._store(session, gone, self._cards(session, customers, [order.id for order in gone]))
            return Batch(len(gone), kept, order_ids[-1])

    def _is_mine(self, events: Sequence[Event]) -> bool:
        """Whether it was this import that brought the order last, not one after it."""
        told = [event for event in events if isinstance(event, OrderImported)]
        return told[-1].metadata.import_id == self._import_id

    def _undo(
        self, session: Session, order: Order, events: Sequence[Event], tracked: Collection[UUID]
    ) -> DomainError | None:
        """Decides one order and saves what it moves of stock; gives why it stays, where it does."""
        began = max(index for index, event in enumerate(events) if isinstance(event, OrderCreated))
        others = {
            event.TOPIC
            for event in events[began:]
            if event.metadata.import_id != self._import_id and not isinstance(event, DocumentPrinted)
        }
        context = self._context_of(order.id)
        asked = [wish for wish in taken_back(order) if stock_id_of(wish.sku) in tracked]
        command = UndoOrderImport(order_id=order.id, context=context, since=tuple(sorted(others)))
        try:
            undo_order_import(order, command, self._shop)
        except DomainError as error:
            return error
        if asked:
            session.save(*self._moved(session, order, asked, context))
        return None

    def _moved(self, session: Session, order: Order, asked: Sequence[Wish], context: Context) -> list[StockItem]:
        stock_ids = {stock_id_of(wish.sku) for wish in asked}
        known = self._shelf.of(session.incarnation)
        shelf = {item.sku: item for item in known.locked(session, sorted(stock_ids))}
        follow(order, asked, shelf, context)
        return [item for item in shelf.values() if item.pending_events]

    def _tracked(self, session: Session, orders: Sequence[Order]) -> frozenset[UUID]:
        """The stock of their SKUs that is tracked, locked in one order for the whole batch."""
        skus = {item.sku for order in orders for item in order.items.values() if item.sku}
        stock_ids = {stock_id_of(sku) for sku in skus}
        known = self._shelf.of(session.incarnation)
        if unknown := known.unknown(stock_ids):
            stock_ids -= known.learn(session.open(streams=unknown).events)
        if stock_ids:
            session.lock(*sorted(stock_ids))
        return frozenset(stock_ids)

    def _cards(self, session: Session, customers: Collection[UUID], gone: Collection[UUID]) -> list[Aggregate]:
        """The cards of those whose orders went, as they were before the import."""
        if not customers:
            return []
        told = {"import_id": self._import_id, "customers": list(customers), "gone": list(gone)}
        ordering: Mapping[UUID, bool] = dict(session.connection.execute(_STILL_ORDERING, told).fetchall())
        streams = session.open(streams=customers).events
        cards: list[Aggregate] = []
        for customer_id in customers:
            if ordering.get(customer_id):
                continue  # more of this import's orders are this customer's
            card = session.load_or_blank(Customer, customer_id)
            self._undo_card(card, streams[customer_id], alone=customer_id not in ordering)
            cards.append(card)
        return cards

    def _undo_card(self, card: Customer, events: Sequence[Event], *, alone: bool) -> None:
        """A card that the import made goes when nobody used it; one that it wrote on says again what it said."""
        mine = [index for index, event in enumerate(events) if event.metadata.import_id == self._import_id]
        if not mine or any(event.metadata.import_id != self._import_id for event in events[mine[0] :]):
            return
        made_here = any(isinstance(events[index], CustomerCreated) for index in mine)
        if made_here and not alone:
            return
        before = None if made_here else _card_before(card, events[: mine[0]])
        command = UndoCardImport(customer_id=card.id, context=self._context_of(card.id), before=before)
        undo_card_import(card, command, self._shop)

    def _context_of(self, originator_id: UUID) -> Context:
        return replace(self._context, command_id=uuid5(self._context.command_id, str(originator_id)))

    def _store(self, session: Session, orders: Sequence[Aggregate], cards: Sequence[Aggregate]) -> None:
        changed = [*orders, *cards]
        events = [event for one in changed for event in one.collect_events() if isinstance(event, Event)]
        if not events:
            return
        session.begin()
        store(session.connection, self._log.mapper, self._log.keys, events, session.incarnation)
        session.commit()


def _card_before(card: Customer, events: Sequence[Event]) -> CustomerCard:
    """What a card said before; fields that said nothing say nothing again."""
    before = fold(Customer.blank(card.id), events)
    said: dict[str, Any] = {name: before.value(name) for name in Address.FIELDS if name in card.fields}
    return CustomerCard(**said, emails=before.emails, phones=before.phones)


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

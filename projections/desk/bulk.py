"""Many orders stored in one transaction: what is known stays, what is refused never takes its neighbours down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar, cast
from uuid import UUID

from domain.customers import Customer
from domain.events import Aggregate, Event
from domain.lookup import CustomerClaim, Decision
from domain.orders.buyers import readable_email, stranger_id
from domain.orders.creation import CreateOrder
from domain.orders.intake import AS_IT_STANDS, IntakeRules, Refused, Result, known_again, take_in
from domain.orders.order import Order
from domain.settings import Shop
from domain.stock import StockItem, stock_id_of
from projections.desk import Desk
from projections.desk.gathered import Gathered
from projections.desk.stock import StockCache
from projections.log import Cache, EventLog, Session, again_when_overtaken
from projections.log.bulk import store

A = TypeVar("A", bound=Aggregate)

BatchHook = Callable[[Session, Sequence[Result]], None]


class Bulk:
    """Stores orders of the past by the hundred."""

    def __init__(self, log: EventLog, desk: Desk) -> None:
        self._log = log
        self._desk = desk
        self._stock_cache = Cache(StockCache)
        log.on_new_incarnation(self._stock_cache.drop)

    def save(
        self,
        commands: Sequence[CreateOrder],
        *,
        dry: bool = False,
        rules: IntakeRules = AS_IT_STANDS,
        beside: BatchHook | None = None,
    ) -> list[Result]:
        """Decides and stores the orders in one transaction, and tells what became of each, in their order.

        `beside` writes in the same transaction what the caller keeps of the results; it may be called again where the
        transaction had to be. Nothing is stored in a `dry` run but that.
        """
        shop = self._desk.shop()
        return again_when_overtaken(lambda: self._attempt(commands, shop, rules, beside, dry=dry))

    def _attempt(
        self, commands: Sequence[CreateOrder], shop: Shop, rules: IntakeRules, beside: BatchHook | None, *, dry: bool
    ) -> list[Result]:
        with self._log.session() as session:
            batch = _Batch(session, commands, shop, self._stock_cache.of(session.incarnation), locks_stock=rules.stock)
            results = batch.decide(rules)
            if not dry:
                self._append(session, batch, results, beside)
                return results
        if beside:
            with self._log.session() as session:
                session.begin()
                beside(session, results)
                session.commit()
        return results

    def _append(self, session: Session, batch: _Batch, results: Sequence[Result], beside: BatchHook | None) -> None:
        if beside:
            session.begin()
            beside(session, results)
        events = batch.events()
        if events:
            if batch.keys:
                session.ensure_subjects(batch.keys)
            session.begin()
            store(session.connection, self._log.mapper, self._log.keys, events, session.incarnation)
        if events or beside:
            session.commit()


class _Batch(Gathered):
    """What orders of one transaction need, read and claimed for all of them at once, and what was decided.

    Each order is decided by itself; the customers' cards and the stock are as the orders before have left them.
    """

    def __init__(
        self,
        session: Session,
        commands: Sequence[CreateOrder],
        shop: Shop,
        stock_cache: StockCache,
        *,
        locks_stock: bool,
    ) -> None:
        super().__init__(session, shop, stock_cache)
        self.load = self._load_shared
        self.keys: list[UUID] = []
        self._commands = commands
        self._changed: list[Aggregate] = []
        found = session.open(streams=[command.order_id for command in commands]).events
        self._orders = {
            order_id: session.load_or_blank(Order, order_id) if events else Order.blank(order_id)
            for order_id, events in found.items()
        }
        fresh = [command for command in commands if not self._orders[command.order_id].exists]
        unnamed = [command.billing_address for command in fresh if not command.customer_id]
        emails = {email for billing in unnamed if (email := readable_email(billing))}
        self._claims = session.customers_for(emails)
        self._cards = self._read_cards(fresh)
        if locks_stock:
            skus = {item.sku for command in fresh for item in command.items if item.sku}
            session.lock(*sorted(stock_id_of(sku) for sku in skus))

    def _read_cards(self, fresh: Sequence[CreateOrder]) -> dict[UUID, Customer]:
        """The cards that the new orders may be of: named, of an address, of a number, of an order taken back before."""
        new = {claim.customer_id for claim in self._claims.values() if claim.created}
        known = {claim.customer_id for claim in self._claims.values() if not claim.created}
        known |= {command.customer_id for command in fresh if command.customer_id}
        known |= {command.buyer.id for command in fresh if command.buyer}
        known |= {stranger_id(command.order_id) for command in fresh if self._orders[command.order_id].version}
        self.session.open(streams=known)
        return {
            **{customer_id: Customer.blank(customer_id) for customer_id in new},
            **{customer_id: self.session.load_or_blank(Customer, customer_id) for customer_id in known},
        }

    def decide(self, rules: IntakeRules) -> list[Result]:
        """What becomes of each order, in their order."""
        decided: dict[UUID, Result] = {}
        results: list[Result] = []
        for command in self._commands:
            if command.order_id in decided:
                results.append(known_again(decided[command.order_id]))
                continue
            order, decision = self._orders[command.order_id], Decision()
            result = take_in(order, command, self, decision, rules)
            if not isinstance(result, Refused):
                self._take(order, decision)
            decided[command.order_id] = result
            results.append(result)
        return results

    def _take(self, order: Order, decision: Decision) -> None:
        """Takes what was decided of one order: stock for those after it to see, all else to store at the end."""
        self.session.save(*(item for item in decision.touched if isinstance(item, StockItem)))
        self._changed.append(order)
        self._cards.update((card.id, card) for card in decision.touched if isinstance(card, Customer))
        self.keys += decision.keys

    def events(self) -> list[Event]:
        """All that was decided, orders before cards; movements of stock are with the session."""
        changed = [*self._changed, *self._cards.values()]
        return [cast("Event", event) for aggregate in changed for event in aggregate.collect_events()]

    def customer_of(self, email: str) -> CustomerClaim:
        """Whose a normalised e-mail address is; its card is at hand, also where it is new."""
        return self._claims[email]._replace(created=False)

    def _load_shared(self, cls: type[A], originator_id: UUID) -> A:
        """An aggregate as it is now; a card as the orders before have left it."""
        card = self._cards.get(originator_id)
        if isinstance(card, cls):
            return card
        return self.session.load_or_blank(cls, originator_id)

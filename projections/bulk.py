"""Many orders stored in one transaction: what is known stays, what is refused never takes its neighbours down."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple
from uuid import UUID, uuid5

from msgspec.structs import replace
from psycopg.errors import DeadlockDetected

from domain.addresses import Address
from domain.customers import Customer, TakeBillingData, check_email, normalised_email, take_billing_data
from domain.errors import DomainError
from domain.events import Aggregate, Event
from domain.orders.creation import Buyer, CreateOrder, create_order
from domain.orders.imports import RetellOrder, retell_order
from domain.orders.order import Order
from domain.settings import Shop
from domain.stock import stock_id_of
from projections.desk import Desk
from projections.desk.stock import Shelf, settle
from projections.log import Cache, CustomerClaim, EventLog, Session, VersionConflict
from projections.log.bulk import store

ATTEMPTS = 20


class Created(NamedTuple):
    """The order is stored; `total` and `refunded` in minor units of its currency.

    `name_kept`: its customer's card keeps another name than the order tells.
    """

    order_id: UUID
    currency: str
    total: int
    refunded: int
    name_kept: bool = False


class Known(NamedTuple):
    """The order was stored before; `changed` when what it was made from differs."""

    order_id: UUID
    changed: bool
    currency: str
    total: int
    refunded: int


class Updated(NamedTuple):
    """The order was stored before, and was led to what is told of it now."""

    order_id: UUID
    currency: str
    total: int
    refunded: int


class Refused(NamedTuple):
    """The order was not stored, and why."""

    order_id: UUID
    error: DomainError


Result = Created | Known | Updated | Refused
Beside = Callable[[Session, Sequence[Result]], None]


class Manner(NamedTuple):
    """How orders of the past are taken in: `dry` stores nothing, `stock` moves stock, `update` leads known ones on,
    `names` lets them rename customers whose card has a name."""

    dry: bool = False
    stock: bool = False
    update: bool = False
    names: bool = False


class Bulk:
    """Stores orders of the past by the hundred."""

    def __init__(self, log: EventLog, desk: Desk) -> None:
        self._log = log
        self._desk = desk
        self._shelf = Cache(Shelf)
        log.on_new_incarnation(self._shelf.drop)

    def save(
        self,
        commands: Sequence[CreateOrder],
        *,
        dry: bool = False,
        manner: Manner | None = None,
        beside: Beside | None = None,
    ) -> list[Result]:
        """Decides and stores the orders in one transaction, and tells what became of each, in their order.

        `beside` writes in the same transaction what the caller keeps of the results; it may be called again where the
        transaction had to be. Nothing is stored in a dry run but that.
        """
        wanted = manner or Manner(dry=dry)
        shop = self._desk.shop()
        for _ in range(ATTEMPTS - 1):
            try:
                return self._attempt(commands, shop, wanted, beside)
            except (VersionConflict, DeadlockDetected):
                continue
        return self._attempt(commands, shop, wanted, beside)

    def _attempt(
        self, commands: Sequence[CreateOrder], shop: Shop, manner: Manner, beside: Beside | None
    ) -> list[Result]:
        with self._log.session() as session:
            batch = _Batch(session, commands, shop, manner, self._shelf.of(session.incarnation))
            results = batch.decide()
            if not manner.dry:
                self._store(session, batch.events(), results, beside)
                return results
        if beside:
            with self._log.session() as session:
                session.begin()
                beside(session, results)
                session.commit()
        return results

    def _store(
        self, session: Session, events: Sequence[Event], results: Sequence[Result], beside: Beside | None
    ) -> None:
        if beside:
            session.begin()
            beside(session, results)
        if not events:
            return _commit_if_begun(session, beside)
        session.begin()
        store(session.connection, self._log.mapper, self._log.keys, events, session.incarnation)
        session.commit()


def _commit_if_begun(session: Session, beside: Beside | None) -> None:
    if beside:
        session.commit()


class _Batch:
    """Orders of one transaction: each is decided by itself, the customers' cards and the stock are shared."""

    def __init__(
        self, session: Session, commands: Sequence[CreateOrder], shop: Shop, manner: Manner, shelf: Shelf
    ) -> None:
        self._session = session
        self._commands = commands
        self._shop = shop
        self._manner = manner
        self._shelf = shelf
        self._changed: list[Aggregate] = []
        opening = session.open(streams=[command.order_id for command in commands])
        begun = [order_id for order_id, events in opening.events.items() if events]
        self._orders = {order_id: session.load_or_blank(Order, order_id) for order_id in begun}
        fresh = [command for command in commands if not self._is_known(command)]
        self._cards = _Cards(session, fresh, begun)
        if manner.stock:
            skus = {item.sku for command in fresh for item in command.items if item.sku}
            session.lock(*sorted(stock_id_of(sku) for sku in skus))

    def decide(self) -> list[Result]:
        """What becomes of each order, in their order."""
        saved: dict[UUID, Result] = {}
        results: list[Result] = []
        for command in self._commands:
            order_id = command.order_id
            if order_id in saved:
                results.append(_known_again(saved[order_id]))
                continue
            result = self._known(command) if self._is_known(command) else self._created(command)
            saved[order_id] = result
            results.append(result)
        return results

    def events(self) -> list[Event]:
        """All that was decided; movements of stock are with the session."""
        changed = [*self._changed, *self._cards.touched()]
        return [event for aggregate in changed for event in aggregate.collect_events() if isinstance(event, Event)]

    def _is_known(self, command: CreateOrder) -> bool:
        order = self._orders.get(command.order_id)
        return order is not None and order.exists

    def _known(self, command: CreateOrder) -> Result:
        order = self._orders[command.order_id]
        was = order.imported.content_hash if order.imported else ""
        now = command.past.imported.content_hash if command.past else ""
        if was == now or not self._manner.update:
            return Known(order.id, was != now, order.currency, order.price.total, order.refunded)
        context = replace(command.context, command_id=uuid5(command.context.command_id, now))
        try:
            retell_order(order, RetellOrder(order_id=order.id, context=context, told=command), self._shop)
            self._move_stock(order, command)
        except DomainError as error:
            return Refused(order.id, error)
        self._changed.append(order)
        return Updated(order.id, order.currency, order.price.total, order.refunded)

    def _created(self, command: CreateOrder) -> Result:
        """The order decided, its card written; a refused one leaves no trace."""
        order = self._orders.get(command.order_id) or Order.blank(command.order_id)
        billing, card = command.billing_address, None
        try:
            if billing.email:
                check_email(billing.email, "/billing_address/email")
            card = self._cards.card(command)
            buyer = None
            if card:
                card.require_whole()
                name = billing.name or card.value("name")
                buyer = Buyer(id=card.id, name=name, email=billing.email or card.value("email"))
            create_order(order, replace(command, buyer=buyer), self._shop)
            self._move_stock(order, command)
        except DomainError as error:
            return Refused(command.order_id, error)
        name_kept = card is not None and not self._manner.names and _renames(card, billing)
        if card:
            follow = TakeBillingData(
                customer_id=card.id,
                context=command.context,
                order_id=command.order_id,
                billing=replace(billing, name="") if name_kept else billing,
            )
            take_billing_data(card, follow, self._shop)
        self._changed.append(order)
        total = order.imported.total if order.imported else order.price.total  # an imported order has the one told
        return Created(order.id, order.currency, total, order.refunded, name_kept=name_kept)

    def _move_stock(self, order: Order, command: CreateOrder) -> None:
        if self._manner.stock:
            context = command.context
            self._session.save(*settle(self._session, self._shelf, frozenset(), order, context, self._shop, past=True))


class _Cards:
    """The customers' cards of a batch: claimed, read and made keys for all at once."""

    def __init__(self, session: Session, commands: Sequence[CreateOrder], begun: Collection[UUID]) -> None:
        """`begun` are orders that were there before and were taken back."""
        emails = {_email(command) for command in commands} - {None}
        self._claims: dict[str, CustomerClaim] = session.customers_for([email for email in emails if email])
        known = [claim.customer_id for claim in self._claims.values() if not claim.created]
        numbered = {command.buyer.id for command in commands if command.buyer and _email(command) is None}
        again = [_stranger(command) for command in commands if command.order_id in begun]
        session.open(streams=[*known, *numbered, *again])
        self._cards = {
            claim.customer_id: session.load_or_blank(Customer, claim.customer_id)
            if not claim.created
            else Customer.blank(claim.customer_id)
            for claim in self._claims.values()
        }
        self._cards |= {number: session.load_or_blank(Customer, number) for number in numbered}
        others = [command for command in commands if _email(command) is None and not command.buyer]
        strangers = [_stranger(command) for command in others if command.billing_address]
        self._cards |= {stranger: Customer.blank(stranger) for stranger in strangers}
        self._cards |= {stranger: session.load_or_blank(Customer, stranger) for stranger in again}
        kept = {number for number in numbered if not self._cards[number].erased_at}
        orphans = [command.order_id for command in commands if self.card(command) is None]
        if subjects := [*strangers, *kept, *orphans]:
            session.ensure_subjects(subjects)

    def card(self, command: CreateOrder) -> Customer | None:
        """The card of an order's customer, told by e-mail address, by `buyer`, or by the billing data alone.

        None for an order that names nobody, or a buyer who was forgotten.
        """
        email = _email(command)
        if email:
            return self._cards[self._claims[email].customer_id]
        if command.buyer:
            card = self._cards[command.buyer.id]
            return None if card.erased_at else card
        return self._cards[_stranger(command)] if command.billing_address else None

    def touched(self) -> list[Customer]:
        """The cards on which something was written."""
        return [card for card in self._cards.values() if card.pending_events]


def _renames(card: Customer, billing: Address) -> bool:
    """Whether the billing data tell another name than the card has."""
    return bool(billing.name and card.value("name") and card.value("name") != billing.name)


def _email(command: CreateOrder) -> str | None:
    """The normalised e-mail address that names the customer, where it is one at all."""
    try:
        check_email(command.billing_address.email, "")
    except DomainError:
        return None
    return normalised_email(command.billing_address.email)


def _stranger(command: CreateOrder) -> UUID:
    return uuid5(command.order_id, "customer")


def _known_again(result: Result) -> Result:
    if isinstance(result, Created | Updated):
        return Known(result.order_id, False, result.currency, result.total, result.refunded)
    return result

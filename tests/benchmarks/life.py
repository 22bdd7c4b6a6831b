"""The life of a customer and of an order of the big book, decided by the real domain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple, cast
from uuid import UUID

from domain.addresses import Address
from domain.customers import Customer, TakeBillingData, take_billing_data
from domain.events import Aggregate, Context, Event
from domain.orders.cart import NewItem
from domain.orders.creation import Buyer, CreateOrder, create_order
from domain.orders.moves import ChangeStatus, change_status
from domain.orders.order import Order
from domain.orders.payments import RecordPayment, record_payment
from domain.orders.shipments import ShipOrder, ship_order
from domain.settings import Shop
from domain.taxes import single
from projections.views.plain import plain
from tests.benchmarks.names import FIRST_NAMES, SKUS, SURNAMES, TOWNS

BEGIN = datetime(2023, 1, 2, 8, 0, tzinfo=UTC)
SPAN = timedelta(days=3 * 365)
SHOP = Shop()

# How orders end: the status they reach, in percent of the orders. Those sold over the counter are completed at once.
ENDINGS = ("counter", "completed", "shipped", "pending", "processing", "cancelled", "draft", "on_hold")
_SHARES = (40, 12, 8, 20, 8, 6, 5, 1)
_SOURCES = ("shop", "telephone", "market", "import", "fair")
_OPERATORS = ("desk", "ada", "bo", "cy", "dee", "")
_TAGS = ("gift", "vip", "fragile", "wholesale", "repair", "press")


class Person(NamedTuple):
    """A customer, with the address that every order of theirs is billed to."""

    id: UUID
    address: Address


def some_id(random: Random) -> UUID:
    """A random id (RFC 9562, UUIDv4)."""
    return UUID(int=random.getrandbits(128), version=4)


def some_person(random: Random, number: int) -> Person:
    """An invented customer."""
    first, last, town = FIRST_NAMES.pick(random), SURNAMES.pick(random), TOWNS.pick(random)
    company = f"{SURNAMES.pick(random)} & Co" if random.random() < 0.15 else ""
    address = Address(
        name=f"{first} {last}",
        company=company,
        line1=f"{random.randint(1, 200)} {SURNAMES.pick(random)} Street",
        postcode=f"{random.randint(10000, 99999)}",
        city=town,
        country=random.choice(("FR", "DE", "BE", "CH", "GB")),
        email=f"{plain(first)}.{plain(last)}{number}@example.com",
    )
    return Person(some_id(random), address)


def life_of_customer(random: Random, person: Person, first_order: UUID, at: datetime) -> list[Event]:
    """The card that the first order makes."""
    customer = Customer.blank(person.id)
    command = TakeBillingData(
        customer_id=person.id, context=_context(random, at, "shop"), order_id=first_order, billing=person.address
    )
    take_billing_data(customer, command, SHOP)
    return _events(customer)


def life_of_order(random: Random, order_id: UUID, person: Person, number: int, at: datetime) -> list[Event]:
    """Everything that ever happened to an order: about six events."""
    ending = random.choices(ENDINGS, _SHARES)[0]
    order = Order.blank(order_id)
    create_order(order, _creation(random, order_id, person, number, at, ending), SHOP)
    if ending in ("completed", "shipped"):
        _pay(order, random, at + timedelta(minutes=5))
        _ship(order, random, at + timedelta(hours=random.randint(4, 72)))
    elif ending == "processing":
        _pay(order, random, at + timedelta(minutes=5))
    if ending in ("completed", "shipped", "processing", "cancelled", "on_hold"):
        moved = _context(random, at + timedelta(hours=80), "operator:desk")
        change_status(order, ChangeStatus(order_id=order_id, context=moved, status=ending, balance="accept"), SHOP)
    return _events(order)


def in_order(lives: Iterable[list[Event]]) -> list[Event]:
    """All events of these lives by the time they happened."""
    return sorted((event for life in lives for event in life), key=lambda event: event.timestamp)


def _creation(random: Random, order_id: UUID, person: Person, number: int, at: datetime, ending: str) -> CreateOrder:
    status = {"counter": "completed", "draft": "draft"}.get(ending, "pending")
    return CreateOrder(
        order_id=order_id,
        context=_context(random, at, "token:shop"),
        number=f"C{number:07d}",
        currency="EUR",
        prices_include_tax=True,
        locale="en",
        status=status,
        balance="accept",
        buyer=Buyer(id=person.id, name=person.address.name, email=person.address.email),
        operator=random.choice(_OPERATORS),
        source=random.choices(_SOURCES, (70, 15, 10, 4, 1))[0],
        payment_method=random.choices(("card", "transfer", "cash", "cheque"), (70, 15, 13, 2))[0],
        shipping_method=random.choices(("standard", "express", "pickup"), (70, 10, 20))[0],
        billing_address=person.address,
        items=tuple(_items(random)),
        tags=(random.choices(_TAGS, (30, 10, 5, 3, 1, 0.1))[0],) if random.random() < 0.1 else (),
    )


def _items(random: Random) -> Iterator[NewItem]:
    for _ in range(random.choices((1, 2, 3), (75, 18, 7))[0]):
        sku = SKUS.pick(random)
        price = 100 + int(random.lognormvariate(7.5, 0.9))
        yield NewItem(
            sku=sku, name=f"Article {sku}", quantity=random.randint(1, 3), unit_price=price, taxes=single(200_000)
        )


def _pay(order: Order, random: Random, at: datetime) -> None:
    command = RecordPayment(order_id=order.id, context=_context(random, at, "token:shop"), method="card")
    record_payment(order, command, SHOP)


def _ship(order: Order, random: Random, at: datetime) -> None:
    context = _context(random, at, "operator:desk")
    code = f"{random.choice(('LP', 'RX', 'ZT'))}{random.randrange(10**9):09d}"
    ship_order(order, ShipOrder(order_id=order.id, context=context, carrier="colissimo", tracking_code=code), SHOP)


def _context(random: Random, at: datetime, actor: str) -> Context:
    return Context(command_id=some_id(random), actor=actor, at=at)


def _events(aggregate: Aggregate) -> list[Event]:
    return cast("list[Event]", list(aggregate.collect_events()))

"""`carnet demo`: a believable shop, taken through the same desk as any other; its people are invented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

import click

from domain.addresses import Address
from domain.coupons import CouponRules, CreateCoupon
from domain.events import Command, Context
from domain.methods import DefinePaymentMethod
from domain.orders.creation import CreateOrder
from domain.orders.lines import NewItem
from domain.orders.moves import ChangeStatus
from domain.orders.notes import AddNote, SetTags
from domain.orders.order import Order
from domain.orders.payments import RecordPayment
from domain.orders.refund_parts import RefundLine
from domain.orders.refunded import RefundOrder
from domain.orders.shipments import DeliverShipment, ShipOrder
from domain.products import AddProduct
from domain.settings import Defaults, SetDefaults, SetSeller
from domain.shop import PaymentMethod
from domain.stock import ReceiveStock, SetStockPolicy, stock_id_of
from domain.taxes import single
from projections.runtime import Runtime
from scripts.demo_goods import COLOURS, GOODS, counted_skus, products, sku_of
from scripts.installation import opened_runtime

NAMESPACE = UUID("5d0f5f3c-3f0e-5a41-8a0b-0c7c1d4be0a2")
ORDERS = 300
DAYS = 90
ON_SHELF = 100  # of each SKU that is counted
LOW = 25
ACTOR = "process:demo"

FIRST_NAMES = (
    "Élodie",
    "Thibault",
    "Zoé",
    "Anaïs",
    "Benoît",
    "Hélène",
    "Oscar",
    "Tilda",
    "Wilfred",
    "Beatrix",
    "Ned",
    "Ivy",
)
LAST_NAMES = (
    "Montclair",
    "Delorée",
    "Vaucresson",
    "Hautefeuille",
    "Brindillac",
    "Thornbury",
    "Wetherfield",
    "Ashgrove",
    "Quillon",
)
CITIES = (
    ("75011", "Paris", "FR"),
    ("69003", "Lyon", "FR"),
    ("44000", "Nantes", "FR"),
    ("BS1 4DJ", "Bristol", "GB"),
    ("1000", "Bruxelles", "BE"),
)
STREETS = ("rue des Lilas", "avenue du Parc", "quai des Brumes", "Orchard Lane", "Mill Road")
# Nobody is told by mail of what happened long ago, if at all.
QUIETLY: dict[str, Any] = {"stock": "apply", "balance": "accept", "notify": ()}
CARRIERS = (("colissimo", "6A"), ("dhl", "JD01"), ("ups", "1Z"))


@click.command()
def demo() -> None:
    """Fill the order book with a believable shop."""
    with opened_runtime(begins=True) as runtime:
        if runtime.log.stream(order_id(ORDERS - 1)):
            click.echo("The demonstration shop is there already.")
            return
        now = datetime.now(UTC)
        for command in shop_commands(now):
            runtime.desk.handle(command)
        for number in range(ORDERS):
            if not runtime.log.stream(order_id(number)):
                take_order(runtime, number, now)
        click.echo(f"{ORDERS} orders of the last {DAYS} days are in the book.")


def order_id(number: int) -> UUID:
    """The id of a demonstration order: the same every time."""
    return uuid5(NAMESPACE, f"order {number}")


def told(at: datetime, about: str, reason: str | None = None) -> Context:
    """By whom and when; the same command id every time."""
    return Context(command_id=uuid5(NAMESPACE, about), actor=ACTOR, at=at, reason=reason)


def shop_commands(now: datetime) -> Iterator[Command]:
    """The set-up of the shop."""
    opened = now - timedelta(days=DAYS)
    seller = Address(
        name="Atelier Carnet",
        line1="12 rue des Lilas",
        postcode="75011",
        city="Paris",
        country="FR",
        email="bonjour@example.com",
    )
    yield SetSeller(context=told(opened, "seller"), seller=seller)
    yield SetDefaults(
        context=told(opened, "defaults"), defaults=Defaults(currency="EUR", locale="fr", timezone="Europe/Paris")
    )
    yield CreateCoupon(
        context=told(opened, "coupon 1"), code="BIENVENUE", rules=CouponRules(kind="percent", value=1000)
    )
    rules = CouponRules(kind="free_shipping", currency="EUR", minimum=5000)
    yield CreateCoupon(context=told(opened, "coupon 2"), code="PORT-OFFERT", rules=rules)
    online = PaymentMethod(code="online", label="Online", provider="sandbox")
    yield DefinePaymentMethod(context=told(opened, "method online"), method=online)
    yield from catalogue(opened)
    yield from first_stock(opened)


def catalogue(opened: datetime) -> Iterator[Command]:
    """What is sold."""
    for sku, facts in products():
        yield AddProduct(context=told(opened, f"product {sku}"), sku=sku, facts=facts)


def first_stock(opened: datetime) -> Iterator[Command]:
    """What lay on the shelves on the first day; books and aprons are made to order, so nobody counts them."""
    for sku in counted_skus():
        yield ReceiveStock(context=told(opened, f"receive {sku}"), sku=sku, quantity=ON_SHELF)
        policy = told(opened, f"policy {sku}")
        yield SetStockPolicy(context=policy, stock_id=stock_id_of(sku), policy="backorder", low_at=LOW)


def take_order(runtime: Runtime, number: int, now: datetime) -> None:
    """One order and what became of it: the older it is, the further it has come."""
    random = Random(number)
    age = timedelta(days=DAYS) * (ORDERS - number) / ORDERS
    at = now - age
    order: Order = runtime.desk.handle(creation(number, at, random)).aggregate
    for command in life(order, age, random):
        order = runtime.desk.handle(command).aggregate


def creation(number: int, at: datetime, random: Random) -> CreateOrder:
    """An order as it was taken."""
    first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    postcode, city, country = random.choice(CITIES)
    address = Address(
        name=f"{first} {last}",
        line1=f"{random.randint(1, 99)} {random.choice(STREETS)}",
        postcode=postcode,
        city=city,
        country=country,
        email=f"customer{random.randint(1, ORDERS // 3)}@example.com",
    )
    return CreateOrder(
        order_id=order_id(number),
        context=told(at, f"take {number}"),
        place=random.random() > 0.05,
        notify=(),
        locale="fr" if country in ("FR", "BE") else "en",
        billing_address=address,
        items=tuple(_item(random) for _ in range(random.randint(1, 4))),
        coupon_codes=("BIENVENUE",) if random.random() < 0.15 else (),
        shipping_charge=490,
        shipping_taxes=single(200_000),
        payment_method=random.choice(("card", "card", "card", "transfer", "cheque")),
        shipping_method="standard",
        source=random.choice(("web", "web", "telephone", "market")),
        tags=("gift",) if random.random() < 0.1 else (),
    )


def _item(random: Random) -> NewItem:
    good = random.choice(GOODS)
    colour = random.choice(tuple(COLOURS))
    return NewItem(
        sku=sku_of(good, colour),
        name=f"{good.name}, {colour}",
        quantity=random.randint(1, 3),
        unit_price=good.price,
        taxes=single(good.rate),
    )


def life(order: Order, age: timedelta, random: Random) -> Iterator[Command]:
    """What happens to an order while it grows old."""
    if order.placed_at is None:
        return
    facts = Deeds(order.id, order.placed_at)
    if random.random() < 0.06:
        yield ChangeStatus(
            **facts(timedelta(hours=2), "cancel", "The customer changed their mind."), status="cancelled", **QUIETLY
        )
        return
    paid = random.random() < 0.93
    if paid:
        yield RecordPayment(**facts(timedelta(minutes=3), "pay"), method=order.payment_method)
    if age > timedelta(days=1):
        yield ChangeStatus(**facts(timedelta(hours=8), "prepare"), status="processing", **QUIETLY)
    if random.random() < 0.2:
        yield AddNote(**facts(timedelta(hours=9), "note"), text="Wants it wrapped in kraft paper.")
        yield SetTags(**facts(timedelta(hours=9), "tags"), tags=(*order.tags, "wrap"))
    if age > timedelta(days=3):
        carrier, prefix = random.choice(CARRIERS)
        code = f"{prefix}{random.randint(10**9, 10**10 - 1)}"
        yield ShipOrder(**facts(timedelta(days=2), "ship"), carrier=carrier, tracking_code=code, stock="apply")
        yield ChangeStatus(**facts(timedelta(days=2), "shipped"), status="shipped", **QUIETLY)
    if age > timedelta(days=8):
        yield DeliverShipment(**facts(timedelta(days=5), "deliver"), shipment=1)
        yield ChangeStatus(**facts(timedelta(days=7), "complete"), status="completed", **QUIETLY)
    if paid and age > timedelta(days=15) and random.random() < 0.08:
        first = next(iter(order.items))
        yield RefundOrder(
            **facts(timedelta(days=12), "refund", "Arrived broken."), lines=(RefundLine(item=first, quantity=1),)
        )


class Deeds:
    """Makes the heading of commands on one order, each some time after it was placed."""

    def __init__(self, order_id: UUID, placed_at: datetime) -> None:
        self._order_id = order_id
        self._placed_at = placed_at

    def __call__(self, after: timedelta, deed: str, reason: str | None = None) -> dict[str, Any]:
        return {
            "order_id": self._order_id,
            "context": told(self._placed_at + after, f"{deed} {self._order_id}", reason),
        }

"""The order that every template is tried on: shipped with a tracking code, paid in part, with every field filled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from domain.addresses import Address
from domain.events import Command, Context
from domain.handlers import HANDLERS
from domain.orders.creation import Buyer, CreateOrder
from domain.orders.lines import NewItem
from domain.orders.order import Order
from domain.orders.payments import RecordPayment
from domain.orders.shipments import ShipOrder
from domain.shop import Shop
from domain.taxes import single
from printing.mail.facts import Facts, order_facts

_ID = UUID(int=1)
_SENT = UUID(int=2)
_SAID = Context(command_id=_ID, actor="example", at=datetime(2026, 1, 5, 9, 0, tzinfo=UTC))
_ADDRESS = Address(
    name="Ada Example",
    company="Example & Co",
    line1="1 Sample Street",
    line2="Back door",
    postcode="00001",
    city="Sampleton",
    region="Sampleshire",
    country="FR",
    phone="+33 1 00 00 00 00",
    email="ada@example.com",
    vat_number="FR00000000000",
)


@cache
def example_order() -> Order:
    """The example order."""
    order, shop = Order.blank(_ID), Shop()
    commands: tuple[Command, ...] = (
        CreateOrder(
            order_id=_ID,
            context=_SAID,
            number="C1001",
            currency="EUR",
            place=True,
            buyer=Buyer(id=_ID, name="Ada Example", email="ada@example.com"),
            payment_method="card",
            shipping_method="standard",
            billing_address=_ADDRESS,
            shipping_address=_ADDRESS,
            items=(NewItem(sku="CUP-1", name="Blue <cup>", quantity=2, unit_price=1_250, taxes=single(200_000)),),
            shipping_charge=590,
        ),
        RecordPayment(order_id=_ID, context=_SAID, method="card", amount=1_000),
        ShipOrder(order_id=_ID, context=replace(_SAID, command_id=_SENT), carrier="dhl", tracking_code="TRACK1"),
    )
    for command in commands:
        HANDLERS[type(command)].decide(order, command, shop)
    return order


def example_facts() -> Facts:
    """What a template sees of it."""
    return order_facts(example_order(), Shop(seller=_ADDRESS), "shipped", "en")


@cache
def names(facts: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Every name that a template may use, with those of the `facts` of its occasion; of a list, what each entry has."""
    known = example_facts()
    return (*_names("order", known["order"]), *_names("shop", known["shop"]), *(f"facts.{name}" for name in facts))


def _names(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for entry in value[:1]:
            yield from _names(f"{name}[]", entry)
    elif isinstance(value, dict):
        for inner, told in value.items():
            yield from _names(f"{name}.{inner}", told)
    else:
        yield name

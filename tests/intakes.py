"""Orders of the past, and the cases in which they are taken in: by themselves, or with others in one go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from domain.addresses import Address
from domain.customers import (
    CreateCustomer,
    CustomerCard,
    EraseCustomer,
    MergeCustomers,
    UndoCardImport,
)
from domain.events import Command, Context
from domain.orders.buyers import stranger_id
from domain.orders.creation import Buyer, CreateOrder
from domain.orders.imports import UndoOrderImport
from domain.orders.lines import NewItem
from domain.orders.order import Imported
from domain.orders.past import Past, PastPayment, PastRefund, PastShipment
from domain.pricing import CouponTerms

BEFORE = datetime(2025, 11, 3, 10, tzinfo=UTC)
NORA = Address(name="Nora Example", email="Nora@example.com", city="Paris", country="FR")
NINA = Address(name="Nina Placeholder")
NOWHERE = Address()
NUMBERED = Buyer(id=UUID(int=77), name="4711", email="")


def past_order(name: str, **facts: Any) -> CreateOrder:
    """An order of 20.00 EUR, paid, as it would come from a file."""
    order_id = uuid5(UUID(int=1), name)
    context = Context(command_id=uuid5(order_id, "import"), actor="importer:tests", at=BEFORE, import_id=UUID(int=7))
    imported = Imported(source="tests", external_id=name, content_hash=facts.pop("content_hash", "a"), total=2_000)
    happened = {"payments": (PastPayment(amount=2_000),)} | facts.pop("happened", {})
    told: dict[str, Any] = {
        "number": name,
        "currency": "EUR",
        "billing_address": NORA,
        "items": (NewItem(sku="CUP-1", name="Blue cup", quantity=2, unit_price=1_000),),
        "past": Past(imported=imported, placed_at=BEFORE, **happened),
    }
    return CreateOrder(order_id=order_id, context=context, **(told | facts))


class Case(NamedTuple):
    """What came before, and the orders that come then."""

    orders: tuple[CreateOrder, ...]
    before: tuple[Command, ...] = ()


def _context(name: str) -> Context:
    return Context(command_id=uuid5(UUID(int=2), name), actor="operator:desk", at=BEFORE)


def card(number: int, email: str = "", name: str = "Nora Example") -> CreateCustomer:
    """A card made by hand."""
    made = CustomerCard(name=name, email=email)
    return CreateCustomer(customer_id=UUID(int=number), context=_context(f"card {number}"), card=made)


def merge(merged: int, into: int) -> MergeCustomers:
    """One card made part of another."""
    return MergeCustomers(customer_id=UUID(int=merged), context=_context(f"merge {merged}"), into=UUID(int=into))


def forget(number: int) -> EraseCustomer:
    """A person forgotten."""
    return EraseCustomer(customer_id=UUID(int=number), context=_context(f"forget {number}"))


def taken_back(order: CreateOrder) -> tuple[Command, ...]:
    """The order once it came and was taken back, and its customer's card with it."""
    undoing = _context("undo")
    return (
        order,
        UndoOrderImport(order_id=order.order_id, context=undoing),
        UndoCardImport(customer_id=stranger_id(order.order_id), context=undoing),
    )


_SHIPPED = {
    "shipments": (PastShipment(carrier="dhl", tracking_code="T-1", delivered=True),),
    "refunds": (PastRefund(amount=500),),
}
_CUP = NewItem(sku="CUP-1", name="Blue cup", quantity=1, unit_price=1_000)
_TENTH = CouponTerms(code="TENTH", kind="percent", value=1_000)

_OF_NUMBER = past_order("#0", billing_address=NINA, buyer=NUMBERED)

CASES: dict[str, Case] = {
    "an order of a new e-mail address begins a card": Case((past_order("#1"),)),
    "orders of one e-mail address share a card": Case(
        (past_order("#1"), past_order("#2", billing_address=Address(name="N. Example", email=" nora@EXAMPLE.com ")))
    ),
    "an order of an address that is known finds its card": Case((past_order("#1"),), (card(5, "nora@example.com"),)),
    "a card made by hand keeps what the operator wrote": Case(
        (past_order("#1"),), (card(5, "nora@example.com", name="Eleonora"),)
    ),
    "an order of the address of a merged card is the survivor's": Case(
        (past_order("#1"),), (card(5, "nora@example.com"), card(6, "n@example.com"), merge(5, 6))
    ),
    "an order of a customer named is that customer's": Case(
        (past_order("#1", customer_id=UUID(int=5), billing_address=NINA),), (card(5, "nora@example.com"),)
    ),
    "an order of a customer who is not there is refused": Case((past_order("#1", customer_id=UUID(int=5)),)),
    "an order of a customer who was forgotten is refused": Case(
        (past_order("#1", customer_id=UUID(int=5)),), (card(5, "nora@example.com"), forget(5))
    ),
    "a named card without an address takes a free one": Case((past_order("#1", customer_id=UUID(int=5)),), (card(5),)),
    "a named card does not take another card's address": Case(
        (past_order("#1", customer_id=UUID(int=5)),), (card(5), card(6, "nora@example.com"))
    ),
    "orders of one number on a platform share a card": Case(
        tuple(past_order(name, billing_address=NINA, buyer=NUMBERED) for name in ("#1", "#2"))
    ),
    "an order of a number known before finds its card": Case(
        (past_order("#1", billing_address=NINA, buyer=NUMBERED),), (_OF_NUMBER,)
    ),
    "an order of a number whose customer was forgotten is nobody's": Case(
        (past_order("#1", billing_address=NINA, buyer=NUMBERED),), (_OF_NUMBER, forget(77))
    ),
    "people known by a name alone are not taken for each other": Case(
        (past_order("#1", billing_address=NINA), past_order("#2", billing_address=NINA))
    ),
    "an order that tells nobody is nobody's": Case(
        (past_order("#1", billing_address=NOWHERE, notes=("Somebody called",)),)
    ),
    "an order taken back before begins anew, and its card": Case(
        (past_order("#1", billing_address=NINA),), taken_back(past_order("#1", billing_address=NINA))
    ),
    "what happened to it before is retold": Case((past_order("#1", happened=_SHIPPED),)),
    "its coupons give what they gave": Case((past_order("#1", coupons=(_TENTH,)),)),
    "no e-mail address is refused": Case((past_order("#1", billing_address=Address(name="Nina", email="nobody")),)),
    "an unknown currency is refused": Case((past_order("#1", currency="XXX"),)),
    "a line of nothing is refused": Case(
        (past_order("#1", items=(NewItem(sku="A", name="A", quantity=0, unit_price=1),)),)
    ),
    "an order without a number is refused": Case((past_order("#1", number=""),)),
    "a refused order leaves its neighbours alone": Case(
        (past_order("#1"), past_order("#2", currency="XXX", billing_address=NINA), past_order("#3", items=(_CUP,)))
    ),
}

"""Orders to begin a test with: drafted, placed, and what can be asked of them."""

from __future__ import annotations

from itertools import count
from typing import Any, TypeVar

from domain.errors import DomainError
from domain.orders.cart import AddItem
from domain.orders.creation import CreateOrder
from domain.orders.lines import NewItem
from domain.orders.moves import ChangeStatus
from domain.orders.order import Order, OrderCommand
from domain.orders.payments import RecordPayment
from domain.orders.refund_parts import RefundLine
from domain.orders.refunded import RefundOrder
from domain.orders.shipments import ShipLine, ShipOrder
from domain.shop import PaymentMethod
from tests.examples.facts import ORDER
from tests.given import Outcome, context

_numbers = count(1)  # two payments of one amount are two commands
C = TypeVar("C", bound=OrderCommand)
E = TypeVar("E", bound=DomainError)


def ask(kind: type[C], /, *, called: str = "", because: str | None = None, **facts: Any) -> C:
    """A command to the order of the tests; `called` tells two of the same content apart, `because` is the reason."""
    return kind(order_id=ORDER, context=context(called or f"{kind.__name__} {facts}", reason=because), **facts)


def line(quantity: int = 2, unit_price: int | None = 1_000, **facts: Any) -> NewItem:
    return NewItem(**{"sku": "CUP-1", "name": "Blue cup", "quantity": quantity, "unit_price": unit_price, **facts})


def create(*items: NewItem, **facts: Any) -> CreateOrder:
    """A draft of 20.00 EUR unless told otherwise."""
    return ask(CreateOrder, **{"number": "C1001", "currency": "EUR", "items": items or (line(),), **facts})


def placed(*items: NewItem, **facts: Any) -> CreateOrder:
    return create(*items, place=True, **facts)


def add(*facts: Any, called: str = "", **more: Any) -> AddItem:
    return ask(AddItem, called=called, item=line(*facts, **more))


def to(status: str, because: str | None = None, force: bool = False, **facts: Any) -> ChangeStatus:
    """A move to a status; one that completes an order accepts what is due unless told otherwise."""
    facts = {"balance": "accept", **facts}
    return ask(ChangeStatus, called=status, because=because, status=status, force=force, **facts)


def pay(amount: int | None = None, **facts: Any) -> RecordPayment:
    called = facts.pop("called", f"payment {next(_numbers)}")
    return ask(RecordPayment, called=called, method=facts.pop("method", "card"), amount=amount, **facts)


def refund(*lines: tuple[str, int], **facts: Any) -> RefundOrder:
    called = facts.pop("called", f"refund {next(_numbers)}")
    units = tuple(RefundLine(item=item, quantity=quantity) for item, quantity in lines)
    return ask(RefundOrder, called=called, lines=units, **facts)


def ship(*lines: tuple[str, int], carrier: str = "dhl", **facts: Any) -> ShipOrder:
    units = tuple(ShipLine(item=item, quantity=quantity) for item, quantity in lines)
    return ask(ShipOrder, carrier=carrier, lines=units, **facts)


def online() -> dict[str, PaymentMethod]:
    """A payment method that is with a provider."""
    return {"online": PaymentMethod(code="online", label="Card online", provider="sandbox")}


def refused(outcome: Outcome[Order], error: type[E]) -> E:
    """The refusal of a command that stores an order in several steps; what the steps before recorded is never saved."""
    assert type(outcome.refusal) is error, f"{outcome.refusal!r} in place of {error.__name__}"
    assert "{" not in str(outcome.refusal)
    return outcome.refusal

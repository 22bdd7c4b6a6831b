"""A desk in memory: orders, cards and coupons in one book, and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.coupons import Coupon, CouponRules, CreateCoupon, coupon_id_of
from domain.customers import CreateCustomer, Customer, CustomerCard, EraseCustomer, MergeCustomers
from domain.errors import DomainError
from domain.orders.order import Order, OrderCommand
from domain.stock import StockItem, stock_id_of
from tests.books import Book
from tests.domain.orders import create
from tests.given import context
from tests.intakes import NORA

C = TypeVar("C", bound=OrderCommand)
FIRST, SECOND, THIRD = (UUID(int=number) for number in (101, 102, 103))
NEW = UUID(int=104)


@dataclass
class Desk:
    """An order book in memory, and orders in it by their ids."""

    book: Book

    def create(self, order_id: UUID = FIRST, **facts: Any) -> Order:
        """An order placed, of 20.00 EUR unless told otherwise."""
        command = create(**{"billing_address": NORA, "place": True, **facts})
        self.book.handle(replace(command, order_id=order_id, context=context(f"create {order_id}")))
        return self.order(order_id)

    def ask(self, kind: type[C], order_id: UUID = FIRST, **facts: Any) -> Any:
        """Handles a command to an order; gives the decision."""
        return self.book.handle(kind(order_id=order_id, context=context(f"{kind.__name__} {facts}"), **facts))

    def give(self, command: OrderCommand, order_id: UUID = FIRST) -> Any:
        """The same for a command that is made already."""
        return self.book.handle(replace(command, order_id=order_id))

    def order(self, order_id: UUID = FIRST) -> Order:
        return self.book.load(Order, order_id)

    def card(self, number: int, email: str = "", **facts: Any) -> UUID:
        """A card made by hand."""
        made = CustomerCard(**{"name": f"Card {number}", "email": email, **facts})
        self.book.handle(CreateCustomer(customer_id=UUID(int=number), context=context(f"card {number}"), card=made))
        return UUID(int=number)

    def merge(self, merged: UUID, into: UUID, **facts: Any) -> Any:
        return self.book.handle(MergeCustomers(customer_id=merged, context=context("merge"), into=into, **facts))

    def coupon(self, code: str = "TENTH", **rules: Any) -> None:
        kinds: dict[str, Any] = {"kind": "percent", "value": 1_000, **rules}
        self.book.handle(CreateCoupon(context=context(f"coupon {code}"), code=code, rules=CouponRules(**kinds)))

    def uses(self, code: str = "TENTH") -> set[UUID]:
        return set(self.book.load(Coupon, coupon_id_of(code)).uses)

    def stock(self, sku: str = "CUP-1") -> tuple[int, int]:
        item = self.book.load(StockItem, stock_id_of(sku))
        return item.on_hand, item.reserved

    def refuses(self, error: type[DomainError], kind: type[Any], order_id: UUID = FIRST, **facts: Any) -> DomainError:
        """The refusal of a command; nothing of it is left."""
        before = {originator_id: len(events) for originator_id, events in self.book.streams.items()}
        with pytest.raises(error) as refusal:
            self.ask(kind, order_id, **facts)
        assert type(refusal.value) is error
        assert {originator_id: len(events) for originator_id, events in self.book.streams.items() if events} == before
        return refusal.value

    def customer(self, customer_id: UUID | None) -> Customer:
        assert customer_id
        return self.book.load(Customer, customer_id)

    def forget(self, customer_id: UUID) -> Any:
        return self.book.handle(EraseCustomer(customer_id=customer_id, context=context(f"forget {customer_id}")))

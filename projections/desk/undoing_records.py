"""Customers, stock and coupons of an import taken back, each by itself; what was worked on since stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, LiteralString
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.coupons import ChangeCoupon, Coupon, DisableCoupon, EnableCoupon
from domain.customers import Customer, CustomerCard, UntagCustomer
from domain.customers.undoing import UndoCardImport
from domain.errors import DomainError
from domain.events import Command, Context, Event, fold
from domain.stock import AdjustStock, StockItem
from domain.stock.item import StockAdjusted, StockReceived
from projections.desk.undoing import AT_ONCE, UndoneBatch
from projections.runtime import Runtime
from projections.work.imports import KeptOrder

_RECORDS: dict[str, LiteralString] = {
    "customers": "'customer.created', 'customer.updated', 'customer.tagged'",
    "stock": "'stock.received', 'stock.adjusted'",
    "coupons": "'coupon.created', 'coupon.changed', 'coupon.enabled', 'coupon.disabled'",
}
_FOUND: LiteralString = """
SELECT DISTINCT originator_id FROM log.events
WHERE topic IN ({topics}) AND (state -> 'metadata' ->> 'import_id')::uuid = %(import_id)s AND originator_id > %(after)s
ORDER BY originator_id LIMIT %(limit)s
"""
_ORDERED = (
    "SELECT EXISTS (SELECT FROM log.events WHERE topic = 'order.customer-assigned' AND subject = %(customer_id)s)"
)
WORKED_ON, HAS_ORDERS = "worked-on", "customer-has-orders"


class UndoingRecords:
    """Takes the records of one import back; what is taken back already stays as it is."""

    def __init__(self, runtime: Runtime, import_id: UUID, kind: str, context: Context) -> None:
        self._runtime = runtime
        self._import_id = import_id
        self._kind = kind
        self._context = replace(context, import_id=import_id)
        self._steps: Callable[[UUID, Sequence[Event]], Sequence[Command] | KeptOrder] = {
            "customers": self._card,
            "stock": self._item,
            "coupons": self._coupon,
        }[kind]

    def batches(self) -> Iterator[UndoneBatch]:
        """Every record of the import, each in a transaction of its own."""
        last = UUID(int=0)
        while found := self._after(last):
            last = found[-1]
            kept = [one for record_id in found if (one := self._take_back(record_id))]
            yield UndoneBatch(len(found) - len(kept), kept, last)

    def _after(self, last: UUID) -> list[UUID]:
        told = {"import_id": self._import_id, "after": last, "limit": AT_ONCE}
        statement: LiteralString = _FOUND.format(topics=_RECORDS[self._kind])
        with self._runtime.reading() as connection:
            return [record_id for (record_id,) in connection.execute(statement, told)]

    def _take_back(self, record_id: UUID) -> KeptOrder | None:
        """Leads a record back; gives why it stays, where it does."""
        steps = self._steps(record_id, self._runtime.log.streams([record_id])[record_id])
        if isinstance(steps, KeptOrder):
            return steps
        try:
            for step in steps:
                self._runtime.desk.handle(step)
        except DomainError as refusal:
            return KeptOrder(record_id, str(record_id), refusal.code, str(refusal))
        return None

    def _card(self, customer_id: UUID, events: Sequence[Event]) -> Sequence[Command] | KeptOrder:
        """The card as it was before; one that the import made goes, unless it has orders by now."""
        before, own = self._parted(events)
        was, card = fold(Customer.blank(customer_id), before), fold(Customer.blank(customer_id), events)
        if len(before) + len(own) < len(events):
            return KeptOrder(customer_id, str(customer_id), WORKED_ON, "This card was changed since.")
        told: CustomerCard | None = None
        if was.exists:
            told = CustomerCard(**{name: was.value(name) for name in card.fields}, emails=was.emails, phones=was.phones)
        elif self._has_orders(customer_id):
            return KeptOrder(customer_id, str(customer_id), HAS_ORDERS, "This customer has ordered since.")
        steps: list[Command] = [
            UndoCardImport(customer_id=customer_id, context=self._step(customer_id, "card"), before=told)
        ]
        if tags := tuple(tag for tag in card.tags if tag not in was.tags):
            context = self._step(customer_id, "tags")
            steps.insert(0, UntagCustomer(customer_id=customer_id, context=context, tags=tags))
        return steps

    def _item(self, stock_id: UUID, events: Sequence[Event]) -> Sequence[Command] | KeptOrder:
        """The figure less what the import made of it, whatever moved since."""
        own = [event for event in events if event.metadata.import_id == self._import_id]
        change = sum(one.quantity for one in own if isinstance(one, StockReceived))
        change += sum(one.change for one in own if isinstance(one, StockAdjusted))
        item = fold(StockItem.blank(stock_id), events)
        context = self._step(stock_id, "stock")
        if not change or context.command_id in item.commands:
            return []
        return [AdjustStock(stock_id=stock_id, context=replace(context, reason="stock import undone"), change=-change)]

    def _coupon(self, coupon_id: UUID, events: Sequence[Event]) -> Sequence[Command] | KeptOrder:
        """The coupon's rules as they were before; one that the import brought out can be used no more."""
        before, own = self._parted(events)
        was, coupon = fold(Coupon.blank(coupon_id), before), fold(Coupon.blank(coupon_id), events)
        if len(before) + len(own) < len(events):
            return KeptOrder(coupon_id, coupon.code, WORKED_ON, "This coupon was used or changed since.")
        steps: list[Command] = []
        if was.exists and was.rules != coupon.rules:
            steps.append(ChangeCoupon(coupon_id=coupon_id, context=self._step(coupon_id, "rules"), rules=was.rules))
        enabled = was.exists and was.is_enabled
        if enabled != coupon.is_enabled:
            moved: Any = EnableCoupon if enabled else DisableCoupon
            steps.append(moved(coupon_id=coupon_id, context=self._step(coupon_id, "enabled")))
        return steps

    def _parted(self, events: Sequence[Event]) -> tuple[Sequence[Event], Sequence[Event]]:
        """What was before the import, and what is of it."""
        at = next(index for index, event in enumerate(events) if event.metadata.import_id == self._import_id)
        return events[:at], [event for event in events[at:] if event.metadata.import_id == self._import_id]

    def _has_orders(self, customer_id: UUID) -> bool:
        with self._runtime.reading() as connection:
            [(ordered,)] = connection.execute(_ORDERED, {"customer_id": customer_id}).fetchall()
        return bool(ordered)

    def _step(self, record_id: UUID, name: str) -> Context:
        """The same step of the same import has the same id, however often the undoing begins."""
        return replace(self._context, command_id=uuid5(self._import_id, f"undo/{name}/{record_id}"))

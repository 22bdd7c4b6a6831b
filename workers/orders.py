"""The orders that processes look at, kept folded: each is read once, then brought forward by its events."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from uuid import UUID

from domain.customers import CustomerForgotten
from domain.events import Event, fold, upto_version
from domain.orders.creation import OrderCreated
from domain.orders.order import Order
from projections.log import EventLog, Recorded

KEPT = 2_000  # orders; those not looked at for longest are forgotten first


class Orders:
    """Orders as they were after each event of a batch in turn. For one thread."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._kept: OrderedDict[UUID, Order] = OrderedDict()
        self._batch: Sequence[Recorded] = ()
        self._streams: dict[UUID, list[Event]] = {}

    def begin(self, batch: Sequence[Recorded]) -> None:
        """Turns to another batch; streams that one of its orders needs are read together."""
        self._batch = batch
        self._streams = {}

    def forget(self) -> None:
        """Forgets every order: what was read of them may have vanished."""
        self._kept.clear()
        self._streams = {}

    def see(self, event: Event) -> None:
        """Brings the event's order forward where it is kept, keeps a new one; whoever is erased is forgotten.

        An order that was taken back and is imported again is created anew, but its stream goes on.
        """
        if isinstance(event, CustomerForgotten):
            self._kept.clear()
        elif isinstance(event, OrderCreated) and event.originator_version == 1:
            self._keep(event.mutate(Order.blank(event.originator_id)))
        else:
            order = self._kept.get(event.originator_id)
            if order is not None and order.version + 1 == event.originator_version:
                self._bring_forward(order, event)

    def after(self, one: Recorded) -> Order:
        """The order that the event belongs to, as it was after it."""
        order = self._kept.get(one.event.originator_id)
        if order is None or order.version != one.event.originator_version:
            order = self._read(one)
        return order

    def _bring_forward(self, order: Order, event: Event) -> None:
        """An event that cannot be read is met again by whoever asks for the order after it."""
        try:
            event.mutate(order)
        except Exception:
            del self._kept[order.id]

    def _read(self, one: Recorded) -> Order:
        order_id = one.event.originator_id
        if order_id not in self._streams:
            unknown = {other.event.originator_id for other in self._batch} - self._kept.keys() | {order_id}
            self._streams |= self._log.streams(unknown, upto=self._batch[-1].position)
        events = upto_version(self._streams[order_id], one.event.originator_version)
        order = fold(Order.blank(order_id), events)
        self._keep(order)
        return order

    def _keep(self, order: Order) -> None:
        self._kept[order.id] = order
        self._kept.move_to_end(order.id)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

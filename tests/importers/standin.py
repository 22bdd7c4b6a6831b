"""An order book in memory: the domain's real decisions, without a database."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import domain.topics  # noqa: F401 - events are decided only once their topics are known
from domain.errors import DomainError
from domain.handlers import HANDLERS
from domain.orders.creation import CreateOrder
from domain.orders.intake import Created, Known, Refused, Result
from domain.orders.order import Order
from domain.settings import Shop


class OrderBook:
    """Keeps what `Bulk` would store."""

    def __init__(self) -> None:
        self.orders: dict[UUID, Order] = {}
        self.batches: list[int] = []
        self._shop = Shop()

    def save(self, commands: Sequence[CreateOrder]) -> list[Result]:
        """What became of each command."""
        self.batches.append(len(commands))
        return [self._saved(command) for command in commands]

    def numbered(self, number: str) -> Order:
        """The only order of that number."""
        (order,) = [order for order in self.orders.values() if order.number == number]
        return order

    def _saved(self, command: CreateOrder) -> Result:
        if known := self.orders.get(command.order_id):
            assert known.imported
            assert command.past
            changed = known.imported.content_hash != command.past.imported.content_hash
            return Known(known.id, changed, known.currency, known.price.total, known.refunded)
        order = Order.blank(command.order_id)
        try:
            HANDLERS[CreateOrder].decide(order, command, self._shop)
        except DomainError as error:
            return Refused(command.order_id, error)
        self.orders[order.id] = order
        return Created(order.id, order.currency, order.price.total, order.refunded)

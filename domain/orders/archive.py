"""Orders put away: they stay as they are, and out of the list unless it is asked for them."""

from __future__ import annotations

from domain.events import Event
from domain.orders.order import Order, OrderCommand
from domain.settings import Shop


class ArchiveOrder(OrderCommand, frozen=True, kw_only=True):
    """Put the order away."""


class UnarchiveOrder(OrderCommand, frozen=True, kw_only=True):
    """Take the order out of the archive."""


class OrderArchived(Event, frozen=True, kw_only=True):
    """The order was put away."""

    TOPIC = "order.archived"

    def apply(self, order: Order) -> None:
        order.archived = True


class OrderUnarchived(Event, frozen=True, kw_only=True):
    """The order was taken out of the archive."""

    TOPIC = "order.unarchived"

    def apply(self, order: Order) -> None:
        order.archived = False


def archive_order(order: Order, command: ArchiveOrder, shop: Shop) -> None:
    """Puts an order in any state away."""
    if not order.archived:
        order.record(OrderArchived, command.context)


def unarchive_order(order: Order, command: UnarchiveOrder, shop: Shop) -> None:
    """Takes an archived order out again."""
    if order.archived:
        order.record(OrderUnarchived, command.context)


EVENTS: tuple[type[Event], ...] = (OrderArchived, OrderUnarchived)

HANDLERS = {ArchiveOrder: archive_order, UnarchiveOrder: unarchive_order}

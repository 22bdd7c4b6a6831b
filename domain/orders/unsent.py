"""Units that were refunded before they were sent: they are not sent any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec.structs import replace

from domain.orders.order import Order, RefundedLine


def unsent_quantities(order: Order) -> dict[str, int]:
    """Units per line that have not been sent and still will be; a line that is a discount has none."""
    sent, called_off = order.shipped_quantities(), order.called_off_quantities()
    return {
        item.id: 0 if item.is_discount else item.quantity - sent.get(item.id, 0) - called_off.get(item.id, 0)
        for item in order.items.values()
    }


def refundable_sent(order: Order) -> dict[str, int]:
    """Units per line that were sent and not refunded since."""
    refunded, called_off = order.refunded_quantities(), order.called_off_quantities()
    return {
        item: sent - refunded.get(item, 0) + called_off.get(item, 0)
        for item, sent in order.shipped_quantities().items()
    }


def with_unsent(order: Order, lines: Iterable[RefundedLine]) -> tuple[RefundedLine, ...]:
    """The lines of a refund, each with how many of its units were not sent where that is not told.

    Units that came back and were not refunded yet are refunded first, then those that were never sent, then others.
    """
    unsent, back = unsent_quantities(order), Counter(order.returned_quantities())
    back.subtract(order.refunded_quantities())
    back.update(order.called_off_quantities())
    completed = []
    for line in lines:
        called_off = line.unsent
        if called_off is None:
            waiting = line.quantity - min(line.quantity, max(0, back[line.item]))
            called_off = min(waiting, max(0, unsent.get(line.item, 0)))
        back[line.item] -= line.quantity - called_off
        unsent[line.item] = unsent.get(line.item, 0) - called_off
        completed.append(line if line.unsent == called_off else replace(line, unsent=called_off))
    return tuple(completed)

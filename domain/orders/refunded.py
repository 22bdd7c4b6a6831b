"""Money that went back to the customer: its event, and how a refund that was made by hand is written down."""

from __future__ import annotations

from domain.events import Event
from domain.orders.order import Order, OrderCommand, Refund, RefundedLine
from domain.orders.payments import check_method, given_before, require_room
from domain.orders.refund_parts import RefundLine, facts_of, parts_of, refund_parts
from domain.settings import Shop
from domain.texts import CODE, LINE, check_text


class RefundOrder(OrderCommand, frozen=True, kw_only=True):
    """Write down money that went back: by lines (put back on the shelf with `restock`), shipping, goodwill or credit.

    An `amount` alone is split: first what was paid too much, the rest goodwill.
    """

    lines: tuple[RefundLine, ...] = ()
    shipping: int = 0
    goodwill: int = 0
    credit: int = 0
    amount: int | None = None
    pay_again: bool = False
    method: str = ""
    reference: str = ""
    restock: bool = False


class OrderRefunded(Event, frozen=True, kw_only=True):
    """Money went back to the customer.

    Form 2 tells credit beside goodwill (None: form 1, which did not), what units were worth in their line, and whether
    the customer pays another way.
    """

    TOPIC = "order.refunded"
    VERSION = 2

    refund: str
    amount: int
    lines: tuple[RefundedLine, ...] = ()
    shipping: int = 0
    goodwill: int = 0
    credit: int | None = 0
    pay_again: bool = False
    method: str = ""
    reference: str = ""
    restock: bool = False
    payment: str = ""

    def apply(self, order: Order) -> None:
        asked = order.refund_requests.get(self.refund)
        refund = Refund(
            id=self.refund,
            amount=self.amount,
            **facts_of(parts_of(order, self)),
            method=self.method,
            reference=self.reference,
            reason=asked.reason if asked else self.metadata.reason,
            at=self.timestamp,
            payment=self.payment,
            restock=self.restock,
            of_cancelled=order.is_cancelled,
        )
        order.refund_requests.pop(self.refund, None)
        order.refunds = (*order.refunds, refund)
        order.commands.add(self.metadata.cause)


def refund_order(order: Order, command: RefundOrder, shop: Shop) -> None:
    """Writes down a refund that was made by hand, once."""
    if given_before(order, command):
        return
    require_room(order)
    check_method(command.method, command.context.import_id is not None, shop)
    check_text(command.reference, CODE, "/reference")
    check_text(command.context.reason, LINE, "/reason")
    parts = refund_parts(order, command)
    order.record(
        OrderRefunded,
        command.context,
        refund=order.next_refund,
        amount=parts.total,
        **facts_of(parts),
        method=command.method or order.payment_method,
        reference=command.reference,
        restock=command.restock,
    )


EVENTS: tuple[type[Event], ...] = (OrderRefunded,)

HANDLERS = {RefundOrder: refund_order}

"""Refunds written down wrongly by hand: taken back out of the ledger, with a reason, and told for ever."""

from __future__ import annotations

from msgspec.structs import replace

from domain.errors import Conflict, Rejected
from domain.events import Event
from domain.orders.documents import CREDIT_NOTE, refund_made
from domain.orders.order import EXCHANGE, Document, Order, OrderCommand, Refund
from domain.orders.returns import RECEIVED
from domain.settings import Shop
from domain.texts import LINE, TextMissing, check_text


class RefundWithProvider(Rejected):
    """Refund {refund} was made by a provider: money that it gave back is not taken out of the ledger."""

    code = "refund-with-provider"


class RefundOfExchange(Rejected):
    """Refund {refund} is what goods were worth to order {replacement}, sent in exchange: it stays."""

    code = "refund-of-exchange"


class RefundCredited(Rejected):
    """Refund {refund} was credited by {document}: void that one first."""

    code = "refund-credited"


class RefundAlreadyWithdrawn(Conflict):
    """Refund {refund} was withdrawn already."""

    code = "refund-already-withdrawn"


class WithdrawalNeedsReason(TextMissing):
    """A withdrawal says why."""

    code = "withdrawal-needs-reason"


class WithdrawRefund(OrderCommand, frozen=True, kw_only=True):
    """Take a refund back out of the ledger that was written down by mistake."""

    refund: str


class RefundWithdrawn(Event, frozen=True, kw_only=True):
    """A refund that was written down never was: no money went back, and what it named is kept."""

    TOPIC = "order.refund-withdrawn"

    refund: str
    amount: int

    def has_effect_on(self, order: Order) -> bool:
        return any(refund.id == self.refund for refund in order.refunds)

    def apply(self, order: Order) -> None:
        was = next(refund for refund in order.refunds if refund.id == self.refund)
        order.refunds = tuple(refund for refund in order.refunds if refund.id != self.refund)
        reason = self.metadata.reason
        order.refund_requests[was.id] = replace(
            was, state="withdrawn", withdrawn_at=self.timestamp, withdrawn_because=reason
        )
        for settled in [one for one in order.returns.values() if one.refund == self.refund]:
            order.returns[settled.number] = replace(settled, state=RECEIVED, refund="")
        order.commands.add(self.metadata.cause)


def withdraw_refund(order: Order, command: WithdrawRefund, shop: Shop) -> None:
    """Withdraws a refund that was made by hand, once; a return that it settled is open again."""
    if command.context.command_id in order.commands:
        return
    known = order.refund_requests.get(command.refund)
    if known is not None and known.state == "withdrawn":
        raise RefundAlreadyWithdrawn("/refund", refund=known.id)
    if known is not None and known.payment:
        raise RefundWithProvider("/refund", refund=known.id)
    refund = refund_made(order, command.refund)
    if refund.payment:
        raise RefundWithProvider("/refund", refund=refund.id)
    if refund.method == EXCHANGE and refund.lines:
        raise RefundOfExchange("/refund", refund=refund.id, replacement=refund.reference)
    for document in order.documents:
        credited = document.refund == refund.id or _counted_by(order, document, refund)
        if document.kind == CREDIT_NOTE and credited and not document.voided_at:
            raise RefundCredited("/refund", refund=refund.id, document=document.number)
    if not (command.context.reason or "").strip():
        raise WithdrawalNeedsReason("/reason")
    check_text(command.context.reason, LINE, "/reason")
    order.record(RefundWithdrawn, command.context, refund=refund.id, amount=refund.amount)


def _counted_by(order: Order, document: Document, refund: Refund) -> bool:
    """Whether the correction of an invoice took back what a refund lowered; one of credit alone lowers nothing."""
    basis = order.bases.get(document.number) if document.parts else None
    lowers = bool(refund.lines or refund.shipping or refund.goodwill)
    return basis is not None and lowers and refund.id in basis.settled


EVENTS: tuple[type[Event], ...] = (RefundWithdrawn,)

HANDLERS = {WithdrawRefund: withdraw_refund}

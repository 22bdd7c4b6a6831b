"""What a provider was asked for and nobody asks again by itself: the order says so, until somebody does."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from msgspec.structs import replace

from domain.events import Event
from domain.orders.order import Order, OrderCommand
from domain.settings import Shop
from domain.texts import CODE

Kind = Literal["payment", "refund"]


class ReportStuck(OrderCommand, frozen=True, kw_only=True):
    """All attempts to ask a provider were used up; `effect` is the work to try again, to settle or to drop."""

    kind: Kind
    entry: str
    effect: UUID
    failure: str


class ProviderStuck(Event, frozen=True, kw_only=True):
    """A provider did not answer for so long that it is no longer asked; nobody knows whether it acted.

    The payment or refund (`entry` is its id) stays as it was asked for, with its failure, until its `effect` is tried
    again, or is dropped, which makes it fail.
    """

    TOPIC = "order.provider-stuck"

    kind: Kind
    entry: str
    effect: UUID
    failure: str

    def has_effect_on(self, order: Order) -> bool:
        return self.entry in (order.refund_requests if self.kind == "refund" else order.payments)

    def apply(self, order: Order) -> None:
        if self.kind == "refund":
            order.refund_requests[self.entry] = replace(order.refund_requests[self.entry], failure=self.failure)
        else:
            order.payments[self.entry] = replace(order.payments[self.entry], failure=self.failure)


def report_stuck(order: Order, command: ReportStuck, shop: Shop) -> None:
    """Writes down, once for each time it is asked for, what is still wanted of the provider."""
    if command.kind == "refund":
        refund = order.refund_requests.get(command.entry)
        waits = refund is not None and refund.state == "requested" and not refund.failure
    else:
        payment = order.payments.get(command.entry)
        waits = payment is not None and bool(payment.asked) and not payment.failure
    if waits:
        order.record(
            ProviderStuck,
            command.context,
            kind=command.kind,
            entry=command.entry,
            effect=command.effect,
            failure=command.failure[:CODE],
        )


EVENTS: tuple[type[Event], ...] = (ProviderStuck,)

HANDLERS = {ReportStuck: report_stuck}

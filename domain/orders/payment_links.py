"""Links by which a customer pays what is due: one order, one amount, until an instant, the newest alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from domain.errors import Rejected
from domain.events import Context, Event
from domain.messages import RequestMessage
from domain.orders.order import Order, OrderCommand
from domain.orders.pay_again import due, due_again, keep_again
from domain.orders.payments import require_room
from domain.settings import Shop
from domain.shop import PaymentMethod
from domain.texts import LINE, check_text


class LinkRefused(Rejected):
    """Order {number} has nothing left to pay."""

    code = "nothing-to-pay"


class NoProvider(Rejected):
    """No payment method of the shop is with a provider: set one up before a link is made."""

    code = "no-provider"


class MethodWithoutProvider(Rejected):
    """Money by {method} is taken by hand: a link needs a method that is with a provider."""

    code = "method-without-provider"


class IssuePaymentLink(OrderCommand, frozen=True, kw_only=True):
    """Ask for what is due by a link that expires; no method means the order's, or the first with a provider.

    `pay_again`: where all was refunded, the customer keeps it after all and pays another way.
    """

    link: str
    expires_at: datetime
    method: str = ""
    pay_again: bool = False


def link_for(
    order_id: UUID, context: Context, hours: int, method: str = "", *, pay_again: bool = False
) -> IssuePaymentLink:
    """What asks for a link that is good for so many hours; the same command asks for the same link."""
    return IssuePaymentLink(
        order_id=order_id,
        context=context,
        link=uuid5(context.command_id, "payment-link").hex,
        expires_at=(context.at + timedelta(hours=hours)).replace(microsecond=0),
        method=method,
        pay_again=pay_again,
    )


def mail_with_link(order: Order, context: Context, url: str) -> RequestMessage:
    """What asks for the mail that carries a link to the order's customer."""
    return RequestMessage(
        message_id=uuid5(context.command_id, "message"),
        context=context,
        template="payment-link",
        purpose="payment-link",
        order_id=order.id,
        customer_id=order.customer_id,
        locale=order.locale,
        facts={"link": url},
    )


def promised(order: Order) -> int:
    """What providers promised or are asked for and have not yet paid, in minor units."""
    return sum(payment.amount for payment in order.payments.values() if payment.state in ("authorized", "requested"))


class PaymentLinkIssued(Event, frozen=True, kw_only=True):
    """The customer was given a link to pay what was due."""

    TOPIC = "order.payment-link-issued"

    link: str
    amount: int
    expires_at: datetime
    method: str = ""

    def apply(self, order: Order) -> None:
        order.former_payment_link = order.payment_link
        order.payment_link = self.link
        order.payment_link_amount = self.amount
        order.payment_link_method = self.method


def link_method(order: Order, asked: str, shop: Shop) -> PaymentMethod:
    """The method that a link pays with."""
    if asked:
        shop.require_payment_method(asked, "/method")
        if shop.payment_methods[asked].provider == "manual":
            raise MethodWithoutProvider("/method", method=asked)
        return shop.payment_methods[asked]
    chosen = shop.payment_methods.get(order.payment_method)
    offered = [method for method in (chosen, *shop.payment_methods.values()) if method and method.provider != "manual"]
    if not offered:
        raise NoProvider("/method")
    return offered[0]


def issue_payment_link(order: Order, command: IssuePaymentLink, shop: Shop) -> None:
    """Issues a link for what is due, once; the order's older links end with it."""
    if command.link == order.payment_link:
        return
    require_room(order)
    check_text(command.link, LINE, "/link", required=True)
    check_text(command.context.reason, LINE, "/reason")
    if not due_again(order, command.pay_again):
        raise LinkRefused(number=order.number)
    method = link_method(order, command.method, shop)
    keep_again(order, command.context, command.pay_again)
    order.record(
        PaymentLinkIssued,
        command.context,
        link=command.link,
        amount=due(order),
        expires_at=command.expires_at,
        method=method.code,
    )


EVENTS: tuple[type[Event], ...] = (PaymentLinkIssued,)

HANDLERS = {IssuePaymentLink: issue_payment_link}

"""Writes a message: for whom it is, and what it says, by its template or as it was written before."""

from __future__ import annotations

from typing import Protocol, TypeVar
from uuid import UUID

from domain.customers import Customer
from domain.events import Aggregate, Erased
from domain.messages import Copy, Message
from domain.orders.order import Order
from domain.shop import Shop
from printing.mail import BadTemplate, write
from printing.mail.facts import shop_facts
from workers.mail.sending import MailRefused
from workers.mail.templates import facts_of, source_of
from workers.tools import Tools

A = TypeVar("A", bound=Aggregate)


class Load(Protocol):
    """Gives an aggregate as it is now."""

    def __call__(self, kind: type[A], aggregate_id: UUID, /) -> A:
        """The aggregate of this kind with this id."""
        ...


def written(tools: Tools, shop: Shop, message: Message, load: Load) -> Copy:
    """The copy of a message as it is to leave; raises `MailRefused` where it has no template, no address or a fault."""
    order = load(Order, message.order_id) if message.order_id else None
    recipient = _recipient(message, order, load)
    first = _first(message, load)
    if first is None:
        return _rendered(tools, shop, message, order, recipient)
    return Copy(
        recipient=recipient,
        subject=first.subject,
        html=first.html,
        text=first.text,
        template_version=first.template_version,
    )


def _recipient(message: Message, order: Order | None, load: Load) -> str:
    """Whom the mail is for, as of now: the address told, else the order's, else the customer's."""
    found: str | Erased | None = message.to
    if found is None and order:
        found = order.mails_to
    if message.to is None and message.customer_id and not isinstance(found, Erased):
        card = load(Customer, message.customer_id)
        found = card.corrected(found) if found else card.value("email")
    if not isinstance(found, str) or not found:
        raise MailRefused("no-address", "")
    return found


def _first(message: Message, load: Load) -> Copy | None:
    """What a message says that is sent again, unless its person was forgotten since."""
    if message.resend_of is None:
        return None
    copy = load(Message, message.resend_of).copy
    return None if copy is None or isinstance(copy.subject, Erased) else copy


def _rendered(tools: Tools, shop: Shop, message: Message, order: Order | None, recipient: str) -> Copy:
    source = source_of(tools, shop, message)
    if source is None or isinstance(message.facts, Erased):
        raise MailRefused("no-template", "")
    if order:
        facts = facts_of(tools, message, order, shop, message.facts)
    else:
        facts = {"shop": shop_facts(shop), "facts": message.facts}
    try:
        words = write(source, facts)
    except BadTemplate as fault:
        raise MailRefused(fault.code, str(fault)) from None
    return Copy(recipient=recipient, **words._asdict(), template_version=source.version)

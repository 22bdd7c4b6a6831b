"""Does `mail.send`: writes the message, keeps the copy, hands it over, and notes what became of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.customers import Customer
from domain.events import Erased
from domain.messages import (
    ConfirmSent,
    Copy,
    DoubtMessage,
    KeepMessage,
    Message,
    MessageCommand,
    RefuseMessage,
    StoreCopy,
)
from domain.orders.order import Order
from domain.shop import Shop
from printing.mail import BadTemplate, write
from printing.mail.facts import shop_facts
from projections.log import NothingRecorded
from workers.mail.letters import Letter, enclosed, require_readable
from workers.mail.sending import MailServer, Refused, send
from workers.mail.templates import facts_of, source_of
from workers.mail.together import send_mails
from workers.tools import GiveUp, Job, LostClaim, Performer, Retry, Tools, Unknown

ATTEMPTS = 30
_OPEN = ("requested", "rendered")


def send_mail(tools: Tools, job: Job) -> None:
    """One mail, from its request to its end; a message that has come to an end is left alone."""
    message = _message(tools, job)
    if message.state not in (*_OPEN, "uncertain"):
        return
    shop = tools.runtime.desk.shop()
    try:
        copy = message.copy or _written(tools, job, message, shop)
        _hand_over(tools, job, message, copy, shop)
    except Refused as refusal:
        _note(tools, job, RefuseMessage, message, code=refusal.code, reply=refusal.reply)
    except Unknown:
        _note(tools, job, DoubtMessage, message)
        raise


def _message(tools: Tools, job: Job) -> Message:
    try:
        return tools.runtime.log.load(Message, UUID(job.payload["message_id"]))
    except NothingRecorded:
        raise GiveUp("message-not-found") from None


def _note(tools: Tools, job: Job, command: type[MessageCommand], message: Message, **facts: Any) -> None:
    context = tools.context(job, command.__name__)
    tools.handle(command(message_id=message.id, context=context, **facts))


def _written(tools: Tools, job: Job, message: Message, shop: Shop) -> Copy:
    """Writes the message and keeps it, or keeps what it is sent again of."""
    order = _order(tools, message.order_id)
    recipient = _recipient(tools, message, order)
    first = _copy_of(tools, message.resend_of)
    if first:
        copy = Copy(
            recipient=recipient,
            subject=first.subject,
            html=first.html,
            text=first.text,
            template_version=first.template_version,
        )
    else:
        copy = _rendered(tools, message, order, shop, recipient)
    _note(tools, job, StoreCopy, message, copy=copy)
    return copy


def _rendered(tools: Tools, message: Message, order: Order | None, shop: Shop, recipient: str) -> Copy:
    source = source_of(tools, shop, message)
    if source is None or isinstance(message.facts, Erased):
        raise Refused("no-template", "")
    if order:
        facts = facts_of(tools, message, order, shop, message.facts)
    else:
        facts = {"shop": shop_facts(shop), "facts": message.facts}
    try:
        written = write(source, facts)
    except BadTemplate as fault:
        raise Refused(fault.code, str(fault)) from None
    return Copy(recipient=recipient, **written._asdict(), template_version=source.version)


def _order(tools: Tools, order_id: UUID | None) -> Order | None:
    return tools.runtime.log.load(Order, order_id) if order_id else None


def _copy_of(tools: Tools, message_id: UUID | None) -> Copy | None:
    """What another message said, unless its person was forgotten since."""
    if message_id is None:
        return None
    copy = tools.runtime.log.load(Message, message_id).copy
    return None if copy is None or isinstance(copy.subject, Erased) else copy


def _recipient(tools: Tools, message: Message, order: Order | None) -> str:
    """Whom the mail is for, as of now: the address told, else the order's, else the customer's."""
    found: str | Erased | None = message.to
    if found is None and order:
        found = order.mails_to
    if message.to is None and message.customer_id and not isinstance(found, Erased):
        card = tools.runtime.log.load(Customer, message.customer_id)
        found = card.corrected(found) if found else card.value("email")
    if not isinstance(found, str) or not found:
        raise Refused("no-address", "")
    return found


def _hand_over(tools: Tools, job: Job, message: Message, copy: Copy, shop: Shop) -> None:
    """Hands the copy to the mail server; without one it is kept."""
    letter = Letter(job, message, copy)
    if not tools.settings.smtp_url:
        require_readable(copy)
        return _note(tools, job, KeepMessage, message)
    envelope = enclosed(tools, letter, shop)
    try:
        send(MailServer.read(tools.settings.smtp_url), *envelope, lambda: _begin(tools, job), tools.opened)
    except Retry:
        tools.stand_back((job,))
        raise
    _note(tools, job, ConfirmSent, message)


def _begin(tools: Tools, job: Job) -> None:
    if not tools.act_once((job,)):
        raise LostClaim


SEND_MAIL = Performer(send_mail, repeatable=False, attempts=ATTEMPTS, ordered=True, together=send_mails)

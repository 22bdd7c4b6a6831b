"""Writes many mails at once: read in one pass, kept in one save; only what is out of the ordinary is left to be done
one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from domain.events import Erased
from domain.handlers import HANDLERS
from domain.messages import Copy, KeepMessage, Message, MessageCommand, StoreCopy
from domain.orders.order import Order
from domain.shop import Shop
from printing.mail import BadTemplate, order_facts, source_for, write
from projections.log import Session
from projections.work import effects
from workers.tools import Job, LostClaim, Tools

STATUS = "status"


class _Letter(NamedTuple):
    """A mail in hand, and the message that it is."""

    job: Job
    message: Message


def write_mails(tools: Tools, jobs: Sequence[Job]) -> list[UUID]:
    """Writes the mails that orders' statuses ask for and keeps their copies, all in one save.

    Without a mail server that is all there is to do: they are kept for good, and their effects end in the same save.
    """
    keeps = not tools.settings.smtp_url
    with tools.runtime.log.session() as session:
        shop = tools.runtime.desk.shop_within(session)
        letters = list(_letters(session, jobs))
        session.open(streams={letter.message.order_id for letter in letters if letter.message.order_id})
        written = [letter for letter in letters if _write(tools, session, shop, letter, keeps=keeps)]
        ended = [letter.job.key for letter in written if keeps]
        if not written:
            return ended
        if ended:
            session.begin()
            if effects.finish_all(session.connection, ended, tools.claim) != len(ended):
                raise LostClaim
        session.commit()
    return ended


def _letters(session: Session, jobs: Sequence[Job]) -> Iterable[_Letter]:
    """The mails that nothing is out of the ordinary about."""
    ids = {job.key: UUID(job.payload["message_id"]) for job in jobs}
    session.open(streams=list(ids.values()))
    for job in jobs:
        message = session.load_or_blank(Message, ids[job.key])
        if message.state == "requested" and message.order_id and message.template.startswith(f"{STATUS}:"):
            yield _Letter(job, message)


def _write(tools: Tools, session: Session, shop: Shop, letter: _Letter, *, keeps: bool) -> bool:
    """Writes one mail; false where it has to be looked at by itself."""
    message = letter.message
    order = session.load_or_blank(Order, message.order_id) if message.order_id else None
    recipient = message.to if order is None or message.to is not None else order.customer_email
    if order is None or not isinstance(recipient, str) or not recipient:
        return False
    copy = _copy(order, shop, message, recipient)
    if copy is None:
        return False
    _decide(message, StoreCopy(message_id=message.id, context=tools.context(letter.job, "StoreCopy"), copy=copy), shop)
    if keeps:
        _decide(message, KeepMessage(message_id=message.id, context=tools.context(letter.job, "KeepMessage")), shop)
    session.save(message)
    return True


def _decide(message: Message, command: MessageCommand, shop: Shop) -> None:
    HANDLERS[type(command)].decide(message, command, shop)


def _copy(order: Order, shop: Shop, message: Message, recipient: str) -> Copy | None:
    """The mail as its template makes it of the order; None where that is at fault."""
    status = message.template.partition(":")[2]
    source = source_for(shop, status, message.locale)
    if isinstance(message.facts, Erased):
        return None
    try:
        written = write(source, order_facts(order, shop, status or order.status, message.locale, message.facts))
    except BadTemplate:
        return None
    return Copy(recipient=recipient, **written._asdict(), template_version=source.version)

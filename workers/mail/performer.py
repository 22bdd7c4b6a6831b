"""Does `mail.send` for one message: writes it, keeps the copy, hands it over, and notes what became of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.messages import Copy, KeepMessage, Message, MessageCommand, StoreCopy
from domain.shop import Shop
from projections.log import NothingRecorded
from workers.mail.letters import Letter, enclosed, require_readable
from workers.mail.outcomes import SENT, Outcome, outcome_of
from workers.mail.sending import MailRefused, MailServer, send
from workers.mail.together import send_mails
from workers.mail.writing import written
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
        copy = message.copy or _kept(tools, job, message, shop)
        _hand_over(tools, job, message, copy, shop)
    except MailRefused as refusal:
        _note(tools, job, message, outcome_of(refusal))
    except Unknown as fault:
        _note(tools, job, message, outcome_of(fault))
        raise


def _message(tools: Tools, job: Job) -> Message:
    try:
        return tools.runtime.log.load(Message, UUID(job.payload["message_id"]))
    except NothingRecorded:
        raise GiveUp("message-not-found") from None


def _kept(tools: Tools, job: Job, message: Message, shop: Shop) -> Copy:
    """Writes the message and keeps it."""
    copy = written(tools, shop, message, tools.runtime.log.load)
    _handle(tools, job, StoreCopy, message, copy=copy)
    return copy


def _hand_over(tools: Tools, job: Job, message: Message, copy: Copy, shop: Shop) -> None:
    """Hands the copy to the mail server; without one it is kept."""
    letter = Letter(job, message, copy)
    if not tools.settings.smtp_url:
        require_readable(copy)
        return _handle(tools, job, KeepMessage, message)
    envelope = enclosed(tools, letter, shop)
    try:
        send(MailServer.read(tools.settings.smtp_url), *envelope, lambda: _begin(tools, job), tools.opened)
    except Retry:
        tools.stand_back((job,))
        raise
    _note(tools, job, message, SENT)


def _begin(tools: Tools, job: Job) -> None:
    if not tools.act_once((job,)):
        raise LostClaim


def _note(tools: Tools, job: Job, message: Message, outcome: Outcome) -> None:
    _handle(tools, job, outcome.command, message, **outcome.facts)


def _handle(tools: Tools, job: Job, command: type[MessageCommand], message: Message, **facts: Any) -> None:
    context = tools.context(job, command.__name__)
    tools.handle(command(message_id=message.id, context=context, **facts))


SEND_MAIL = Performer(send_mail, repeatable=False, attempts=ATTEMPTS, ordered=True, together=send_mails)

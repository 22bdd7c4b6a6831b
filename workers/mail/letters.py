"""A mail on its way: the effect, the message it is, and its copy; and what goes over the wire of it."""

from __future__ import annotations

from typing import NamedTuple

from domain.events import Erased
from domain.messages import Copy, Message
from domain.shop import Shop
from printing.mail import Written
from workers.mail.composing import BadAddress, compose, wire_address
from workers.mail.sending import MailRefused
from workers.tools import Job, Tools


class Letter(NamedTuple):
    """A mail in hand, the message that it is, and what it says."""

    job: Job
    message: Message
    copy: Copy


class Envelope(NamedTuple):
    """From whom, to whom, and the mail's bytes."""

    sender: str
    recipient: str
    mail: bytes


class _Readable(NamedTuple):
    """A copy whose person was not forgotten."""

    recipient: str
    written: Written


def require_readable(copy: Copy) -> _Readable:
    """The copy's words; raises `MailRefused` where its person was forgotten since."""
    recipient, subject, html, text = copy.recipient, copy.subject, copy.html, copy.text
    if isinstance(recipient, Erased) or isinstance(subject, Erased):
        raise MailRefused("erased", "")
    if isinstance(html, Erased) or isinstance(text, Erased):
        raise MailRefused("erased", "")
    return _Readable(recipient, Written(subject, html, text))


def enclosed(tools: Tools, letter: Letter, shop: Shop) -> Envelope:
    """The mail as it goes over the wire; raises `MailRefused` where it cannot."""
    recipient, written = require_readable(letter.copy)
    sender = tools.settings.mail_from or shop.seller.email or "carnet@localhost"
    name = shop.seller.company or shop.seller.name
    facts = {} if isinstance(letter.message.facts, Erased) else letter.message.facts
    try:
        sender, recipient = wire_address(sender), wire_address(recipient)
        mail = compose(written, sender, name, recipient, letter.job.key, tools.now(), facts.get("unsubscribe", ""))
    except BadAddress:
        raise MailRefused("bad-address", "") from None
    return Envelope(sender, recipient, mail)

"""What a sequence's mail says: the words of its step, and the way out below them."""

from __future__ import annotations

from uuid import UUID

from domain.messages import Message
from domain.sequences import SEQUENCES_ID, SendMail, Sequences
from domain.sequences.matching import card_of, consents
from domain.shop import Shop
from printing.mail import Source
from workers.tools import Tools

_WAY_OUT = {
    "en": '<p><a href="{{ facts.unsubscribe }}">Unsubscribe</a></p>',
    "fr": '<p><a href="{{ facts.unsubscribe }}">Se désabonner</a></p>',
}


def source_of_step(tools: Tools, shop: Shop, message: Message, rest: str) -> Source | None:
    """The words of `sequence id:version:step` in the message's language, else the shop's, else the first there are.

    A customer who has withdrawn consent since the mail was asked for gets none.
    """
    sequence_id, version, number = rest.split(":")
    with tools.runtime.log.session() as session:
        book = session.load_or_blank(Sequences, SEQUENCES_ID)
        customer = card_of(session.load_or_blank, message.customer_id)
    step = book.definition(UUID(sequence_id), int(version)).steps[int(number) - 1]
    if not isinstance(step, SendMail) or not consents(customer):
        return None
    known = [locale for locale in (message.locale, shop.defaults.locale, *step.words) if locale in step.words]
    words = step.words[known[0]]
    html = words.html if "facts.unsubscribe" in words.html else words.html + _WAY_OUT[known[0]]
    return Source(words.subject, html, version=int(version))

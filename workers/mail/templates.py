"""Where the text of a message comes from: the part of its template's name before the colon says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.messages import Message
from domain.shop import Shop
from printing.mail import Source, source_for
from printing.mail.standard import standard
from workers.marketing.mails import source_of_step
from workers.tools import Tools

TemplateSource = Callable[[Tools, Shop, Message, str], Source | None]


def _of_status(tools: Tools, shop: Shop, message: Message, status: str) -> Source | None:
    return source_for(shop, status, message.locale)


def _of_payment_link(tools: Tools, shop: Shop, message: Message, rest: str) -> Source | None:
    return standard("payment-link", message.locale)


# What is before the colon -> what gives the text for what is behind it; None: there is no such template.
TEMPLATE_SOURCES: Mapping[str, TemplateSource] = {
    "status": _of_status,
    "payment-link": _of_payment_link,
    "sequence": source_of_step,
}


def source_of(tools: Tools, shop: Shop, message: Message) -> Source | None:
    """The template that a message is written from."""
    prefix, _, rest = message.template.partition(":")
    source = TEMPLATE_SOURCES.get(prefix)
    return source(tools, shop, message, rest) if source else None

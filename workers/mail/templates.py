"""Where the text of a message comes from: the part of its template's name before the colon says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain.messages import Message
from domain.orders.order import Order
from domain.shop import Shop
from domain.templates import ADMINISTRATORS, OCCASIONS
from printing.mail import Source, money_facts, order_facts, source_for
from printing.mail.standard import standard
from workers.marketing.mails import source_of_step
from workers.tools import Tools

OF_STATUS = ("status", ADMINISTRATORS)  # what is before the colon where a status is behind it
ORDER_PAGE = "/api/v1/orders/"

TemplateSource = Callable[[Tools, Shop, Message, str], Source | None]


def _of_status(tools: Tools, shop: Shop, message: Message, status: str) -> Source | None:
    return source_for(shop, status, message.locale)


def _of_occasion(tools: Tools, shop: Shop, message: Message, rest: str) -> Source | None:
    return source_for(shop, message.template.partition(":")[0], message.locale)


def _of_payment_link(tools: Tools, shop: Shop, message: Message, rest: str) -> Source | None:
    return standard("payment-link", message.locale)


def _of_tracking(tools: Tools, shop: Shop, message: Message, rest: str) -> Source | None:
    return standard("tracking", message.locale)


# What is before the colon -> what gives the text for what is behind it; None: there is no such template.
TEMPLATE_SOURCES: Mapping[str, TemplateSource] = {
    "status": _of_status,
    "payment-link": _of_payment_link,
    "tracking": _of_tracking,
    "sequence": source_of_step,
    **dict.fromkeys(OCCASIONS, _of_occasion),
}


def source_of(tools: Tools, shop: Shop, message: Message) -> Source | None:
    """The template that a message is written from."""
    prefix, _, rest = message.template.partition(":")
    source = TEMPLATE_SOURCES.get(prefix)
    return source(tools, shop, message, rest) if source else None


def status_of(message: Message) -> str:
    """The status that a message is about; empty where it is about none."""
    prefix, _, status = message.template.partition(":")
    return status if prefix in OF_STATUS else ""


def facts_of(tools: Tools, message: Message, order: Order, shop: Shop, facts: Mapping[str, str]) -> dict[str, Any]:
    """What a message's template sees of its order: what the message carries, and for administrators the way to it."""
    told = money_facts(order, shop, message.locale, facts)
    if message.template.startswith(f"{ADMINISTRATORS}:"):
        address = tools.settings.public_url.rstrip("/")
        told["link"] = f"{address}{ORDER_PAGE}{order.id}" if address else ""
    return order_facts(order, shop, status_of(message) or order.status, message.locale, told)

"""The payment providers of an installation, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from domain.orders.order import Order
from domain.orders.payment_links import IssuePaymentLink
from domain.orders.payments import due
from projections.payments.links import Link, link_token
from projections.payments.provider import Busy, Provider
from projections.payments.sandbox import Sandbox
from projections.runtime import Runtime

if TYPE_CHECKING:
    from projections.payments.stripe import Stripe


def address(runtime: Runtime) -> str:
    """Where customers and providers reach this server."""
    settings = runtime.settings
    return settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"


def link_address(runtime: Runtime, order: Order, command: IssuePaymentLink) -> str:
    """Where the customer pays by the link that was issued for what the order is due."""
    link = Link(order.id, UUID(command.link), due(order), command.expires_at)
    return f"{address(runtime)}/pay/{link_token(runtime.log.keys.payment_links, link)}"


def _sandbox(runtime: Runtime) -> Sandbox:
    return Sandbox(runtime.pool, runtime.log.keys.sandbox, address(runtime))


def _stripe(runtime: Runtime) -> Stripe:
    told = runtime.settings
    if not told.stripe_secret_key:
        raise Busy("stripe-not-set-up")
    secrets = (told.stripe_webhook_secret, told.stripe_webhook_secret_previous)
    return _opened_stripe(told.stripe_secret_key, secrets, told.stripe_api_url, told.stripe_checkout_url)


@lru_cache(maxsize=4)
def _opened_stripe(secret_key: str, webhook_secrets: tuple[str, ...], url: str, pages: str) -> Stripe:
    from projections.payments.stripe import Stripe  # its client is large: only who uses it carries it

    return Stripe(secret_key, webhook_secrets, url, pages)


# Opening one that is not set up raises `Busy`.
PROVIDERS: Mapping[str, Callable[[Runtime], Provider]] = {"sandbox": _sandbox, "stripe": _stripe}


def ready(runtime: Runtime) -> dict[str, Provider]:
    """The providers that are set up here, by name."""
    found = {}
    for name, opened in PROVIDERS.items():
        try:
            found[name] = opened(runtime)
        except Busy:
            continue
    return found

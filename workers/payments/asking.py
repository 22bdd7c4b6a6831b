"""How a provider is asked: first whether it did it already, then to do it; an answer that is lost is looked up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID, uuid5

from projections.payments.provider import Busy, Lost, Provider
from projections.payments.providers import PROVIDERS
from workers.tools import Job, Retry, Tools, Unknown

T = TypeVar("T")
ATTEMPTS = 8  # as `Performer` counts them


def provider_of(tools: Tools, name: str) -> Provider:
    """The provider of that name; one that is not set up now may be later."""
    try:
        return PROVIDERS[name](tools.runtime)
    except Busy as trouble:
        raise Retry(trouble.code) from None


def key_of(order_id: UUID, what: str) -> str:
    """The key under which a provider does one thing of an order once."""
    return str(uuid5(order_id, what))


def asked(tools: Tools, job: Job, found: Callable[[], T | None], do: Callable[[], T]) -> T:
    """What the provider did, now or when it was asked before; raises its `Refused` when it never will.

    Where no answer came the next attempt looks first; after the last one nobody knows.
    """
    try:
        known = found()
    except (Busy, Lost) as trouble:
        raise Retry(trouble.code) from None
    if known is not None:
        return known
    tools.act(job)
    try:
        return do()
    except Busy as trouble:
        raise Retry(trouble.code) from None
    except Lost as trouble:
        if job.attempt >= ATTEMPTS:
            raise Unknown(trouble.code) from None
        raise Retry(trouble.code) from None

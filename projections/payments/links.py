"""The addresses of payment links: signed, for one order, one amount and one instant."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from projections.log.keys import SharedKey

_SIGNATURE = 32


class Link(NamedTuple):
    """What a link asks for: an order, the link's own id, an amount in minor units, and until when."""

    order_id: UUID
    link: UUID
    amount: int
    expires_at: datetime


def link_token(key: SharedKey, link: Link) -> str:
    """The link as it stands in its address."""
    seconds = int(link.expires_at.timestamp())
    plain = link.order_id.bytes + link.link.bytes + link.amount.to_bytes(8, "big") + seconds.to_bytes(8, "big")
    return urlsafe_b64encode(plain + key.sign(plain)).decode("ascii").rstrip("=")


def read_link(key: SharedKey, token: str) -> Link | None:
    """What a token holds; None when it is not one of ours or was changed."""
    try:
        signed = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (Error, ValueError):
        return None
    plain, signature = signed[:-_SIGNATURE], signed[-_SIGNATURE:]
    if len(plain) != 48 or not key.proves(plain, signature):
        return None
    order_id, link = UUID(bytes=plain[:16]), UUID(bytes=plain[16:32])
    expires_at = datetime.fromtimestamp(int.from_bytes(plain[40:], "big"), UTC)
    return Link(order_id, link, int.from_bytes(plain[32:40], "big"), expires_at)

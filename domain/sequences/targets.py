"""Where a webhook may lead: to the public internet, unless the installation allows its own network."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from domain.errors import Rejected
from domain.sequences.definition import CallWebhook, Definition

_TRANSLATED = IPv6Network("64:ff9b::/96")  # IPv4 behind a translator: its last 32 bits


class PrivateTarget(Rejected):
    """A webhook may not call an address on a private network."""

    code = "private-target"


def require_public_targets(definition: Definition) -> None:
    """Refuses addresses that can be seen to be private; what a name leads to is looked at when it is called."""
    for index, step in enumerate(definition.steps):
        if isinstance(step, CallWebhook) and not _may_be_public(step.url):
            raise PrivateTarget(f"/steps/{index}/url")


def _may_be_public(url: str) -> bool:
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return True  # no address at all: refused as such
    try:
        return is_public(host)
    except ValueError:
        return host != "localhost" and not host.endswith(".localhost")


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet, also when it is wrapped in another."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _TRANSLATED:
            return is_public(str(ip_address(int(address) & 0xFFFF_FFFF)))
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast and not address.is_reserved

"""Where a request comes from, as it is counted: an IPv4 address, or the network of an IPv6 address."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

NETWORK = 64  # bits of an IPv6 address that name one household or one machine's network


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


@lru_cache(maxsize=1024)
def origin(address: str | None) -> str:
    """The address or network under which a client is counted: whoever has one IPv6 address has 2**64 of them."""
    parsed = _parsed(address or "")
    if parsed is None:
        return "unknown"
    return str(parsed) if parsed.version == 4 else str(ip_network((parsed, NETWORK), strict=False))


@lru_cache(maxsize=1024)
def is_this_machine(address: str | None) -> bool:
    """Whether it is a loopback address: a client, or a proxy, on this machine itself."""
    parsed = _parsed(address or "")
    return parsed is not None and parsed.is_loopback

"""Where a webhook may lead: to the public internet, unless the installation allows its own network."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address
from urllib.parse import urlsplit

from domain.errors import Rejected
from domain.sequences.definition import CallWebhook, Definition

# IANA's registries of special-purpose addresses (RFC 6890 and what was added since): all that is not reached globally,
# told here because versions of Python know different ones.
_NOT_GLOBAL_4 = tuple(
    IPv4Network(told)
    for told in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
# Of IPv6 only this range is global (RFC 4291): fec0::/10, fc00::/7, ::/96, 64:ff9b:1::/48 and their like are outside.
# Inside it are not: Teredo, ORCHID and the IETF's own (2001::/23), documentation, and the returned 6bone.
_GLOBAL_6 = IPv6Network("2000::/3")
_NOT_GLOBAL_6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "3fff::/20", "3ffe::/16")))
_TRANSLATED = IPv6Network("64:ff9b::/96")  # IPv4 behind a translator: its last 32 bits
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # before the IPv4 address at an address's end (RFC 5214)


class PrivateTarget(Rejected):
    """A webhook may not call an address on a private network."""

    code = "private-target"


def require_public_targets(definition: Definition) -> None:
    """Refuses addresses that can be seen to be private; what a name leads to is looked at when it is called."""
    for index, step in enumerate(definition.steps):
        if isinstance(step, CallWebhook):
            require_public_target(step.url, f"/steps/{index}/url")


def require_public_target(url: str, pointer: str) -> None:
    """The same for one address."""
    if not _may_be_public(url):
        raise PrivateTarget(pointer)


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
    """Whether an address is one of the public internet, and every address that is wrapped in it as well."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_GLOBAL_4)
    if address in _TRANSLATED:
        return is_public(str(IPv4Address(int(address) & 0xFFFF_FFFF)))
    if address.ipv4_mapped:
        return is_public(str(address.ipv4_mapped))
    if address not in _GLOBAL_6 or any(address in network for network in _NOT_GLOBAL_6):
        return False
    wrapped = [address.sixtofour] if address.sixtofour else []
    if (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP:
        wrapped.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    return all(is_public(str(one)) for one in wrapped)

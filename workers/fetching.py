"""Gets what another program tells, at an address that was looked up once and is nobody's private network."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

from workers.marketing.webhooks import FAULTS, Unreachable, connect, cut_after, resolved, target_of, unconnected

PATIENCE = 60.0  # seconds for the whole call
LONGEST = 128 << 20  # bytes of an answer


def fetch(url: str, headers: Mapping[str, str], *, private: bool) -> tuple[int, dict[str, str], bytes]:
    """The answer's status, its headers by names in small letters, and its whole body; redirects are not followed.

    Raises `PrivateAddress` unless such targets are allowed, `Unreachable` when there was no whole answer in time.
    """
    target = target_of(url)
    try:
        connection = unconnected(target, PATIENCE)
        address = resolved(target.host, target.port, private=private)
        with cut_after(connection, PATIENCE), closing(connection):
            connect(connection, target, address)
            told = {**headers, "Host": target.place, "Connection": "close", "Accept-Encoding": "identity"}
            connection.request("GET", target.path, headers=told)
            response = connection.getresponse()
            body = response.read(LONGEST + 1)
            missing = response.length
    except FAULTS as fault:
        raise Unreachable(type(fault).__name__) from fault
    if len(body) > LONGEST:
        raise Unreachable(f"more than {LONGEST} bytes")
    if missing:
        raise Unreachable("cut off")
    return response.status, {name.lower(): value for name, value in response.getheaders()}, body

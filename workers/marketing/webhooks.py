"""Calls of other programs: signed, to an address that was looked up once and is nobody's private network."""

from __future__ import annotations

import hmac
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from threading import Timer
from typing import NamedTuple
from urllib.parse import urlsplit

from domain.sequences.targets import is_public

PATIENCE = 10.0  # seconds for the whole call
# A connection that was cut has no socket any more; a name may be none that could be looked up.
FAULTS = (OSError, HTTPException, AttributeError, UnicodeError)


class Target(NamedTuple):
    """Where a call goes; `place` is the host as it is told there, `path` with the query."""

    scheme: str
    host: str
    port: int
    place: str
    path: str


class Unreachable(Exception):
    """The other program could not be reached, or did not answer in time."""


class PrivateAddress(Exception):
    """The name leads to an address that is not on the public internet."""


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 over the time, a dot and the body, in hexadecimal."""
    return hmac.digest(secret.encode(), b"%d.%b" % (timestamp, body), "sha256").hex()


def post(url: str, body: bytes, headers: dict[str, str], *, private: bool, patience: float = PATIENCE) -> int:
    """Posts to the address and gives the answer's status; redirects are not followed.

    Raises `PrivateAddress` unless such targets are allowed, `Unreachable` when there was no answer in time.
    """
    target = target_of(url)
    try:
        connection = unconnected(target, patience)
        address = resolved(target.host, target.port, private=private)
        with cut_after(connection, patience), closing(connection):
            connect(connection, target, address)
            connection.request("POST", target.path, body, {**headers, "Host": target.place, "Connection": "close"})
            return connection.getresponse().status
    except FAULTS as fault:
        raise Unreachable(type(fault).__name__) from fault


def target_of(url: str) -> Target:
    """Where an address leads."""
    told = urlsplit(url)
    port = told.port or (443 if told.scheme == "https" else 80)
    path = (told.path or "/") + (f"?{told.query}" if told.query else "")
    return Target(told.scheme, told.hostname or "", port, told.netloc, path)


def resolved(host: str, port: int, *, private: bool) -> str:
    """The address that a name leads to, looked up once; one that leads to any private address is refused."""
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not private and not all(is_public(address) for address in found):
        raise PrivateAddress
    return found[0]


def unconnected(target: Target, patience: float) -> HTTPConnection:
    """A connection to be, which never connects by itself: that would be to wherever the name leads."""
    connection = HTTPConnection(target.host, target.port, timeout=patience)
    connection.auto_open = 0
    return connection


def connect(connection: HTTPConnection, target: Target, address: str) -> None:
    """Connects to the address, whatever the name leads to by now; what it says is held against the name."""
    connection.sock = socket.create_connection((address, target.port), timeout=connection.timeout)
    if target.scheme == "https":
        context = ssl.create_default_context()
        connection.sock = sealed = context.wrap_socket(
            connection.sock, server_hostname=target.host, do_handshake_on_connect=False
        )
        sealed.do_handshake()


@contextmanager
def cut_after(connection: HTTPConnection, patience: float) -> Iterator[None]:
    """Cuts the connection when the patience ends, however slowly it goes on."""
    timer = Timer(patience, _cut, (connection,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(connection: HTTPConnection) -> None:
    with suppress(OSError):
        if connection.sock:
            connection.sock.shutdown(socket.SHUT_RDWR)

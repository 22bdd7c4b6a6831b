"""Calls of other programs: signed, to an address that was looked up once and is nobody's private network."""

from __future__ import annotations

import hmac
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from threading import Timer
from typing import NamedTuple
from urllib.parse import urlsplit

from domain.sequences.targets import is_public

PATIENCE = 10.0  # seconds for the whole call
LONGEST_ANSWER = 500  # bytes of an answer that are kept


class Reply(NamedTuple):
    """What the other program answered: its status, and how its text begins."""

    status: int
    text: str


class Unreachable(Exception):
    """The other program could not be reached, or did not answer in time."""


class PrivateAddress(Exception):
    """The name leads to an address that is not on the public internet."""


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 over the time, a dot and the body, in hexadecimal."""
    return hmac.digest(secret.encode(), b"%d.%b" % (timestamp, body), "sha256").hex()


def post(url: str, body: bytes, headers: dict[str, str], *, private: bool, patience: float = PATIENCE) -> int:
    """The same as `answer_to_post`, for the status alone."""
    return answer_to_post(url, body, headers, private=private, patience=patience, longest=0).status


def answer_to_post(
    url: str,
    body: bytes,
    headers: dict[str, str],
    *,
    private: bool,
    patience: float = PATIENCE,
    longest: int = LONGEST_ANSWER,
) -> Reply:
    """Posts to the address and gives the answer, its text up to `longest` bytes; redirects are not followed.

    Raises `PrivateAddress` unless such targets are allowed, `Unreachable` when there was no answer in time.
    """
    target = urlsplit(url)
    port = target.port or (443 if target.scheme == "https" else 80)
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    try:
        address = resolved(target.hostname or "", port, private=private)
        with _connected(target.scheme, target.hostname or "", address, port, patience) as connection:
            connection.request("POST", path, body, {**headers, "Host": target.netloc, "Connection": "close"})
            response = connection.getresponse()
            text = response.read(longest).decode(errors="replace") if longest else ""
            return Reply(response.status, text.replace("\0", ""))
    except (OSError, HTTPException, AttributeError) as fault:  # a connection cut by the timer has no socket any more
        raise Unreachable(type(fault).__name__) from fault


def resolved(host: str, port: int, *, private: bool) -> str:
    """The address that a name leads to, looked up once; one that leads to any private address is refused."""
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not private and not all(is_public(address) for address in found):
        raise PrivateAddress
    return found[0]


@contextmanager
def _connected(scheme: str, host: str, address: str, port: int, patience: float) -> Iterator[HTTPConnection]:
    """A connection to the address, whatever the name leads to by now; cut when the patience ends."""
    connection = HTTPConnection(host, port, timeout=patience)
    connection.sock = socket.create_connection((address, port), timeout=patience)
    timer = Timer(patience, _cut, (connection,))
    timer.daemon = True
    timer.start()
    try:
        if scheme == "https":
            context = ssl.create_default_context()
            connection.sock = sealed = context.wrap_socket(
                connection.sock, server_hostname=host, do_handshake_on_connect=False
            )
            sealed.do_handshake()
        yield connection
    finally:
        timer.cancel()
        connection.close()


def _cut(connection: HTTPConnection) -> None:
    with suppress(OSError):
        if connection.sock:
            connection.sock.shutdown(socket.SHUT_RDWR)

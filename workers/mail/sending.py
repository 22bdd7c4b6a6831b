"""Speaks with a mail server: what it refuses for good, what it puts off, and the moment after which nobody knows."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from workers.open_connections import OpenConnections
from workers.tools import Retry, Unknown

TIMEOUT = 30.0
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class MailRefused(Exception):
    """The server will never take this mail."""

    def __init__(self, code: str, reply: str) -> None:
        super().__init__(code)
        self.code = code
        self.reply = reply


class MailServer(NamedTuple):
    """A mail server as its address tells it."""

    kind: str
    host: str
    port: int
    username: str
    password: str
    cafile: str | None
    timeout: float

    @classmethod
    def read(cls, url: str) -> MailServer:
        """The server of CARNET_SMTP_URL."""
        told = urlsplit(url)
        asked = parse_qs(told.query)
        return cls(
            kind=told.scheme,
            host=told.hostname or "",
            port=told.port or _PORTS[told.scheme],
            username=unquote(told.username or ""),
            password=unquote(told.password or ""),
            cafile=asked.get("cafile", [None])[0],
            timeout=float(asked.get("timeout", [TIMEOUT])[0]),
        )


def send(
    server: MailServer, sender: str, recipient: str, mail: bytes, act: Callable[[], None], opened: OpenConnections
) -> None:
    """Hands one mail over; see `hand_over`."""
    with connected(server, opened) as connection:
        hand_over(connection, sender, recipient, mail, act)


@contextmanager
def connected(server: MailServer, opened: OpenConnections) -> Iterator[smtplib.SMTP]:
    """A connection to hand mails over on, one after the other; raises `Retry` where there is none to be had.

    It stays open for the next mails, unless something went wrong on it.
    """
    try:
        connection = opened.take(server) or _connected(server)
    except (OSError, smtplib.SMTPException) as fault:
        raise Retry(f"smtp-{type(fault).__name__}") from None
    try:
        yield connection
    except MailRefused:
        opened.give_back(server, connection)
        raise
    except BaseException:
        connection.close()
        raise
    opened.give_back(server, connection)


def hand_over(
    connection: smtplib.SMTP, sender: str, recipient: str, mail: bytes, act: Callable[[], None] = lambda: None
) -> None:
    """Hands one mail over; `act` is called before the first byte of it leaves.

    Raises `MailRefused` when the server will never take it, `Retry` while nothing was handed over, `Unknown` when the
    connection broke before the server said whether it took the mail. After `MailRefused` another mail may follow; after
    anything else the connection is closed, for nobody knows what the server waits for.
    """
    try:
        _envelope(connection, sender, recipient)
        act()
        _content(connection, mail)
    except MailRefused:
        with suppress(OSError, smtplib.SMTPException):
            connection.rset()
        raise
    except BaseException:
        connection.close()
        raise


def _connected(server: MailServer) -> smtplib.SMTP:
    """An open connection, encrypted and signed in as the address says."""
    if server.kind == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=server.timeout, context=_trusted(server.cafile)
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
    try:
        if server.kind == "smtp+starttls":
            connection.starttls(context=_trusted(server.cafile))
        if server.username:
            connection.login(server.username, server.password)
        connection.ehlo_or_helo_if_needed()
    except BaseException:
        connection.close()
        raise
    return connection


@lru_cache(maxsize=8)
def _trusted(cafile: str | None) -> ssl.SSLContext:
    """Whose certificates are believed; reading them takes longer than handing over a mail."""
    return ssl.create_default_context(cafile=cafile)


def _envelope(connection: smtplib.SMTP, sender: str, recipient: str) -> None:
    """Says from whom and to whom, and asks to begin; an address outside ASCII needs a server that takes such."""
    options = "" if (sender + recipient).isascii() else " SMTPUTF8 BODY=8BITMIME"
    if options and not connection.has_extn("smtputf8"):
        raise MailRefused("no-smtputf8", "")
    if re.search(r"[\r\n]", sender + recipient):
        raise MailRefused("bad-address", "")
    try:
        connection.command_encoding = "utf-8" if options else "ascii"
        replies = _replies(connection, (f"MAIL FROM:<{sender}>{options}", f"RCPT TO:<{recipient}>", "DATA"))
    except (OSError, smtplib.SMTPException) as fault:
        raise Retry(f"smtp-{type(fault).__name__}") from None
    for code, reply in replies[:2]:
        _accepted(code, reply)
    code, reply = replies[-1]
    if code != 354:
        _accepted(code if code >= 400 else 451, reply)


def _replies(connection: smtplib.SMTP, commands: Sequence[str]) -> list[tuple[int, bytes]]:
    """The server's answers up to its first refusal; one that takes commands in a row (RFC 2920) gets them at once."""
    if not connection.has_extn("pipelining"):
        replies = []
        for command in commands:
            replies.append(connection.docmd(command))
            if replies[-1][0] >= 400:
                break
        return replies
    connection.send("".join(f"{command}\r\n" for command in commands))
    replies = [connection.getreply() for _ in commands]
    if replies[-1][0] == 354 and any(code >= 400 for code, _ in replies[:-1]):
        connection.docmd(".")  # it waits for a mail that has nobody to go to: the mail ends before it begins
    return replies


def _content(connection: smtplib.SMTP, mail: bytes) -> None:
    """Hands the mail over and waits for the server's word."""
    body = re.sub(rb"(?m)^\.", b"..", mail)
    end = b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n"
    try:
        connection.send(body + end)
        code, reply = connection.getreply()
    except (OSError, smtplib.SMTPException) as fault:
        raise Unknown(f"smtp-{type(fault).__name__}") from None
    _accepted(code, reply)


def _accepted(code: int, reply: bytes) -> None:
    """Goes on after a 2xx; a 5xx is for good, anything else is put off."""
    if 200 <= code < 300:
        return
    if 500 <= code < 600:
        raise MailRefused(str(code), reply.decode("utf-8", "replace"))
    raise Retry(f"smtp-{code}")

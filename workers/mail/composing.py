"""Puts a mail together as it goes over the wire (RFC 5322), with no line of a header that somebody else wrote."""

from __future__ import annotations

import re
from binascii import b2a_qp
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache
from uuid import UUID

from printing.mail import Written

_OURS = """\
Date: {date}\r
Auto-Submitted: auto-generated\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary="{boundary}"\r
\r
"""
# What no rule of headers could read as anything else: one short line, with no "=" to encode anything.
_PLAIN_WORDS = re.compile(r"[A-Za-z0-9](?:[ -<>-~]{0,58}[!-<>-~])?")
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 !'*+/-]{0,58}[A-Za-z0-9])?")
_PLAIN_ADDRESS = re.compile(r"[\w+-]{1,20}(?:\.[\w+-]{1,10})?@[a-z0-9-]{1,20}(?:\.[a-z0-9-]{1,10}){1,2}", re.ASCII)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_UNWRITABLE = re.compile(r"[\s<>,;:\"()\[\]\\]|@.*@")
_LONGEST_LINE = 76  # characters of a header that is folded
_LONGEST = 997  # bytes of any line of a header (RFC 5322, 2.1.1)


class BadAddress(ValueError):
    """This cannot be written to by mail."""


def compose(
    written: Written, sender: str, name: str, recipient: str, key: UUID, at: datetime, unsubscribe: str = ""
) -> bytes:
    """The mail's bytes; its Message-ID follows from `key`, so that a second copy is known as the same mail.

    Words of others in a header are encoded, each of them (RFC 2047), unless they are plain beyond doubt: nothing that
    stands in them is ever read as syntax.
    """
    head = [
        _from(name, sender),
        _field("To", _bracketed(recipient)),
        _field("Subject", _words(written.subject, _PLAIN_WORDS)),
    ]
    head.append(_field("Message-ID", f"<{key}@{wire_address(sender).rpartition('@')[2]}>"))
    if unsubscribe:
        head.append(_field("List-Unsubscribe", f"<{_one_line(unsubscribe)}>"))
        head.append(b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
    boundary = f"=_{key.hex}"  # no quoted-printable line holds "=_"
    ours = _OURS.format(date=format_datetime(at), boundary=boundary)
    parts = [_part(boundary, kind, text) for kind, text in (("plain", written.text), ("html", written.html))]
    return b"".join((*head, ours.encode("ascii"), *parts, f"--{boundary}--\r\n".encode("ascii")))


def _field(name: str, value: str) -> bytes:
    """One header; raises `BadAddress` where its value would be anything but one header's."""
    line = f"{name}: {value}"
    for part in line.split("\r\n "):
        if not part.isprintable() or not part.strip() or len(part.encode()) > _LONGEST:
            raise BadAddress
    return line.encode() + b"\r\n"


@lru_cache(maxsize=64)
def _from(name: str, sender: str) -> bytes:
    words = _words(name, _PLAIN_PHRASE)
    folded = "\r\n " if len(f"From: {words} <{sender}>") > _LONGEST_LINE else " "
    return _field("From", f"{words}{folded}<{_checked(sender)}>" if words else _bracketed(sender))


def _words(text: str, plain: re.Pattern[str]) -> str:
    """Words of somebody as they stand in a header, encoded and folded where they are not `plain` there.

    Control characters become blanks.
    """
    words = _CONTROL.sub(" ", text).strip()
    if not words or plain.fullmatch(words):
        return words
    return Header(words, "utf-8", maxlinelen=_LONGEST_LINE, header_name="Subject").encode(linesep="\r\n")


def _bracketed(address: str) -> str:
    return address if _PLAIN_ADDRESS.fullmatch(address) else _checked(address)


def _part(boundary: str, kind: str, text: str) -> bytes:
    """One form of the mail, in lines that every server lets pass."""
    head = f"--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable"
    body = b2a_qp("\n".join(text.splitlines()).encode(), istext=True).replace(b"\n", b"\r\n")
    return head.encode("ascii") + b"\r\n\r\n" + body + b"\r\n"


def _one_line(url: str) -> str:
    return re.sub(r"[\s<>]", "", url)


def wire_address(address: str) -> str:
    """An address as it goes over the wire: its domain in ASCII (RFC 5891), its local part as it is (RFC 6531)."""
    local, _, domain = _checked(address).rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise BadAddress from error


def _checked(address: str) -> str:
    """An address that can stand in a header by itself; raises `BadAddress`."""
    local, _, domain = address.rpartition("@")
    if not local or not domain or not address.isprintable() or _UNWRITABLE.search(address):
        raise BadAddress
    return address

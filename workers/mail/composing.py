"""Puts a mail together as it goes over the wire (RFC 5322), with no line of a header that somebody else wrote."""

from __future__ import annotations

import re
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from printing.mail import Written

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class BadAddress(ValueError):
    """This cannot be written to by mail."""


def compose(
    written: Written, sender: str, name: str, recipient: str, key: UUID, at: datetime, unsubscribe: str = ""
) -> bytes:
    """The mail's bytes; its Message-ID follows from `key`, so that a second copy is known as the same mail."""
    mail = EmailMessage(SMTP)
    mail["From"] = _address(name, sender)
    mail["To"] = _address("", recipient)
    mail["Subject"] = _CONTROL.sub(" ", written.subject)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{key}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    if unsubscribe:
        mail["List-Unsubscribe"] = f"<{_one_line(unsubscribe)}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(written.text, cte="quoted-printable")
    mail.add_alternative(written.html, subtype="html", cte="quoted-printable")
    return mail.as_bytes()


def _one_line(url: str) -> str:
    return re.sub(r"[\s<>]", "", url)


def _address(name: str, address: str) -> Address:
    try:
        address.encode("ascii")
        return Address(display_name=_CONTROL.sub(" ", name).strip(), addr_spec=address)
    except (MessageError, ValueError, IndexError) as error:
        raise BadAddress from error

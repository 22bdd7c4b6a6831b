"""Bounds of every text that a person or a file may put into an order book."""

from __future__ import annotations

import re

from domain.errors import Rejected

CODE = 64  # codes, SKUs, references, numbers
NAME = 200  # names of people, products, carriers
LINE = 500  # address lines, reasons
NOTE = 10_000  # notes and messages

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINE_BREAK = re.compile("[\r\n]")


class TextTooLong(Rejected):
    """This text has {length} characters; at most {limit} are kept."""

    code = "text-too-long"


class ForbiddenCharacter(Rejected):
    """This text holds a control character that no screen can show."""

    code = "forbidden-character"


class TextMissing(Rejected):
    """This must not be empty."""

    code = "text-missing"


def check_text(text: str | None, limit: int, pointer: str, *, required: bool = False, lines: bool = False) -> None:
    """Refuses a text that is too long, empty where `required`, or has control characters (breaks unless `lines`)."""
    if not text:
        if required:
            raise TextMissing(pointer)
        return
    if required and not text.strip():
        raise TextMissing(pointer)
    if len(text) > limit:
        raise TextTooLong(pointer, length=len(text), limit=limit)
    if text.isprintable():  # most are, and this is told in no time
        return
    if _FORBIDDEN.search(text) or (not lines and _LINE_BREAK.search(text)):
        raise ForbiddenCharacter(pointer)

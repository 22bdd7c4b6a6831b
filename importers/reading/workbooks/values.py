"""What a cell of a workbook holds as the text that a CSV file would: numbers keep their digits, dates are ISO."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

EXACT = 10**15  # beyond it a spreadsheet has lost digits
DAYS = 2_958_466  # up to the year 9999

_DATE_CODES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_BUILT_IN = {9: "0%", 10: "0.00%"}
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_ZEROS = re.compile(r"0{2,}")
_ERRORS = re.compile(r"#(?:N/A|REF!|NAME\?|DIV/0!|VALUE!|NUM!|NULL!|SPILL!|CALC!)|Err:\d{3}")


def is_error(text: str) -> bool:
    """Whether a text is a formula's error."""
    return _ERRORS.fullmatch(text) is not None


def is_date_format(number: int, code: str) -> bool:
    """Whether a number format shows numbers as dates or times."""
    if not code:
        return number in _DATE_CODES
    bare = _LITERAL.sub("", code.partition(";")[0]).casefold()
    return bare != "general" and any(letter in bare for letter in "ymdhs")


def format_code(number: int, code: str) -> str:
    """The code of a number format, that of a built-in one where none is told."""
    return code or _BUILT_IN.get(number, "")


def number_text(value: str, code: str = "") -> str:
    """A number as text: all its digits, the zeros that its format puts before it, its percent sign.

    A whole number beyond fifteen digits is told as `1.23457E+17`: its digits are not those that were typed in.
    """
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite():
        return value
    if abs(number) >= EXACT:
        return f"{number:.5E}"
    if number != number.to_integral_value():
        number = Decimal(repr(float(value)))  # as typed in, not as the nearest binary fraction
    bare = _LITERAL.sub("", code.partition(";")[0])
    if bare.endswith("%"):
        return f"{_plain(number * 100)}%"
    text = _plain(number)
    return text.zfill(len(bare)) if _ZEROS.fullmatch(bare) and text.isdigit() else text


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def date_text(value: str, *, since_1904: bool = False) -> str:
    """A date told as days since 1900 or 1904 as ISO text, a time alone as `18:30:00`; any other number as itself."""
    try:
        days = Decimal(value)
    except InvalidOperation:
        return value
    if not 0 <= days < DAYS:
        return number_text(value)
    seconds = round(days * 86_400)
    if days < 1 and seconds:
        return f"{datetime(1900, 1, 1) + timedelta(seconds=seconds):%H:%M:%S}"
    begin = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)
    moment = begin + timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%d %H:%M:%S}" if seconds % 86_400 else f"{moment:%Y-%m-%d}"

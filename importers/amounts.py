"""Amounts and quantities as people write them, read as exact decimals; what could be read two ways is asked for."""

from __future__ import annotations

import re
from decimal import Decimal

from importers.faults import Fault

LONGEST = 40

_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_SIGNS = re.compile(r"[\s\u00a0\u202f'\u2019$\u20ac\u00a3\u00a5]")
_DIGITS = re.compile(r"[0-9]+(?:[.,][0-9]+)*")


def read_amount(text: str, decimal: str = "", column: str = "") -> Decimal:
    """The amount written in a cell (`1,234.50`, `(12,00)`, `-3`); `decimal` is its decimal sign, empty when not told.

    Raises `Fault` with `not-an-amount`, or `ambiguous-amount` where the sign is needed to know.
    """
    plain = _PLAIN.fullmatch(text)
    if plain and len(text) <= LONGEST and (decimal == "." or (not decimal and not _could_be_thousands(text))):
        return Decimal(text)
    digits, negative = _without_signs(text[: LONGEST + 1])
    if len(digits) > LONGEST or not _DIGITS.fullmatch(digits):
        raise Fault("not-an-amount", "This is not an amount of money.", column=column, fix="Write it like 1234.50.")
    sign = decimal or _decimal_sign(digits, column)
    whole, _, fraction = digits.partition(sign) if sign else (digits, "", "")
    thousands = "," if sign == "." else "."
    if not _grouped(whole, thousands if sign else "") or (fraction and not fraction.isdigit()):
        raise Fault("not-an-amount", "This is not an amount of money.", column=column, fix="Write it like 1234.50.")
    value = Decimal("".join(filter(str.isdigit, whole)) + (f".{fraction}" if fraction else ""))
    return -value if negative else value


def read_whole(text: str, column: str = "") -> int:
    """The whole number written in a cell (`3`, `3.0`, `-2`)."""
    if (plain := _PLAIN.fullmatch(text)) and len(text) <= LONGEST:
        number, _, fraction = plain[0].partition(".")
        if not fraction.strip("0"):
            return int(number)
    raise Fault("not-a-whole-number", "This is not a whole number.", column=column, fix="Write digits alone, like 3.")


def _without_signs(text: str) -> tuple[str, bool]:
    """The digits and separators alone, and whether it is negative (a minus on either side, or parentheses)."""
    bare = _SIGNS.sub("", text)
    if bare.startswith("(") and bare.endswith(")"):
        return bare[1:-1], True
    if bare.startswith(("-", "\u2212")):
        return bare[1:], True
    return (bare[:-1], True) if bare.endswith("-") else (bare, False)


def _could_be_thousands(text: str) -> bool:
    """Whether `1.234` may be more than a thousand; `0.123` and `1234.567` may not."""
    whole, _, fraction = text.lstrip("-").partition(".")
    return len(fraction) == 3 and len(whole) <= 3 and whole.strip("0") != ""


def _decimal_sign(digits: str, column: str) -> str:
    """Which of the two signs separates decimals, empty when there are none."""
    signs = [sign for sign in digits if sign in ".,"]
    if not signs:
        return ""
    last = signs[-1]
    if len(set(signs)) == 2:
        return last
    if len(signs) > 1:
        return "," if last == "." else "."
    if _could_be_thousands(digits.replace(",", ".")):
        message = "This amount can be read in two ways: with thousands or with decimals."
        raise Fault("ambiguous-amount", message, column=column, fix='Say decimal = "." or "," in the mapping.')
    return last


def _grouped(whole: str, thousands: str) -> bool:
    """Whether the digits before the decimals stand alone, or in groups of three."""
    if whole.isdigit():
        return True
    if not thousands:
        return False
    first, *groups = whole.split(thousands)
    return first.isdigit() and len(first) <= 3 and all(group.isdigit() and len(group) == 3 for group in groups)

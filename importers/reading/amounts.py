"""Amounts and quantities as people write them, read as exact decimals; what could be read two ways is asked for."""

from __future__ import annotations

import re
from decimal import Decimal

from domain.money import DECIMALS
from importers.faults import Fault

LONGEST = 40

_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_SIGNS = re.compile(r"[\s\u00a0\u202f'\u2019]")
_BEFORE = re.compile(r"^[^\d.,()\u2212-]+\.?")
_BEHIND = re.compile(r"[^\d.,()\u2212-]+\.?$")
_CURRENCIES = {
    "\u20ac": "EUR", "\u00a3": "GBP", "\u20b9": "INR", "\u20ba": "TRY", "\u20bd": "RUB", "\u20b4": "UAH",
    "\u20aa": "ILS", "\u20a9": "KRW", "US$": "USD", "CA$": "CAD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD", "R$": "BRL",
    "z\u0142": "PLN", "K\u010d": "CZK", "Ft": "HUF", "lei": "RON",
}  # fmt: skip
_SHARED = frozenset({"$", "\u00a5", "kr", "kr.", "A$", "C$", "S$"})  # signs that several currencies have
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


def currency_in(text: str) -> str:
    """The currency that the sign or code beside an amount tells (`29,99 \u20ac`, `USD 5`), empty where it tells none.

    `$`, `\u00a5` and `kr` are those of several countries: they tell none.
    """
    if text[-1:].isdigit() and text[:1].isdigit():
        return ""
    units = _units(_SIGNS.sub("", text[: LONGEST + 1]).strip("()-\u2212"))
    told = {code for unit in units if (code := _CURRENCIES.get(unit) or (unit if unit in DECIMALS else ""))}
    return told.pop() if len(told) == 1 else ""


def told_sign(text: str) -> str:
    """What an amount proves of its decimal sign: `.`, `,`, `open` where it can be read two ways, or nothing."""
    if (plain := _PLAIN.fullmatch(text)) and plain[0][-3:-2] == ".":
        return "."
    digits, _ = _without_signs(text[: LONGEST + 1])
    if len(digits) > LONGEST or not _DIGITS.fullmatch(digits):
        return ""
    try:
        return _decimal_sign(digits, "")
    except Fault:
        return "open"


def read_whole(text: str, column: str = "") -> int:
    """The whole number written in a cell (`3`, `3.0`, `-2`)."""
    if (plain := _PLAIN.fullmatch(text)) and len(text) <= LONGEST:
        number, _, fraction = plain[0].partition(".")
        if not fraction.strip("0"):
            return int(number)
    raise Fault("not-a-whole-number", "This is not a whole number.", column=column, fix="Write digits alone, like 3.")


def _without_signs(text: str) -> tuple[str, bool]:
    """The digits and separators alone, and whether it is negative (a minus on either side, or parentheses)."""
    bare = _without_unit(_SIGNS.sub("", text))
    if bare.startswith("(") and bare.endswith(")"):
        return _without_unit(bare[1:-1]), True
    if bare.startswith(("-", "\u2212")):
        return _without_unit(bare[1:]), True
    return (bare[:-1], True) if bare.endswith("-") else (bare, False)


def _without_unit(text: str) -> str:
    """The amount without a currency's sign or code before and behind it."""
    for unit in _units(text):
        text = text.removeprefix(unit) if text.startswith(unit) else text.removesuffix(unit)
    return text


def _units(text: str) -> list[str]:
    """The signs and codes of currencies before and behind an amount."""
    found = [*_BEFORE.findall(text), *_BEHIND.findall(text)]
    return [unit for unit in found if unit in _CURRENCIES or unit in _SHARED or unit in DECIMALS]


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
        raise Fault(
            "ambiguous-amount",
            message,
            column=column,
            fix='Say --decimal . or --decimal , or decimal = "," in the mapping.',
        )
    return last


def _grouped(whole: str, thousands: str) -> bool:
    """Whether the digits before the decimals stand alone, or in groups of three."""
    if whole.isdigit():
        return True
    if not thousands:
        return False
    first, *groups = whole.split(thousands)
    return first.isdigit() and len(first) <= 3 and all(group.isdigit() and len(group) == 3 for group in groups)

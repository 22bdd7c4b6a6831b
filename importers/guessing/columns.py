"""What the cells of each column look like: dates, amounts, currencies, e-mail addresses, countries, codes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC

from domain.money import DECIMALS
from importers.faults import Fault
from importers.forms import OPEN, date_form
from importers.reading.amounts import currency_in, read_amount, told_sign
from importers.reading.countries import country_code
from importers.reading.dates import DAY_FIRST, MONTH_FIRST, NUMBERS, joined, read_instant
from importers.reading.months import named_date

MOST_KEPT = 200  # different texts of a column, with how often each stands there
LONGEST = 60
NOTHING = frozenset({
    "na", "n/a", "n.a.", "-", "--", "null", "none", "nil", "nan", "(none)", "(null)", "\\n", "unspecified", "unknown",
    "inconnu", "aucun", "unbekannt", "keine", "desconocido", "ninguno", "sconosciuto", "nessuno",
})  # fmt: skip

ANSWERS = frozenset({
    "true", "false", "yes", "no", "oui", "non", "vrai", "faux", "ja", "nein", "wahr", "falsch", "si", "sí", "sì",
    "verdadero", "falso", "vero",
})  # fmt: skip

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_CURRENCY = re.compile(r"[A-Z]{3}")
_CODE = re.compile(r"[\w./#-]{1,40}")
_RATE = re.compile(r"\d{1,2}(?:[.,]\d{1,4})? ?%?|100(?:[.,]0{1,4})? ?%?", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,9}(?:\.0+)?", re.ASCII)
_ISO_START = re.compile(r"\d{4}[-/]\d\d[-/]\d\d", re.ASCII)
_OFFSET = re.compile(r"(?:Z|UTC|[+-]\d\d:?\d\d)$")


class Column:
    """One column of the rows looked at."""

    def __init__(self, name: str, cells: Sequence[str]) -> None:
        self.name = name
        self.cells = [cell.strip() for cell in cells]
        self.nothing = tuple(sorted({cell for cell in self.cells if cell.casefold() in NOTHING}))
        told = [cell for cell in self.cells if cell and cell not in self.nothing]
        self.filled = len(told) / len(self.cells) if self.cells else 0.0
        self.texts = Counter(told)

    @property
    def samples(self) -> list[str]:
        """The first different texts."""
        return list(self.texts)[:3]

    def share(self, holds: Callable[[str], bool]) -> float:
        """How many of the told cells hold, as a part of one; judged on as many different texts as are kept."""
        looked = list(self.texts.items())[:MOST_KEPT]
        whole = sum(count for _, count in looked)
        return sum(count for text, count in looked if holds(text)) / whole if whole else 0.0

    def any(self, holds: Callable[[str], bool]) -> bool:
        """Whether any told cell does."""
        return any(map(holds, self.texts))

    @property
    def negative(self) -> bool:
        """Whether there are amounts below zero."""
        return self.any(lambda text: text.startswith("-") and is_amount(text))

    @property
    def date_form(self) -> str:
        """`iso`, `day-first`, `month-first`, `unproved` where both could be meant, `mixed` where both are proved."""
        forms = {form for text in self.texts if (form := date_form(text))}
        proved = forms & {DAY_FIRST, MONTH_FIRST}
        if len(proved) == 1:
            return proved.pop()
        return "mixed" if proved else "unproved" if OPEN in forms else "iso"

    @property
    def has_offset(self) -> bool:
        """Whether every date says its offset from UTC."""
        return all(_OFFSET.search(text) for text in self.texts)

    @property
    def decimal(self) -> str:
        """The decimal sign that the amounts prove, empty where none does."""
        signs = {told_sign(text) for text in self.texts} & {".", ","}
        return signs.pop() if len(signs) == 1 else ""

    @property
    def currency(self) -> str:
        """The currency that the amounts' signs tell, empty where none does."""
        found = {code for text in self.texts if (code := currency_in(text))}
        return found.pop() if len(found) == 1 else ""


def is_date(text: str) -> bool:
    """Whether a text is a date in a form that can be read once it is told which."""
    if NUMBERS.fullmatch(text):
        return True
    if not _ISO_START.match(text):
        return named_date(text) is not None
    try:
        read_instant(text, "", UTC)
    except Fault:
        return False
    return True


def is_time(text: str) -> bool:
    """Whether a text is a time of day."""
    try:
        joined("2000-01-01", text)
    except Fault:
        return False
    return True


def is_amount(text: str) -> bool:
    """Whether a text is an amount under either decimal sign."""
    return any(_reads(text, sign) for sign in (".", ","))


def _reads(text: str, sign: str) -> bool:
    try:
        read_amount(text, sign)
    except Fault:
        return False
    return True


def is_no_amount(text: str) -> bool:
    """Whether a text is something else than an amount."""
    return not is_amount(text)


def is_above_zero(text: str) -> bool:
    """Whether a text is an amount above zero."""
    return not text.startswith(("-", "(", "\u2212")) and any(sign in "123456789" for sign in text) and is_amount(text)


def is_percentage(text: str) -> bool:
    """Whether a text is a percentage, with or without its sign, below zero too."""
    return is_amount(text.removesuffix("%").rstrip())


def is_rate(text: str) -> bool:
    """Whether a text is a percentage."""
    return _RATE.fullmatch(text) is not None


def is_whole(text: str) -> bool:
    """Whether a text is a whole number."""
    return _WHOLE.fullmatch(text) is not None


def is_email(text: str) -> bool:
    """Whether a text is an e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def is_currency(text: str) -> bool:
    """Whether a text is a currency's code."""
    return _CURRENCY.fullmatch(text.upper()) is not None and text.upper() in DECIMALS


def is_country(text: str) -> bool:
    """Whether a text is a country's code or name."""
    try:
        return bool(country_code(text, {}))
    except Fault:
        return False


def is_answer(text: str) -> bool:
    """Whether a text is a yes or a no."""
    return text.casefold() in ANSWERS


def is_code(text: str) -> bool:
    """Whether a text could be a SKU or a number of something."""
    return _CODE.fullmatch(text) is not None and not is_date(text)


def is_short(text: str) -> bool:
    """Whether a text is short enough for a name."""
    return len(text) <= LONGEST * 3

"""Dates with the name of their month, in English, French, German, Spanish, Italian, Portuguese and Dutch.

`Dec 8, 2024`, `Jul-21-25`, `8. Dezember 2024 18:30`, `8 de diciembre de 2024`, `Sep 4, 2026 1:05:07 AM PDT`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import cache

from babel import Locale
from msgspec import Struct

LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl")

_WEEKDAY = r"(?:[^\W\d_]{2,}\.?,? +)?"
_NAME = r"(?P<month>[^\W\d_]{3,12})"
_DAY = r"(?P<day>\d{1,2})"
_YEAR = r"(?P<year>\d{4}|\d\d)"
_TIME = (
    r"(?:(?:,? | T?)(?:at |à |um |a las |alle |às |om )?"
    r"(?P<time>\d{1,2}[:h]\d\d(?::\d\d(?:\.\d{1,6})?)?)(?: ?(?P<half>[aApP])\.?[mM]\.?)?(?: Uhr)?"
    r"(?: ?(?P<zone>Z|[+-]\d\d:?\d\d|[A-Z]{3,5}))?)?"
)
_FORMS = (
    re.compile(rf"{_WEEKDAY}{_NAME}\.?[ -]{_DAY}(?:st|nd|rd|th)?(?:, ?|[ -]){_YEAR}{_TIME}"),
    re.compile(
        rf"{_WEEKDAY}{_DAY}(?:\.|er|st|nd|rd|th|º)?[ -]?(?:de |of )?{_NAME}\.?(?:, ?|[ -])(?:de |del )?{_YEAR}{_TIME}"
    ),
)


class NamedDate(Struct, frozen=True, kw_only=True):
    """A date as its text has it: numbers for day and month, digits for the year, the rest as written or empty."""

    day: int
    month: int
    year: str
    time: str
    half: str
    zone: str


def named_date(text: str) -> NamedDate | None:
    """The date that names its month, None where the text is no such date."""
    if len(text) > 60 or not any(letter.isalpha() for letter in text):
        return None
    for form in _FORMS:
        found = form.fullmatch(text)
        if found and (month := _months().get(_bare(found["month"]))):
            return NamedDate(
                day=int(found["day"]),
                month=month,
                year=found["year"],
                time=(found["time"] or "").replace("h", ":"),
                half=(found["half"] or "").lower(),
                zone=found["zone"] or "",
            )
    return None


@cache
def _months() -> dict[str, int]:
    """What months are called, whole and cut short; a word of two months is none's."""
    found: dict[str, set[int]] = defaultdict(set)
    for language in LANGUAGES:
        months = Locale(language).months
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[form][width].items():
                    found[_bare(name)].add(number)
    found["sept"].add(9)
    return {name: numbers.pop() for name, numbers in found.items() if len(numbers) == 1}


def _bare(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if letter.isalpha())

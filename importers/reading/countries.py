"""Countries by what files call them: an ISO code, a name the mapping explains, or a name in English or French."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from babel import Locale

from domain.addresses import COUNTRIES
from importers.faults import Fault

LANGUAGES = ("en", "fr")


@cache
def _by_name() -> dict[str, str]:
    return {
        name.casefold(): code
        for language in LANGUAGES
        for code, name in Locale(language).territories.items()
        if code in COUNTRIES
    }


def country_code(text: str, told: Mapping[str, str], column: str = "") -> str:
    """The ISO 3166-1 alpha-2 code for a cell's text, empty for an empty one; `told` is what the mapping explains."""
    if not text:
        return ""
    if text in told:
        return told[text]
    code = text.upper()
    if code in COUNTRIES:
        return code
    if known := _by_name().get(text.casefold()):
        return known
    fix = "Write the two-letter code, or explain the name under [countries] in the mapping."
    raise Fault("unknown-country", "This country is not known.", column=column, fix=fix)

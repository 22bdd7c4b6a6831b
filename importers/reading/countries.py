"""Countries by what files call them: an ISO code, a name the mapping explains, or a name in seven languages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from babel import Locale
from babel.core import get_global

from domain.addresses import COUNTRIES
from importers.faults import Fault

LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl")


@cache
def _by_name() -> dict[str, str]:
    """Names in several languages, and codes of three letters."""
    found: dict[str, str] = {}
    for language in reversed(LANGUAGES):
        found |= {name.casefold(): code for code, name in Locale(language).territories.items() if code in COUNTRIES}
    of_three = {
        alias.casefold(): codes[0]
        for alias, codes in get_global("territory_aliases").items()
        if alias.isalpha() and (len(alias) == 3 or alias == "UK") and len(codes) == 1 and codes[0] in COUNTRIES
    }
    return {**of_three, **found}


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

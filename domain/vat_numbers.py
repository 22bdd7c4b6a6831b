"""The forms of VAT numbers in Europe, and which countries are one territory for VAT.

Forms: European Commission, VIES, frequently asked questions, "What is the format of a VAT number?", with the notes on
`L`, `S` and `X`. Check digits are looked at where the Union's states do not number:

- Great Britain and, as XI, Northern Ireland: nine digits, twelve with a branch, `GD` and 000 to 499 of government
  departments, `HA` and 500 to 999 of health authorities. Digits eight and nine are 00 to 96; they and the first seven
  by 8 to 2 add up to a multiple of 97, in numbers since November 2009 also with 55 more (HM Revenue and Customs, as
  told in Wikipedia, "VAT identification number", United Kingdom; VIES for the forms of XI).
- Switzerland: CHE, eight digits, a check digit by modulus 11 with the weights 5 4 3 2 7 6 5 4 (Federal Statistical
  Office, "Unternehmens-Identifikationsnummer, Aufbau der UID"; UIDV, SR 431.031, article 5), then MWST, TVA or IVA.
- Norway: eight digits, a check digit by modulus 11 with the weights 3 2 7 6 5 4 3 2 (Brønnøysund Register Centre, "The
  organization number"), then MVA.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from domain.addresses import Address
from domain.errors import Rejected

_BRITISH = r"\d{9}(?:\d{3})?|GD[0-4]\d\d|HA[5-9]\d\d"

# After the prefix, spaces, dots and dashes left out: how numbers are made, and one as people read it.
_FORMS: dict[str, tuple[str, str]] = {
    "AT": (r"U\d{8}", "ATU99999999"),
    "BE": (r"[01]\d{9}", "BE0999999999"),
    "BG": (r"\d{9,10}", "BG999999999"),
    "CY": (r"\d{8}[A-Z]", "CY99999999L"),
    "CZ": (r"\d{8,10}", "CZ99999999"),
    "DE": (r"\d{9}", "DE999999999"),
    "DK": (r"\d{8}", "DK99 99 99 99"),
    "EE": (r"\d{9}", "EE999999999"),
    "EL": (r"\d{9}", "EL999999999"),
    "ES": (r"(?=.*[A-Z])[A-Z0-9]\d{7}[A-Z0-9]", "ESX9999999X"),
    "FI": (r"\d{8}", "FI99999999"),
    "FR": (r"[A-HJ-NP-Z0-9]{2}\d{9}", "FRXX999999999"),
    "HR": (r"\d{11}", "HR99999999999"),
    "HU": (r"\d{8}", "HU99999999"),
    "IE": (r"\d[A-Z0-9+*]\d{5}[A-Z]|\d{7}[A-Z]{2}", "IE9S99999L"),
    "IT": (r"\d{11}", "IT99999999999"),
    "LT": (r"\d{9}|\d{12}", "LT999999999"),
    "LU": (r"\d{8}", "LU99999999"),
    "LV": (r"\d{11}", "LV99999999999"),
    "MT": (r"\d{8}", "MT99999999"),
    "NL": (r"[A-Z0-9+*]{9}B[A-Z0-9+*]{2}", "NLSSSSSSSSSBSS"),
    "PL": (r"\d{10}", "PL9999999999"),
    "PT": (r"\d{9}", "PT999999999"),
    "RO": (r"\d{2,10}", "RO999999999"),
    "SE": (r"\d{12}", "SE999999999999"),
    "SI": (r"\d{8}", "SI99999999"),
    "SK": (r"\d{10}", "SK9999999999"),
    "XI": (_BRITISH, "XI999999999"),
    "GB": (_BRITISH, "GB999999999"),
    "CH": (r"E\d{9}(MWST|TVA|IVA)", "CHE-999.999.999 MWST"),
    "NO": (r"\d{9}MVA", "NO999999999MVA"),
}
_BY_ELEVEN = {"CH": (5, 4, 3, 2, 7, 6, 5, 4), "NO": (3, 2, 7, 6, 5, 4, 3, 2)}
_PREFIXES = {"GR": "EL", "MC": "FR"}  # by country, where it is not the country's own code
_UNION = frozenset(_FORMS) - {"GB", "CH", "NO", "XI"}


class WrongVatNumber(Rejected):
    """A VAT number of {country} is written {form} (9: a digit, L: a letter, X: either, S: either, + or *)."""

    code = "wrong-vat-number"


class WrongCheckDigit(Rejected):
    """A digit of this VAT number of {country} is wrong: its check digits do not fit the others."""

    code = "wrong-check-digit"


def compact(number: str) -> str:
    """A VAT number without the spaces, dots and dashes that people write into it, in capitals."""
    return re.sub(r"[\s.\-]", "", number).upper()


def vat_territory(country: str) -> str:
    """Whose VAT holds in a country of ISO 3166-1, by the prefix of its numbers: Greece's are EL, Monaco's French."""
    return _PREFIXES.get(country, country)


def in_union(territory: str) -> bool:
    """Whether a territory's sales of goods fall under the Union's VAT."""
    return territory in _UNION


def territory_of(number: str) -> str:
    """The territory whose form of number this is; empty where it is none of the known ones."""
    told = compact(number)
    return told[:2] if _has_form(told) and _checks(told) else ""


def _has_form(told: str) -> bool:
    form = _FORMS.get(told[:2])
    return form is not None and re.fullmatch(form[0], told[2:]) is not None


def _checks(told: str) -> bool:
    """Whether the check digits of a number of a known form are right, or there are none to look at."""
    digits = [int(sign) for sign in told if sign.isdigit()]
    if weights := _BY_ELEVEN.get(told[:2]):
        return (digits[8] + _weighted(digits, weights)) % 11 == 0
    if told[:2] in ("GB", "XI") and len(digits) >= 9:
        check = 10 * digits[7] + digits[8]
        total = check + _weighted(digits, (8, 7, 6, 5, 4, 3, 2))
        return check < 97 and (total % 97 == 0 or (total + 55) % 97 == 0)
    return True


def _weighted(digits: Sequence[int], weights: Sequence[int]) -> int:
    """The sum of the first digits, each by its weight."""
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def check_vat_number(seller: Address, pointer: str) -> None:
    """Refuses a VAT number that none can be, by its own prefix, else by its country; other countries' are not known."""
    told = compact(seller.vat_number)
    if not told or territory_of(told):
        return
    if _has_form(told):
        raise WrongCheckDigit(pointer, country=told[:2])
    claimed = told[:2] if told[:2] in _FORMS else vat_territory(seller.country)
    if claimed in _FORMS:
        raise WrongVatNumber(pointer, country=claimed, form=_FORMS[claimed][1])

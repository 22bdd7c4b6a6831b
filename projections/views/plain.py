"""Text as it is searched and sorted: lower case, without accents; written into the views and asked for in one form."""

from __future__ import annotations

import re
from unicodedata import combining, normalize


class _Letters(dict[int, str]):
    """Each letter in plain form, worked out once; begun with those that Unicode does not take apart."""

    def __missing__(self, code: int) -> str:
        parts = normalize("NFKD", chr(code))
        self[code] = letter = "".join(part for part in parts if not combining(part))
        return letter


_LETTERS = _Letters(
    str.maketrans(
        {
            "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŋ": "n",
            "ŧ": "t", "ĸ": "q", "\u0131": "i", "\u2018": "'", "\u2019": "'", "\u2013": "-", "\u2014": "-",
        }
    )
)  # fmt: skip
_DIGITS = re.compile("[0-9]+")
# Digits as telephone numbers are written: led by a zero or a plus, six of them or more.
_PHONE = re.compile(r"(?<!\S)(?:\+|\(?\+?0)[0-9 ().\-/]{5,30}(?!\S)")
# The calling codes of one and two digits (ITU-T E.164); all others have three, and begin with one of these.
_THREE_DIGITS = frozenset(
    (21, 22, 23, 24, 25, 26, 28, 29, 35, 37, 38, 42, 50, 59, 67, 68, 69, 80, 83, 85, 87, 88, 89, 96, 97)
)
_CALLING_CODES = {"1", "7", *(str(code) for code in range(20, 99) if code not in _THREE_DIGITS and code // 10 != 7)}
_WILDCARDS = re.compile(r"([\\%_])")
_SHORT = 3  # fewer characters make no trigram of their own, so they are looked for where a word begins
MOST_TERMS = 8


def plain(text: str) -> str:
    """The text in lower case without accents, as the SQL function `plain` gives it for Latin scripts."""
    return text.lower() if text.isascii() else text.lower().translate(_LETTERS)


def plain_words(*texts: str) -> str:
    """The texts in plain form, each behind a blank, so that a blank stands before every word."""
    return plain("".join(f" {text}" for text in texts if text))


def phone_digits(phone: str) -> str:
    """What a telephone number is known by in any writing: its digits, led neither by its country's code nor by a zero.

    `06 12 34 56 78`, `+33 (0)6 12 34 56 78` and `0033612345678` are all `612345678`.
    """
    text = phone.strip().replace("(0)", "")
    digits = "".join(_DIGITS.findall(text))
    abroad = text.startswith("+") or digits.startswith("00")
    if abroad:
        digits = digits.removeprefix("00")
        digits = digits[next((size for size in (1, 2) if digits[:size] in _CALLING_CODES), 3) :]
    return digits.lstrip("0")


def query_words(query: str) -> list[str]:
    """The words of a search (the first eight): a telephone number is one, and `#C1047` is `C1047`."""
    joined = _PHONE.sub(lambda found: f" {phone_digits(found[0])} ", query)
    return [word.lstrip("#") or word for word in plain(joined).split()[:MOST_TERMS]]


def patterns(query: str) -> list[str]:
    """A LIKE pattern for each word of a search; all must be found, anywhere in a text of words."""
    words = query_words(query)
    return [("% " if len(word) < _SHORT else "%") + _WILDCARDS.sub(r"\\\1", word) + "%" for word in words]


def number_order(number: str) -> str:
    """A number as it sorts: each run of digits led by its length, so that C9 comes before C10."""
    return _DIGITS.sub(_with_length, number)


def _with_length(digits: re.Match[str]) -> str:
    significant = digits[0].lstrip("0")
    return f"{len(significant):02d}{significant}"

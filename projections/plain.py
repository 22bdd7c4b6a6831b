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
_WILDCARDS = re.compile(r"([\\%_])")
_SHORT = 3  # fewer characters make no trigram of their own, so they are looked for where a word begins
MOST_TERMS = 8


def plain(text: str) -> str:
    """The text in lower case without accents, as the SQL function `plain` gives it for Latin scripts."""
    return text.lower() if text.isascii() else text.lower().translate(_LETTERS)


def plain_words(*texts: str) -> str:
    """The texts in plain form, each behind a blank, so that a blank stands before every word."""
    return plain("".join(f" {text}" for text in texts if text))


def patterns(query: str) -> list[str]:
    """A LIKE pattern for each word of a search (the first eight); all must be found, anywhere in a text of words."""
    words = plain(query).split()[:MOST_TERMS]
    return [("% " if len(word) < _SHORT else "%") + _WILDCARDS.sub(r"\\\1", word) + "%" for word in words]


def number_order(number: str) -> str:
    """A number as it sorts: each run of digits led by its length, so that C9 comes before C10."""
    return _DIGITS.sub(_with_length, number)


def _with_length(digits: re.Match[str]) -> str:
    significant = digits[0].lstrip("0")
    return f"{len(significant):02d}{significant}"

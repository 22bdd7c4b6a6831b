"""Regular expressions that people write: matched in a time that grows with the text and with nothing else (RE2)."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import re2

MOST_CHARACTERS = 200  # of a pattern
MOST_LOOKED_AT = 10_000  # characters of a text
_MOST_MEMORY = 1 << 20  # bytes that a compiled pattern may take


class BadPattern(ValueError):
    """This is no pattern; the message says why."""


class Pattern(Protocol):
    """A compiled pattern."""

    def search(self, text: str, /) -> object | None:
        """Something where the text holds a match."""


@lru_cache(maxsize=500)
def compiled(pattern: str) -> Pattern:
    """The pattern, ready for use; raises `BadPattern`.

    Written as in RE2 (https://github.com/google/re2/wiki/Syntax): without looking around and without back references.
    """
    if len(pattern) > MOST_CHARACTERS:
        raise BadPattern(f"it has more than {MOST_CHARACTERS} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST_MEMORY
    try:
        made: Pattern = re2.compile(pattern, options)
    except (re2.error, UnicodeError) as error:
        raise BadPattern(_said(error)) from None
    return made


def found(pattern: Pattern, text: str) -> bool:
    """Whether the text holds a match in its first ten thousand characters."""
    return pattern.search(text[:MOST_LOOKED_AT]) is not None


def _said(error: Exception) -> str:
    """What the library says, which is bytes where it speaks of the pattern."""
    reason = error.args[0]
    return reason.decode("utf-8", "replace") if isinstance(error, re2.error) else str(error)

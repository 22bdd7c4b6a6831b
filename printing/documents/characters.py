"""Texts as they are set: which of their characters show, which are spaces, and which no typeface has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

from printing.documents.fonts import REGULAR, face
from printing.documents.typefaces import JAPANESE, shows_nothing, source_of

_JOINER, _NON_JOINER = "\N{ZERO WIDTH JOINER}", "\N{ZERO WIDTH NON-JOINER}"
_KEPT = re.compile("[\u200c-\u200f\u061c\u202a-\u202e\u2066-\u2069\ufe00-\ufe0f\U000e0020-\U000e007f]")
_SKINS = ("\U0001f3fb", "\U0001f3ff")
_TAGS = ("\U000e0020", "\U000e007f")
_FLAGS = ("\U0001f1e6", "\U0001f1ff")


def prepared(text: str) -> str:
    """A text as it is set: composed where that makes it simple, on one line, without signs that nothing hangs on.

    Characters that no typeface has are written by their numbers, such as `[U+10A00 U+10A01]`, so that nothing is lost.
    """
    if text.isascii() and text.isprintable():
        return text
    return text if face(REGULAR).holds(text) else _spelled(text)


@lru_cache(maxsize=4096)
def _spelled(text: str) -> str:
    line = " ".join(text.split("\n"))
    bare = "".join(map(_shown, unicodedata.normalize("NFC", line)))
    if face(REGULAR).holds(bare):
        return bare
    parts = groupby(line, key=_is_missing)
    return "".join(_numbered(part) if lacks else "".join(map(_kept, part)) for lacks, part in parts)


def missing(text: str) -> tuple[str, ...]:
    """The characters of a text that no typeface has, each once."""
    if face(REGULAR).holds(text):
        return ()
    return tuple(dict.fromkeys(filter(_is_missing, text)))


def graphemes(text: str) -> list[str]:
    """What a reader takes for one sign each: a letter with its marks, an emoji that is put together, a flag."""
    found: list[str] = []
    for character in text:
        if found and _goes_on(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def _goes_on(sign: str, character: str) -> bool:
    if unicodedata.category(character)[0] == "M" or character in (_JOINER, _NON_JOINER):
        return True
    if _within(character, _SKINS) or _within(character, _TAGS) or sign[-1] == _JOINER:
        return True
    return len(sign) == 1 and _within(sign, _FLAGS) and _within(character, _FLAGS)


def _within(character: str, ends: tuple[str, str]) -> bool:
    return ends[0] <= character <= ends[1]


def _numbered(characters: Iterable[str]) -> str:
    return f"[{' '.join(f'U+{ord(character):04X}' for character in characters)}]"


@lru_cache(maxsize=16_384)
def _is_missing(character: str) -> bool:
    if face(REGULAR).holds(character) or shows_nothing(character) or _is_space(character):
        return False
    return source_of(character, JAPANESE) is None


def _shown(character: str) -> str:
    return " " if _is_space(character) else "" if shows_nothing(character) else character


def _kept(character: str) -> str:
    """What shaping needs stays: signs of joining, of direction and of variants."""
    return character if _KEPT.match(character) else _shown(character)


def _is_space(character: str) -> bool:
    """Whether it is set as a space: a tabulator, or a kind of space that the typeface lacks."""
    return character == "\t" or (unicodedata.category(character) == "Zs" and not face(REGULAR).holds(character))

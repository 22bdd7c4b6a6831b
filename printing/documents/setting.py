"""Setting texts into a width: how wide they are, and where they break; nothing is ever left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from printing.documents.characters import prepared
from printing.documents.fonts import BOLD, REGULAR, face
from printing.documents.shaping import Unit, continued, reads_from_right, shaped, units
from printing.documents.typefaces import JAPANESE

POINT = 72 / 25.4  # points in a millimetre
SMALLEST = 5.0  # points
# French marks never begin or end a line.
_GLUED = re.compile("(?<=«) | (?=[»:;!?%€])")
# A line may end before and behind each Han character and kana, but for the marks that stand at the end of something.
_OPENING = "\uff08\u300c\u300e\u3010\u3008\u300a\u3014\uff3b\uff5b"
_CLOSING = (
    "\u3001\u3002\uff0c\uff0e\uff1a\uff1b\uff1f\uff01\uff09\u300d\u300f\u3011\u3009\u300b\u3015\uff3d\uff5d\u30fb\u30fc"
    "\u3005\u301c\u2026\u309d\u309e\u3041\u3043\u3045\u3047\u3049\u3063\u3083\u3085\u3087\u308e\u30a1\u30a3\u30a5\u30a7\u30a9\u30c3\u30e3\u30e5\u30e7\u30ee\u30f5\u30f6"
)
_IDEOGRAPH = "\u2e80-\u2fdf\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_WORDS = re.compile(f"[{_OPENING}]*[{_IDEOGRAPH}][\ufe00-\ufe0f\U000e0100-\U000e01ef{_CLOSING}]*|[^ {_IDEOGRAPH}]+| +")


def wide(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text of a size in points is, in millimetres."""
    weight, shown = BOLD if bold else REGULAR, prepared(text)
    plain = face(weight)
    width = plain.width(shown) if plain.holds(shown) else shaped(shown, weight, JAPANESE).width
    return width * size / 1000 / POINT


def wrapped(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """A text broken into lines of a width: at spaces where there are any, between Han characters, else anywhere."""
    lines: list[str] = []
    for space, word in _words(_GLUED.sub("\N{NO-BREAK SPACE}", prepared(text))):
        if lines and wide(f"{lines[-1]}{space}{word}", size, bold=bold) <= width:
            lines[-1] += space + word
        else:
            lines += _pieces(word, size, width, bold)
    return continued(lines)


def aligned(lines: Sequence[str], size: float, *, bold: bool = False) -> list[tuple[float, str]]:
    """The lines of a text, each with how far from the left it begins: what is read from the right ends on one edge."""
    if len(lines) < 2 or not reads_from_right(lines[0]):
        return [(0.0, line) for line in lines]
    widths = [wide(line, size, bold=bold) for line in lines]
    return [(max(widths) - width, line) for width, line in zip(widths, lines, strict=True)]


def _words(text: str) -> Iterator[tuple[str, str]]:
    """What a line may end behind, each with the space before it."""
    space = ""
    for word in _WORDS.findall(text):
        if word[0] == " ":
            space = " "
            continue
        yield space, word
        space = ""


def _pieces(word: str, size: float, width: float, bold: bool) -> list[str]:
    """A word cut where it is wider than the line."""
    if wide(word, size, bold=bold) <= width:
        return [word]
    pieces, room = [""], width * 1000 * POINT / size
    left = room
    for text, taken in _units(word, BOLD if bold else REGULAR):
        if pieces[-1] and taken > left:
            pieces.append("")
            left = room
        pieces[-1] += text
        left -= taken
    return pieces


def _units(word: str, weight: int) -> list[Unit]:
    plain = face(weight)
    if plain.holds(word):
        return [Unit(character, plain.width(character)) for character in word]
    return units(word, weight, JAPANESE)


def fitting(text: str, size: float, width: float, *, bold: bool = False) -> float:
    """The size, at most so large, in which a text of one line fits a width."""
    taken = wide(text, size, bold=bold)
    return size if taken <= width else max(size * width / taken, SMALLEST)

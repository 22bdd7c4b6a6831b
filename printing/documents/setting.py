"""Setting texts into a width: how wide they are, where they break, and what is left out where they do not fit."""

from __future__ import annotations

import re

from printing.documents.fonts import BOLD, REGULAR, face, prepared

POINT = 72 / 25.4  # points in a millimetre
# French marks never begin or end a line.
_GLUED = re.compile("(?<=«) | (?=[»:;!?%€])")
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def wide(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text of a size in points is, in millimetres."""
    return face(BOLD if bold else REGULAR).width(prepared(text)) * size / 1000 / POINT


def wrapped(text: str, size: float, width: float, most: int, *, bold: bool = False) -> list[str]:
    """A text broken into at most so many lines of a width, at spaces where there are any; what is left out shows."""
    lines: list[str] = []
    for word in _GLUED.sub("\N{NO-BREAK SPACE}", prepared(text)).split(" "):
        if not word:
            continue
        if lines and wide(f"{lines[-1]} {word}", size, bold=bold) <= width:
            lines[-1] += f" {word}"
            continue
        lines += _pieces(word, size, width, bold)
        if len(lines) > most:
            break
    if len(lines) > most:
        lines = lines[:most]
        lines[-1] = fitted(lines[-1] + ELLIPSIS, size, width, bold=bold)
    return lines


def _pieces(word: str, size: float, width: float, bold: bool) -> list[str]:
    """A word cut where it is wider than the line."""
    pieces = [""]
    for character in word:
        if pieces[-1] and wide(pieces[-1] + character, size, bold=bold) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


def fitted(text: str, size: float, width: float, *, bold: bool = False) -> str:
    """A text cut to a width, with an ellipsis where something is left out."""
    shown = prepared(text)
    if wide(shown, size, bold=bold) <= width:
        return shown
    shown = shown.rstrip(ELLIPSIS)
    while shown and wide(shown + ELLIPSIS, size, bold=bold) > width:
        shown = shown[:-1]
    return shown.rstrip() + ELLIPSIS

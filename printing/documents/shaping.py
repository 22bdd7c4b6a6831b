"""Texts in any script as runs of one typeface, each at its place: who reads from the right, and what is drawn how."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate, groupby
from typing import NamedTuple

from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection

from printing.documents.characters import graphemes
from printing.documents.fonts import REGULAR, face
from printing.documents.typefaces import (
    EMOJI,
    JAPANESE,
    KOREAN,
    LATIN,
    TRADITIONAL,
    Cluster,
    Source,
    source_of,
    typeface,
)

_FROM_RIGHT = re.compile(
    "[\u0590-\u08ff\u200f\u202b\u202e\u2067\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LEFT_MARK, _RIGHT_MARK = "\N{LEFT-TO-RIGHT MARK}", "\N{RIGHT-TO-LEFT MARK}"
# Letters that tell in which language's way the Han characters beside them are drawn.
_TELLING = (
    (re.compile("[\u3041-\u30ff]"), JAPANESE),
    (re.compile("[\u1100-\u11ff\uac00-\ud7a3]"), KOREAN),
    (re.compile("[\u3105-\u312f]"), TRADITIONAL),
)


class Run(NamedTuple):
    """A part of a text in one typeface, None for that of all documents, which needs no shaping.

    `start` and `width` are thousandths of the size, from the left end of the text; `clusters` go from left to right,
    and are read the other way where the run is `backwards`.
    """

    source: Source | None
    text: str
    backwards: bool
    clusters: tuple[Cluster, ...]
    start: float
    width: float


class Shaped(NamedTuple):
    """A text's runs in the order in which they are read, and how wide they are together."""

    runs: tuple[Run, ...]
    width: float


class Unit(NamedTuple):
    """A part of a text that no line's end goes through, and its width in thousandths of the size."""

    text: str
    width: float


class _Part(NamedTuple):
    """A part of a text of one direction and typeface; `place` is where it begins in the text."""

    place: int
    text: str
    source: Source | None
    backwards: bool


@lru_cache(maxsize=8192)
def shaped(text: str, weight: int, han: str) -> Shaped:
    """A prepared text as it is set in a weight; `han` is the language that Han characters are of unless it tells."""
    han = han_of(text, han)
    runs, x = [], 0.0
    for part in _parts(text, han):
        clusters, width = _set(part, weight)
        runs.append((part.place, Run(part.source, part.text, part.backwards, clusters, x, width)))
        x += width
    return Shaped(tuple(run for _, run in sorted(runs, key=lambda one: one[0])), x)


def units(text: str, weight: int, han: str) -> list[Unit]:
    """The parts of a prepared text between which a line may end where it has to, in the order they are read."""
    found: list[Unit] = []
    for run in shaped(text, weight, han).runs:
        if run.source is None:
            plain = face(weight)
            found += [Unit(character, plain.width(character)) for character in run.text]
            continue
        scale = 1000 / typeface(run.source, weight).units
        for cluster in reversed(run.clusters) if run.backwards else run.clusters:
            if cluster.glyphs or not found:
                found.append(Unit(cluster.text, cluster.advance * scale))
            else:
                found[-1] = found[-1]._replace(text=found[-1].text + cluster.text)
    return found


def han_of(text: str, otherwise: str) -> str:
    """The language in whose way the Han characters of a text are drawn."""
    for letters, language in _TELLING:
        if letters.search(text):
            return language
    return otherwise


def reads_from_right(text: str) -> bool:
    """Whether a text as a whole is read from the right: its first letter is."""
    return bool(_FROM_RIGHT.search(text)) and BidiParagraph(text).base_direction == TextDirection.RTL


def continued(lines: list[str]) -> list[str]:
    """The lines of a text, each marked where it would by itself be read from the other side than the whole is."""
    if not any(map(_FROM_RIGHT.search, lines)):
        return lines
    from_right = reads_from_right(" ".join(lines))
    mark = _RIGHT_MARK if from_right else _LEFT_MARK
    return [line if reads_from_right(line) == from_right else mark + line for line in lines]


def _set(part: _Part, weight: int) -> tuple[tuple[Cluster, ...], float]:
    if part.source is None:
        return (), face(weight).width(part.text)
    used = typeface(part.source, weight)
    clusters = used.shape(part.text, backwards=part.backwards)
    return clusters, sum(cluster.advance for cluster in clusters) * 1000 / used.units


def _parts(text: str, han: str) -> Iterator[_Part]:
    """The parts of a text from left to right."""
    for place, run, backwards in _directed(text):
        parts = list(_in_typefaces(place, run, han, backwards))
        yield from reversed(parts) if backwards else parts


def _directed(text: str) -> Iterator[tuple[int, str, bool]]:
    """The parts of one direction from left to right: where each begins, its text, and whether that goes to the left."""
    if not _FROM_RIGHT.search(text):
        yield 0, _DIRECTIONS.sub("", text), False
        return
    characters = BidiParagraph(text, preserve_bn_chars=True).get_reordered_characters()
    for level, found in groupby(characters, key=lambda one: one.embedding_level):
        told = sorted(found, key=lambda one: one.character_index)
        part = _DIRECTIONS.sub("", "".join(one.character for one in told))
        if part:
            yield told[0].character_index, part, level % 2 == 1


def _in_typefaces(place: int, text: str, han: str, backwards: bool) -> Iterator[_Part]:
    """The parts of one typeface each, in the order they are read."""
    signs = graphemes(text)
    starts = accumulate(map(len, signs), initial=place)
    chosen: list[tuple[int, str, Source | None]] = []
    for start, sign in zip(starts, signs, strict=False):
        before = chosen[-1][2] if chosen else None
        for source, letters in _sources(sign, before, han, backwards):
            chosen.append((start, letters, source))
            start += len(letters)
    for source, found in groupby(chosen, key=lambda one: one[2]):
        parts = list(found)
        yield _Part(parts[0][0], "".join(letters for _, letters, _ in parts), source, backwards)


def _sources(sign: str, before: Source | None, han: str, backwards: bool) -> Iterator[tuple[Source | None, str]]:
    """The typeface of a sign; where none has all of it, that of each of its characters."""
    between = sign == " " if not backwards else not sign.isalpha()
    if before and before != EMOJI and between and typeface(before, REGULAR).holds(sign):
        yield before, sign  # the spaces and marks between words are of the words' own typeface
    elif not backwards and face(REGULAR).holds(sign):
        yield None, sign
    elif source := source_of(sign, han):
        yield source, sign
    elif len(sign) > 1:
        for character in sign:
            yield from _sources(character, before, han, backwards)
    else:
        yield LATIN, sign

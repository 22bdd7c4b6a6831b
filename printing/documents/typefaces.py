"""The typefaces for what the one of documents has no letters for: Arabic, Hebrew, Thai, Japanese, emoji and others.

Each is opened when a text first needs it, which takes a millisecond; HarfBuzz shapes with it. What a text is set from
are clusters: glyphs that stand for some characters together, laid into one glyph of the document's own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import manimgx_fonts
import manimgx_fonts_cjk
import uharfbuzz

from printing.documents.fonts import BOLD, FILE, REGULAR, face
from printing.documents.outlines import Pen, glyph_of

_FOLDER = Path(manimgx_fonts.__path__[0])
_CJK = Path(manimgx_fonts_cjk.__path__[0]) / "NotoSansCJK-VF.otf.ttc"
_SCRIPTS = (
    "Arabic", "Hebrew", "Thai", "Devanagari", "Bengali", "Gujarati", "Gurmukhi", "Tamil", "Telugu", "Kannada",
    "Malayalam", "Oriya", "Sinhala", "Armenian", "Georgian", "Ethiopic", "Khmer", "Lao", "Myanmar",
)  # fmt: skip
# Han characters are drawn otherwise in each of these languages: their fonts in the one file.
HAN = {"ja": 0, "ko": 1, "zh": 2, "zh-tw": 3, "zh-hk": 4}
JAPANESE, KOREAN, SIMPLIFIED, TRADITIONAL, HONG_KONG = HAN


class Source(NamedTuple):
    """A file that holds a typeface, and its number where the file holds several."""

    file: Path
    number: int = 0


LATIN = Source(FILE)
EMOJI = Source(_FOLDER / "NotoEmoji[wght].ttf")
_BEFORE = (LATIN, *(Source(_FOLDER / f"NotoSans{script}[wght].ttf") for script in _SCRIPTS), EMOJI)
_BEHIND = (Source(_FOLDER / "NotoSansSymbols[wght].ttf"),)


class Placed(NamedTuple):
    """A glyph of a cluster, and its origin from that of the cluster in font units."""

    glyph: int
    x: int
    y: int


class Cluster(NamedTuple):
    """Glyphs that are set as one, how far they move on in font units, and the characters that they stand for.

    One without glyphs shows nothing: it is there for a character that another shows as well.
    """

    glyphs: tuple[Placed, ...]
    advance: int
    text: str


class Typeface:
    """A typeface in one weight. Never changed, so threads share it."""

    def __init__(self, source: Source, weight: int) -> None:
        face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(source.file)), source.number)
        self.font = uharfbuzz.Font(face)
        self.font.set_variations({"wght": weight})
        self.weight, self.units = weight, int(face.upem)
        family = face.get_name(uharfbuzz.OTNameIdPredefined.FONT_FAMILY)
        self.name = f"{family.replace(' ', '')}-{'Regular' if weight == REGULAR else 'Bold'}"
        self._held = face.unicodes
        self.outline = lru_cache(maxsize=4096)(self._outline)

    def holds(self, text: str) -> bool:
        """Whether it has glyphs for every character that shows."""
        return all(ord(character) in self._held or shows_nothing(character) for character in text)

    def shape(self, text: str, *, backwards: bool) -> tuple[Cluster, ...]:
        """The clusters of a text from left to right; `backwards` where it is read from the right."""
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if backwards else "ltr"
        uharfbuzz.shape(self.font, buffer)
        shaped: dict[int, tuple[tuple[Placed, ...], int]] = {}
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            glyphs, advance = shaped.get(info.cluster, ((), 0))
            placed = Placed(info.codepoint, advance + place.x_offset, place.y_offset)
            shaped[info.cluster] = ((*glyphs, placed), advance + place.x_advance)
        starts = sorted(shaped)
        ends = dict(zip(starts, (*starts[1:], len(text)), strict=True))
        found = (Cluster(glyphs, advance, text[start : ends[start]]) for start, (glyphs, advance) in shaped.items())
        return tuple(part for cluster in found for part in _single(cluster)) if backwards else tuple(found)

    def _outline(self, glyphs: tuple[Placed, ...]) -> bytes:
        """One glyph drawn from those of a cluster."""
        pen = Pen()
        for glyph, x, y in glyphs:
            pen.origin = (x, y)
            self.font.draw_glyph_with_pen(glyph, pen)
        return glyph_of(pen.contours)


def _single(cluster: Cluster) -> Iterator[Cluster]:
    """A cluster of what is read from the right as one of its first character, behind one without glyphs for each other.

    Who copies a text turns it round character by character: two that a glyph tells would come out in the wrong order.
    """
    for character in reversed(cluster.text[1:]):
        yield Cluster((), 0, character)
    yield cluster._replace(text=cluster.text[:1])


@cache
def typeface(source: Source, weight: int) -> Typeface:
    """A typeface in a weight, opened when it is first asked for."""
    return Typeface(source, weight)


def make_ready() -> Thread:
    """Opens every typeface in a thread of its own, so that the first document waits for none."""

    def make() -> None:
        for weight in (REGULAR, BOLD):
            face(weight)
            for source in (*_BEFORE, Source(_CJK, HAN[JAPANESE]), *_BEHIND):
                typeface(source, weight)

    thread = Thread(target=make, name="fonts", daemon=True)
    thread.start()
    return thread


@lru_cache(maxsize=16_384)
def source_of(text: str, han: str) -> Source | None:
    """The typeface that some characters are set from together; None where there is none for all of them.

    `han` is the language in whose way Han characters are drawn.
    """
    sources = (*_BEFORE, Source(_CJK, HAN[han]), *_BEHIND)
    if "\ufe0f" in text:
        sources = (EMOJI, *sources)
    return next((source for source in sources if typeface(source, REGULAR).holds(text)), None)


def shows_nothing(character: str) -> bool:
    """Whether it is a sign that controls others: of direction, of joining, of a variant."""
    return unicodedata.category(character) in ("Cc", "Cf") or "\ufe00" <= character <= "\ufe0f"

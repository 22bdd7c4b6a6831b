"""The typeface of every document: parsed once per process, and cut down to what a document uses in a millisecond.

fpdf2 parses a font for each document and subsets it with fontTools, which is most of what a document costs. Here the
two weights are taken out of the variable font once; a document's subset keeps the numbers of the glyphs and leaves the
unused ones empty, which is a matter of copying bytes. A character of this typeface is one glyph; what has to be shaped
(marks over letters, other scripts) is set from the typefaces of `typefaces.py`.
"""

from __future__ import annotations

import unicodedata
from io import BytesIO
from struct import pack, unpack_from
from threading import Lock
from typing import Any

import fontpkg_noto_sans
import uharfbuzz
from fontTools.ttLib import TTFont

from printing.documents.outlines import OVERLAPS, font_file

REGULAR, BOLD = 400, 700
FILE = fontpkg_noto_sans.ROOT / "files" / "NotoSans[wdth,wght].ttf"
_DEVANAGARI = range(0x0900, 0x0980)  # of what the font holds, that which is not one glyph for each character
_WORDS, _MORE, _SCALE, _XY_SCALE, _TWO_BY_TWO = 0x0001, 0x0020, 0x0008, 0x0040, 0x0080
_PARTS_OVERLAP = 0x0400
_faces: dict[int, Face] = {}
_making = Lock()


class Face:
    """One weight of the typeface; widths are thousandths of the size. Never changed, so threads share it."""

    def __init__(self, weight: int) -> None:
        font = _instance(weight)
        self.name = "NotoSans-Bold" if weight == BOLD else "NotoSans-Regular"
        self.weight = weight
        units = font["head"].unitsPerEm
        names = font.getGlyphOrder()
        metrics = font["hmtx"].metrics
        self._metrics = [metrics[name] for name in names]
        self._advances: list[int] = [round(advance * 1000 / units) for advance, _ in self._metrics]
        self._glyphs = font.getReverseGlyphMap()
        self._numbers: dict[int, int] = {code: self._glyphs[name] for code, name in font.getBestCmap().items()}
        self._characters = frozenset(filter(_stands_alone, map(chr, self._numbers)))
        self._outlines = font.getTableData("glyf")
        self._offsets = list(font["loca"].locations)
        self._tables = {tag: font.getTableData(tag) for tag in ("head", "hhea", "maxp")}
        head, hhea = font["head"], font["hhea"]
        scale = 1000 / units
        self.box = tuple(round(side * scale) for side in (head.xMin, head.yMin, head.xMax, head.yMax))
        self.ascent, self.descent = round(hhea.ascent * scale), round(hhea.descent * scale)
        self.cap_height = round(font["OS/2"].sCapHeight * scale)

    def glyph(self, character: str) -> int:
        """The number of the glyph of a character of a prepared text."""
        return self._numbers[ord(character)]

    def holds(self, text: str) -> bool:
        """Whether the font has a glyph for every character, and needs nothing else to set them."""
        return self._characters.issuperset(text)

    def advance(self, glyph: int) -> int:
        """How far a glyph moves on."""
        return self._advances[glyph]

    def width(self, text: str) -> int:
        """How wide a prepared text is."""
        numbers, advances = self._numbers, self._advances
        return sum(advances[numbers[ord(character)]] for character in text)

    def subset(self, used: frozenset[int]) -> bytes:
        """A font file in which only the used glyphs have outlines, numbered as before."""
        kept = sorted(self._with_components(used | {0}))
        count = kept[-1] + 1
        outlines, offsets, metrics = bytearray(), [0] * (count + 1), bytearray(4 * count)
        for glyph in kept:
            offsets[glyph] = len(outlines)
            outline = self._outline(glyph)
            outlines += outline + b"\0" * (-len(outline) % 4)
            offsets[glyph + 1] = len(outlines)
            metrics[4 * glyph : 4 * glyph + 4] = pack(">Hh", *self._metrics[glyph])
        for glyph in range(1, count + 1):
            offsets[glyph] = max(offsets[glyph], offsets[glyph - 1])
        head = bytearray(self._tables["head"])
        head[8:12], head[50:52] = b"\0\0\0\0", pack(">h", 1)
        head[28:36] = head[20:28]  # changed when it was made, or each process would date it anew
        hhea = self._tables["hhea"][:-2] + pack(">H", count)
        maxp = self._tables["maxp"][:4] + pack(">H", count) + self._tables["maxp"][6:]
        tables = {
            b"glyf": bytes(outlines),
            b"head": bytes(head),
            b"hhea": hhea,
            b"hmtx": bytes(metrics),
            b"loca": pack(f">{count + 1}I", *offsets),
            b"maxp": maxp,
        }
        return font_file(tables)

    def _outline(self, glyph: int) -> bytes:
        return _marked(bytes(self._outlines[self._offsets[glyph] : self._offsets[glyph + 1]]))

    def _with_components(self, used: frozenset[int]) -> set[int]:
        found: set[int] = set()
        open_ = list(used)
        while open_:
            glyph = open_.pop()
            if glyph not in found:
                found.add(glyph)
                open_ += _components(self._outline(glyph))
        return found


def _marked(outline: bytes) -> bytes:
    """The outline, told to overlap itself, as those of a variable font do."""
    if len(outline) < 12:
        return outline
    marked, contours = bytearray(outline), unpack_from(">h", outline)[0]
    if contours < 0:
        marked[10:12] = pack(">H", unpack_from(">H", outline, 10)[0] | _PARTS_OVERLAP)
    else:
        instructions = 10 + 2 * contours
        marked[instructions + 2 + unpack_from(">H", outline, instructions)[0]] |= OVERLAPS
    return bytes(marked)


def _components(outline: bytes) -> list[int]:
    """The glyphs that a composite one is put together from."""
    if len(outline) < 10 or unpack_from(">h", outline)[0] >= 0:
        return []
    found, place, flags = [], 10, _MORE
    while flags & _MORE:
        flags, glyph = unpack_from(">HH", outline, place)
        found.append(glyph)
        place += 4 + (4 if flags & _WORDS else 2)
        place += 8 if flags & _TWO_BY_TWO else 4 if flags & _XY_SCALE else 2 if flags & _SCALE else 0
    return found


def _stands_alone(character: str) -> bool:
    return unicodedata.category(character)[0] not in "MC" and ord(character) not in _DEVANAGARI


def _instance(weight: int) -> Any:
    """One weight of the variable font, its outlines as bytes; the regular one is that from which the others vary."""
    if weight == REGULAR:
        return TTFont(BytesIO(FILE.read_bytes()), lazy=True)
    whole = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(FILE)))
    wanted = uharfbuzz.SubsetInput()
    wanted.keep_everything()
    wanted.pin_all_axes_to_default(whole)
    wanted.pin_axis_location(whole, "wght", weight)
    return TTFont(BytesIO(uharfbuzz.subset(whole, wanted).blob.data), lazy=True)


def face(weight: int) -> Face:
    """The weight, parsed when it is first asked for; who comes meanwhile waits for it."""
    if made := _faces.get(weight):
        return made
    with _making:
        if weight not in _faces:
            _faces[weight] = Face(weight)
        return _faces[weight]

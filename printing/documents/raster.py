"""Receipts as a picture in black and white for till printers: any script our typefaces hold, whatever they know.

The same receipt as on 80 mm of PDF, on the 72 mm that such printers reach, at their eight dots to the millimetre.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from io import BytesIO
from typing import Any

import uharfbuzz
from PIL import Image, ImageDraw, ImageFont

from domain.shop import Logo
from printing.documents.canvas import QUIET, bar_modules, moved, qr_runs, runs_of
from printing.documents.characters import prepared
from printing.documents.fonts import BOLD, FILE, REGULAR, face
from printing.documents.setting import POINT
from printing.documents.shaping import shaped
from printing.documents.sheet import Sheet
from printing.documents.till import PAPER, strips_of
from printing.documents.typefaces import Cluster, Typeface, typeface

DOTS = 8  # to the millimetre
REACH = 72  # millimetres of the paper that are printed
EDGE = (PAPER - REACH) / 2
DARK = 150  # greys below this are printed
ANCHORS = {"L": "ls", "R": "rs", "C": "ms"}


def picture_of(sheet: Sheet) -> Image.Image:
    """A receipt as a picture of one bit."""
    strips = strips_of(sheet)
    raster = Raster(sum(height for height, _ in strips) + 2, sheet.han)
    y = 1.0
    for height, draw in strips:
        draw(raster, y)
        y += height
    return raster.finished()


class Raster:
    """Paper that is drawn on in millimetres from its top left, as wide as the printer's."""

    def __init__(self, height: float, han: str) -> None:
        self._han = han
        self._image = Image.new("L", (REACH * DOTS, _dots(height)), 255)
        self._pen = ImageDraw.Draw(self._image)
        self._pen.fontmode = "L"

    def put(
        self, x: float, y: float, text: str, size: float, *, bold: bool = False, colour: str = "", align: str = "L"
    ) -> None:
        """A text with its baseline at y; heat knows no colours."""
        shown, weight, dots = prepared(text), BOLD if bold else REGULAR, round(size / POINT * DOTS)
        if face(weight).holds(shown):
            self._pen.text((_dots(x - EDGE), _dots(y)), shown, 0, _font(weight, dots), ANCHORS[align])
            return
        runs, width = shaped(shown, weight, self._han)
        left = _dots(x - moved(width, size, align) - EDGE)
        for run in runs:
            at = left + round(run.start * dots / 1000)
            if run.source is None:
                self._pen.text((at, _dots(y)), run.text, 0, _font(weight, dots), ANCHORS["L"])
            else:
                self._ink(_inked(run.clusters, typeface(run.source, weight), dots), at, _dots(y))

    def _ink(self, drawn: Any, left: int, baseline: int) -> None:
        """Lays what was drawn of a run on the paper, its rows being counted from the bottom."""
        box = drawn.extents
        if not box.width or not box.height:
            return
        rows = Image.frombytes("L", (box.stride, box.height), drawn.buffer).crop((0, 0, box.width, box.height))
        mask = rows.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        self._image.paste(0, (left + box.x_origin, baseline - box.y_origin - box.height), mask)

    def rule(self, x: float, y: float, width: float, *, weight: float = 0.5, colour: str = "") -> None:
        """A line from left to right; its weight is in points."""
        left, top = _dots(x - EDGE), _dots(y)
        self._box(left, top, _dots(width), max(1, round(weight / POINT * DOTS)))

    def logo(self, logo: Logo, x: float, y: float, width: float, height: float) -> float:
        """A picture scaled into a box, in dots; gives the height it takes, 0 when it cannot be read."""
        scale = min(width / logo.width, height / logo.height)
        size = (max(1, _dots(logo.width * scale)), max(1, _dots(logo.height * scale)))
        try:
            with Image.open(BytesIO(logo.image)) as picture:
                shown = picture.convert("L").resize(size).convert("1")
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            return 0.0
        self._image.paste(shown, (_dots(x - EDGE), _dots(y)))
        return logo.height * scale

    def qr(self, x: float, y: float, side: float, text: str) -> None:
        """A QR code in whole dots, in the middle of its place."""
        count, runs = qr_runs(text)
        module = max(1, _dots(side) // (count + 2 * QUIET))
        left = _dots(x - EDGE) + (_dots(side) - count * module) // 2
        top = _dots(y) + (_dots(side) - count * module) // 2
        for row, start, length in runs:
            self._box(left + start * module, top + row * module, length * module, module)

    def code128(self, x: float, y: float, width: float, height: float, text: str, *, align: str = "L") -> None:
        """A Code 128 bar code in whole dots, at most so wide; a text that would not fit has none."""
        modules = bar_modules(text)
        module = min(_dots(width) // len(modules), 3) if modules else 0
        taken = module * len(modules)
        left = _dots(x - EDGE) - (taken if align == "R" else taken // 2 if align == "C" else 0)
        for start, length in runs_of(modules) if module else ():
            self._box(left + start * module, _dots(y), length * module, _dots(height))

    def finished(self) -> Image.Image:
        """The picture in one bit."""
        return self._image.point(lambda grey: 255 if grey > DARK else 0).convert("1", dither=Image.Dither.NONE)

    def _box(self, left: int, top: int, width: int, height: int) -> None:
        if width > 0 and height > 0:
            self._pen.rectangle((left, top, left + width - 1, top + height - 1), fill=0)


def _dots(millimetres: float) -> int:
    return round(millimetres * DOTS)


def _inked(clusters: Iterable[Cluster], used: Typeface, dots: int) -> Any:
    """The shapes of clusters, from their left end on their baseline."""
    pen, x = uharfbuzz.RasterDraw(), 0
    scale = dots / used.units
    for cluster in clusters:
        for glyph, across, up in cluster.glyphs:
            pen.transform = (scale, 0, 0, scale, (x + across) * scale, up * scale)
            pen.draw_glyph(used.font, glyph)
        x += cluster.advance
    return pen.render()


@cache
def _font(weight: int, size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(FILE), size, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([weight, 100])
    return font

"""Outlines as a TrueType file holds them: drawn by another font, laid together into one glyph, put into a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from struct import calcsize, pack, unpack_from

from fontTools.cu2qu import curve_to_quadratic

Point = tuple[float, float]
Corner = tuple[int, int, int]  # x, y, and 1 where the outline passes through
ON, OFF = 1, 0
OVERLAPS = 0x40  # a flag of a glyph's first point
NEAR = 1.0  # font units by which a curve may miss that which it is drawn after
FARTHEST = 16_383  # from the origin, so that any step between two corners fits into 16 bits
_HEAD = ">IIIIHHQQhhhhHHhhh"
_HHEA = ">IhhhHhhhhhhhhhhhH"
_MAXP = ">IH13H"
_MAGIC = 0x5F0F3CF5


class Pen:
    """Gathers the contours of glyphs that are drawn one after the other, each from an origin of its own."""

    def __init__(self) -> None:
        self.contours: list[list[Corner]] = []
        self.origin = (0, 0)
        self._at: Point = (0.0, 0.0)

    def moveTo(self, point: Point) -> None:
        """Begins a contour."""
        self.contours.append([])
        self._to(point)

    def lineTo(self, point: Point) -> None:
        """A straight side."""
        self._to(point)

    def qCurveTo(self, control: Point, point: Point) -> None:
        """A side of the second degree, as TrueType has them."""
        self._corner(control, OFF)
        self._to(point)

    def curveTo(self, first: Point, second: Point, point: Point) -> None:
        """A side of the third degree, by as many of the second as come near it."""
        for control in curve_to_quadratic((self._at, first, second, point), NEAR)[1:-1]:
            self._corner(control, OFF)
        self._to(point)

    def closePath(self) -> None:
        """Ends a contour; a last point on its first is one too many."""
        contour = self.contours[-1]
        if len(contour) > 1 and contour[-1] == contour[0]:
            contour.pop()

    def _to(self, point: Point) -> None:
        self._corner(point, ON)
        self._at = point

    def _corner(self, point: Point, on: int) -> None:
        x, y = self.origin
        self.contours[-1].append((_bounded(point[0] + x), _bounded(point[1] + y), on))


def _bounded(place: float) -> int:
    """A whole number of units; hundreds of marks on one letter end where a file holds no more."""
    return max(-FARTHEST, min(FARTHEST, round(place)))


def glyph_of(contours: Iterable[Sequence[Corner]]) -> bytes:
    """A glyph of the table `glyf`, its contours free to overlap; empty where there are none."""
    drawn = [contour for contour in contours if contour]
    corners = [corner for contour in drawn for corner in contour]
    if not corners:
        return b""
    across, up = [x for x, _, _ in corners], [y for _, y, _ in corners]
    ends, end = [], -1
    for contour in drawn:
        end += len(contour)
        ends.append(end)
    flags = bytearray(on for _, _, on in corners)
    flags[0] |= OVERLAPS
    box = pack(">5h", len(drawn), min(across), min(up), max(across), max(up))
    return box + pack(f">{len(ends)}HH", *ends, 0) + bytes(flags) + _steps(across) + _steps(up)


def _steps(places: Sequence[int]) -> bytes:
    return pack(f">{len(places)}h", *(place - before for before, place in zip((0, *places), places, strict=False)))


def file_of(units: int, glyphs: Sequence[bytes], advances: Sequence[int]) -> bytes:
    """A font of glyphs, numbered from 1, with their advances in font units; the one of number 0 is empty."""
    outlines, offsets = bytearray(), [0, 0]
    metrics = bytearray(pack(">Hh", units, 0))
    for glyph, advance in zip(glyphs, advances, strict=True):
        outlines += glyph + b"\0" * (-len(glyph) % 4)
        offsets.append(len(outlines))
        metrics += pack(">Hh", advance, unpack_from(">h", glyph, 2)[0] if glyph else 0)
    count, most = len(glyphs) + 1, max((units, *advances))
    corners = max((unpack_from(">H", glyph, 8 + 2 * _contours(glyph))[0] + 1 for glyph in glyphs if glyph), default=0)
    contours = max(map(_contours, glyphs), default=0)
    box = (-units, -units, 2 * units, 2 * units)
    return font_file(
        {
            b"glyf": bytes(outlines),
            b"head": pack(_HEAD, 1 << 16, 1 << 16, 0, _MAGIC, 3, units, 0, 0, *box, 0, 8, 2, 1, 0),
            b"hhea": pack(_HHEA, 1 << 16, units, -units // 4, 0, most, 0, 0, most, 1, 0, 0, 0, 0, 0, 0, 0, count),
            b"hmtx": bytes(metrics),
            b"loca": pack(f">{count + 1}I", *offsets),
            b"maxp": pack(_MAXP, 1 << 16, count, corners, contours, 0, 0, 1, *(0,) * 8),
        }
    )


def _contours(glyph: bytes) -> int:
    return int(unpack_from(">h", glyph)[0]) if glyph else 0


def font_file(tables: dict[bytes, bytes]) -> bytes:
    """Tables as a TrueType file; readers of a PDF need no check sums, so they are zero."""
    count = len(tables)
    power = 1 << count.bit_length() - 1
    header = pack(">IHHHH", 0x00010000, count, power * 16, power.bit_length() - 1, (count - power) * 16)
    place = len(header) + count * calcsize(">4sIII")
    directory, body = bytearray(), bytearray()
    for tag, content in sorted(tables.items()):
        directory += pack(">4sIII", tag, 0, place + len(body), len(content))
        body += content + b"\0" * (-len(content) % 4)
    return header + bytes(directory) + bytes(body)

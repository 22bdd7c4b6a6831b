"""The typefaces of a PDF as it uses them: what is shown of each, and the fonts that are written into the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, cast

from fpdf.enums import FontDescriptorFlags
from fpdf.fonts import PDFFontDescriptor
from fpdf.output import CIDSystemInfo, OutputProducer, PDFFont, PDFFontStream, PDFType3Font
from fpdf.syntax import Name, PDFArray, PDFContentStream, PDFString

from printing.documents.fonts import BOLD, face
from printing.documents.outlines import file_of
from printing.documents.typefaces import Cluster, Typeface

Box = tuple[int, ...]


class Letters(Protocol):
    """A typeface as one document uses it; `i` is its name in the file, and codes are the numbers of its glyphs."""

    i: int

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def weight(self) -> int:
        """How bold it is."""

    @property
    def heights(self) -> tuple[Box, int, int, int]:
        """The box of its glyphs, how far they go up and down, and how high capitals are, in thousandths of the size."""

    @property
    def texts(self) -> Mapping[int, str]:
        """What each code that was shown reads as."""

    def advance(self, code: int) -> int:
        """How far a glyph moves on, in thousandths of the size."""

    def file(self) -> bytes:
        """A font of the glyphs that were shown."""


class Plain:
    """The typeface of all documents; a character is a glyph, which keeps the number that it has there."""

    def __init__(self, number: int, weight: int) -> None:
        self.i = number
        self.face = face(weight)
        self.name, self.weight = self.face.name, weight
        self.texts: dict[int, str] = {}

    @property
    def heights(self) -> tuple[Box, int, int, int]:
        """The box of its glyphs, how far they go up and down, and how high capitals are, in thousandths of the size."""
        return self.face.box, self.face.ascent, self.face.descent, self.face.cap_height

    def show(self, text: str) -> str:
        """The operator that shows a prepared text."""
        glyph, texts = self.face.glyph, self.texts
        codes = []
        for character in text:
            number = glyph(character)
            texts.setdefault(number, character)
            codes.append(f"{number:04x}")
        return f"<{''.join(codes)}> Tj"

    def advance(self, code: int) -> int:
        """How far a glyph moves on, in thousandths of the size."""
        return self.face.advance(code)

    def file(self) -> bytes:
        """A font of the glyphs that were shown."""
        return self.face.subset(frozenset(self.texts))


class Shapes:
    """A typeface that is shaped; each cluster, by what it reads as, is a glyph of its own, numbered as they come."""

    def __init__(self, number: int, typeface: Typeface) -> None:
        self.i = number
        self.name, self.weight = typeface.name, typeface.weight
        self.heights: tuple[Box, int, int, int] = ((-1000, -1000, 2000, 2000), 1000, -250, 714)
        self._typeface = typeface
        self._codes: dict[Cluster, int] = {}

    @property
    def texts(self) -> dict[int, str]:
        """What each code that was shown reads as."""
        return {code: cluster.text for cluster, code in self._codes.items()}

    def show(self, clusters: Iterable[Cluster]) -> str:
        """The operator that shows clusters from left to right."""
        codes = self._codes
        return f"<{''.join(f'{codes.setdefault(cluster, len(codes) + 1):04x}' for cluster in clusters)}> Tj"

    def advance(self, code: int) -> int:
        """How far a glyph moves on, in thousandths of the size."""
        return round(self._clusters[code - 1].advance * 1000 / self._typeface.units)

    def file(self) -> bytes:
        """A font of the glyphs that were shown."""
        outlines = [self._typeface.outline(cluster.glyphs) for cluster in self._clusters]
        return file_of(self._typeface.units, outlines, [cluster.advance for cluster in self._clusters])

    @property
    def _clusters(self) -> tuple[Cluster, ...]:
        return tuple(self._codes)


class Producer(OutputProducer):
    """Writes the typefaces as the document used them."""

    def _add_fonts(self, *_: Any) -> dict[int, PDFFont | PDFType3Font]:
        letters = cast("tuple[Letters, ...]", cast("Any", self.fpdf).letters)
        return {used.i: self._font(used) for used in letters}

    def _font(self, used: Letters) -> PDFFont:
        name, texts = f"CARNET+{used.name}", used.texts
        font = PDFFont(subtype="Type0", base_font=name, encoding="Identity-H")
        self._add_pdf_obj(font, "fonts")
        widths = " ".join(f"{code} [{used.advance(code)}]" for code in sorted(texts))
        descendant: Any = PDFFont(subtype="CIDFontType2", base_font=name, d_w=600, w=f"[{widths}]")
        self._add_pdf_obj(descendant, "fonts")
        font.descendant_fonts = PDFArray([descendant])
        font.to_unicode = self._add(PDFContentStream(_to_unicode(texts), compress=True))
        system = CIDSystemInfo()
        system.ordering = PDFString("Identity")
        descendant.c_i_d_system_info = self._add(system)
        descendant.font_descriptor = self._add(_descriptor(used, name))
        descendant.c_i_d_to_g_i_d_map = Name("Identity")
        descendant.font_descriptor.font_file2 = self._add(PDFFontStream(contents=used.file()))
        return font

    def _add(self, thing: Any) -> Any:
        self._add_pdf_obj(thing, "fonts")
        return thing


def _descriptor(used: Letters, name: str) -> PDFFontDescriptor:
    box, ascent, descent, cap_height = used.heights
    descriptor = PDFFontDescriptor(
        ascent=ascent,
        descent=descent,
        cap_height=cap_height,
        flags=FontDescriptorFlags.SYMBOLIC,
        font_b_box="[" + " ".join(str(side) for side in box) + "]",
        italic_angle=0,
        stem_v=140 if used.weight == BOLD else 88,
        missing_width=600,
    )
    descriptor.font_name = Name(name)
    return descriptor


def _to_unicode(texts: Mapping[int, str]) -> bytes:
    """What each glyph reads as, so that the text can be searched and copied."""
    pairs = [f"<{code:04x}> <{texts[code].encode('utf-16-be').hex()}>" for code in sorted(texts)]
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    told = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{told}\nendcmap CMapName currentdict /CMap defineresource pop end end"
    ).encode("ascii")

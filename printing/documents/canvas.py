"""A document being drawn: texts, rules, pictures and codes at places in millimetres, the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, cast

import segno
from barcode.codex import Code128
from fpdf import FPDF
from fpdf.enums import DocumentCompliance, PDFResourceType
from fpdf.image_parsing import get_img_info

from domain.shop import Logo
from printing.documents.characters import prepared
from printing.documents.embedding import Letters, Plain, Producer, Shapes
from printing.documents.fonts import BOLD, REGULAR
from printing.documents.setting import POINT
from printing.documents.shaping import Run, shaped
from printing.documents.typefaces import JAPANESE, Source, typeface

INK, GREY, LIGHT, RED = "0.11 0.13 0.16", "0.42 0.45 0.50", "0.85 0.86 0.88", "0.72 0.11 0.11"
QUIET = 2  # modules left white around a QR code; the paper gives the rest


class Canvas(FPDF):
    """One PDF file; y counts down from the top of the page."""

    def __init__(self, width: float, height: float, at: datetime, *, archive: bool = False) -> None:
        compliance = DocumentCompliance.PDFA_3B if archive else None
        super().__init__(unit="mm", format=(width, height), enforce_compliance=compliance)
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.set_creation_date(at)
        self.set_producer("Carnet")
        self._identity = ""
        self.han = JAPANESE  # the language that Han characters are of unless their text tells
        self._plain = {REGULAR: Plain(1, REGULAR), BOLD: Plain(2, BOLD)}
        self._shapes: dict[tuple[Source, int], Shapes] = {}

    @property
    def letters(self) -> tuple[Letters, ...]:
        """The typefaces of the file, as it uses them."""
        return (*self._plain.values(), *self._shapes.values())

    def file_id(self) -> str:
        """The file's identity: the hash of what it shows, not of when or where it was printed."""
        return f"<{self._identity}><{self._identity}>"

    def sheet(self, width: float, height: float) -> None:
        """Begins a page of this size."""
        self.add_page(format=(width, height))
        for used in self._plain.values():
            self._resource_catalog.add(PDFResourceType.FONT, used.i, self.page)

    def put(
        self, x: float, y: float, text: str, size: float, *, bold: bool = False, colour: str = INK, align: str = "L"
    ) -> None:
        """A text with its baseline at y; x is its left end, its right end (`R`) or its middle (`C`)."""
        shown = prepared(text)
        if not shown:
            return
        weight = BOLD if bold else REGULAR
        plain = self._plain[weight]
        if not plain.face.holds(shown):
            self._put_shaped(x, y, shown, size, weight, colour, align)
            return
        if align != "L":
            x -= moved(plain.face.width(shown), size, align)
        place = f"{x * POINT:.2f} {(self.h - y) * POINT:.2f}"
        self._out(f"BT /F{plain.i} {size:g} Tf {colour} rg {place} Td {plain.show(shown)} ET")

    def _put_shaped(self, x: float, y: float, text: str, size: float, weight: int, colour: str, align: str) -> None:
        """A text run by run in the order it is read, so that it is copied in that order."""
        runs, width = shaped(text, weight, self.han)
        x -= moved(width, size, align)
        up = (self.h - y) * POINT
        shown = []
        for run in runs:
            used = self._used(run, weight)
            code = used.show(run.text) if isinstance(used, Plain) else used.show(run.clusters)
            shown.append(f"/F{used.i} {size:g} Tf 1 0 0 1 {x * POINT + run.start * size / 1000:.2f} {up:.2f} Tm {code}")
        self._out(f"BT {colour} rg {' '.join(shown)} ET")

    def _used(self, run: Run, weight: int) -> Plain | Shapes:
        if run.source is None:
            return self._plain[weight]
        used = self._shapes.get((run.source, weight))
        if used is None:
            number = len(self._plain) + len(self._shapes) + 1
            used = self._shapes[run.source, weight] = Shapes(number, typeface(run.source, weight))
        self._resource_catalog.add(PDFResourceType.FONT, used.i, self.page)
        return used

    def rule(self, x: float, y: float, width: float, *, weight: float = 0.5, colour: str = LIGHT) -> None:
        """A line from left to right; its weight is in points."""
        start, end, up = x * POINT, (x + width) * POINT, (self.h - y) * POINT
        self._out(f"{colour} RG {weight:g} w {start:.2f} {up:.2f} m {end:.2f} {up:.2f} l S")

    def panel(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A filled box."""
        self._out(f"{colour} rg {_box(x, y, width, height, self.h)} re f")

    def frame(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """The outline of a box."""
        self._out(f"{colour} RG 0.8 w {_box(x, y, width, height, self.h)} re S")

    def logo(self, logo: Logo, x: float, y: float, width: float, height: float) -> float:
        """A picture scaled into a box, at its left; gives the height it takes, 0 when it cannot be read."""
        read = _picture(logo.image)
        if read is None:
            return 0.0
        name = sha256(logo.image).hexdigest()
        info: Any = self.image_cache.images.get(name)
        if info is None:
            info = type(read)(**read)
            info.update({"i": len(self.image_cache.images) + 1, "usages": 0, "iccp_i": None})
            self.image_cache.images[name] = info
        info["usages"] += 1
        scale = min(width / logo.width, height / logo.height)
        wide, high = logo.width * scale, logo.height * scale
        at = f"{x * POINT:.2f} {(self.h - y - high) * POINT:.2f}"
        self._out(f"q {wide * POINT:.2f} 0 0 {high * POINT:.2f} {at} cm /I{info['i']} Do Q")
        self._resource_catalog.add(PDFResourceType.X_OBJECT, info["i"], self.page)
        return float(high)

    def qr(self, x: float, y: float, side: float, text: str) -> None:
        """A QR code (ISO/IEC 18004) of a text."""
        count, runs = qr_runs(text)
        module = side / (count + 2 * QUIET)
        left, top = x + QUIET * module, y + QUIET * module
        boxes = (
            _box(left + start * module, top + row * module, length * module, module, self.h) + " re"
            for row, start, length in runs
        )
        self._out(f"{INK} rg {' '.join(boxes)} f")

    def code128(self, x: float, y: float, width: float, height: float, text: str, *, align: str = "L") -> None:
        """A Code 128 bar code (ISO/IEC 15417) of a text in printable ASCII, at most so wide; others have none."""
        modules = bar_modules(text)
        if not modules:
            return
        module = min(width / len(modules), 0.4)
        taken = module * len(modules)
        x -= taken if align == "R" else taken / 2 if align == "C" else 0
        boxes = (
            _box(x + start * module, y, length * module, height, self.h) + " re" for start, length in runs_of(modules)
        )
        self._out(f"{INK} rg {' '.join(boxes)} f")

    def attach(self, name: str, content: bytes, about: str) -> None:
        """Puts an XML file that says the same inside; `about` is the document's XMP."""
        at = self.creation_date
        self.embed_file(
            bytes=content,
            basename=name,
            modification_date=at,
            creation_date=at,
            mime_type="text/xml",
            associated_file_relationship="Alternative",
            desc="The invoice for programs",
            compress=True,
            checksum=True,
        )
        self.set_xmp_metadata(about)
        self._identity = sha256(content).hexdigest()

    def finished(self) -> bytes:
        """The file."""
        digest = sha256(f"{self.title}{self.creation_date.isoformat()}{self._identity}".encode())
        for page in self.pages.values():
            digest.update(cast("bytearray", page.contents))
        self._identity = digest.hexdigest()[:32].upper()
        return bytes(self.output(output_producer_class=Producer))


def moved(width: float, size: float, align: str) -> float:
    """How far to the left a text begins, of a width in thousandths of its size."""
    return width * size / 1000 / POINT * {"L": 0, "C": 0.5, "R": 1}[align]


def _box(x: float, y: float, width: float, height: float, page: float) -> str:
    up = (page - y - height) * POINT
    return f"{x * POINT:.2f} {up:.2f} {width * POINT:.2f} {height * POINT:.2f}"


@lru_cache(maxsize=8)
def _picture(image: bytes) -> Any:
    """A picture as the file keeps it; None when it cannot be read, and the document is printed without."""
    try:
        return get_img_info("logo", image)
    except Exception:
        return None


@lru_cache(maxsize=256)
def qr_runs(text: str) -> tuple[int, tuple[tuple[int, int, int], ...]]:
    """The modules along a side, and the dark runs: row, first module, length."""
    matrix = segno.make(text, error="m", micro=False, boost_error=False).matrix
    runs = tuple((row, start, length) for row, line in enumerate(matrix) for start, length in runs_of(line))
    return len(matrix), runs


def bar_modules(text: str) -> str:
    """The modules of a bar code, 1 for dark."""
    if not text or not (text.isascii() and text.isprintable()) or len(text) > 48:
        return ""
    return str(Code128(text).build()[0])


def runs_of(modules: Iterable[Any]) -> list[tuple[int, int]]:
    """The dark runs of a row of modules: where each starts and how long it is."""
    runs: list[tuple[int, int]] = []
    for place, module in enumerate(modules):
        if module in (1, "1"):
            if runs and runs[-1][0] + runs[-1][1] == place:
                runs[-1] = (runs[-1][0], runs[-1][1] + 1)
            else:
                runs.append((place, 1))
    return runs

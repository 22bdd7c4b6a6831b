"""What a document costs: a thousand receipts as one file, single ones, and fpdf2 with a fresh font for each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import fontpkg_noto_sans
from fpdf import FPDF

from printing.documents import print_a4, print_many
from printing.documents.fonts import BOLD, REGULAR, face
from tests.printing import papers

RECEIPTS = 1_000
FONT = fontpkg_noto_sans.ROOT / "files" / "NotoSans[wdth,wght].ttf"


def run() -> Iterator[dict[str, Any]]:
    """Milliseconds of one core for each document."""
    face(REGULAR), face(BOLD)
    sheet = papers.french()
    print_a4(sheet)
    reference = round(_milliseconds(_fresh_font, 5), 2)
    beside = {"reference": "fpdf2 with fresh fonts", "reference_value": reference, "unit": "core-ms"}
    many = _milliseconds(lambda: print_many([sheet] * RECEIPTS), 1) / RECEIPTS
    yield {
        "name": "receipt of 1,000 in one file",
        "value": round(many, 2),
        "target": "<= 10",
        **beside,
        "passed": many <= 10,
    }
    single = _milliseconds(lambda: print_a4(sheet), 50)
    yield {"name": "single receipt", "value": round(single, 2), "target": "<= 25", **beside, "passed": single <= 25}


def _milliseconds(work: Callable[[], Any], times: int) -> float:
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) * 1000 / times


def _fresh_font() -> bytes:
    """The same page's words with two fonts that the library parses and cuts down for this document alone."""
    pdf = FPDF()
    pdf.add_page()
    for style in ("", "B"):
        pdf.add_font("Noto", style, FONT)
        pdf.set_font("Noto", style, 10)
        for _ in range(30):
            pdf.cell(text="Théière en grès 49,90 €", new_x="LMARGIN", new_y="NEXT")
    written = BytesIO()
    pdf.output(written)
    return written.getvalue()

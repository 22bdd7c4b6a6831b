"""What a document costs: a thousand receipts as one file, single ones, the same in other scripts, a process's first.

Beside it fpdf2 with a fresh font for each document.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from typing import Any

import fontpkg_noto_sans
from fpdf import FPDF

from printing.documents import print_a4, print_many, sheet_of
from printing.documents.fonts import BOLD, REGULAR, face
from tests.printing import papers
from tests.printing.letters import SCRIPTS, ordered

RECEIPTS = 1_000
MEASURED = ("arabic", "hebrew", "japanese", "chinese", "korean", "thai", "devanagari", "emoji")
FONT = fontpkg_noto_sans.ROOT / "files" / "NotoSans[wdth,wght].ttf"
FIRST = """
from time import process_time
from tests.printing import papers
from tests.printing.letters import SCRIPTS, ordered
from printing.documents import print_a4, sheet_of
order = ordered(SCRIPTS[{script!r}])
began = process_time()
print_a4(sheet_of(order, papers.shop(), "receipt"))
print((process_time() - began) * 1000)
"""


def run() -> Iterator[dict[str, Any]]:
    """Milliseconds of one core for each document."""
    face(REGULAR), face(BOLD)
    sheet = papers.french()
    print_a4(sheet)
    reference = round(_milliseconds(_fresh_font, 5), 2)
    beside = {"reference": "fpdf2 with fresh fonts", "reference_value": reference, "unit": "core-ms"}
    many = _milliseconds(lambda: print_many([sheet] * RECEIPTS), 1) / RECEIPTS
    yield _figure("receipt of 1,000 in one file", many, 10, beside)
    yield _figure("single receipt", _milliseconds(lambda: print_a4(sheet), 50), 25, beside)
    for script in MEASURED:
        other = sheet_of(ordered(SCRIPTS[script]), papers.shop(), "receipt")
        many = _milliseconds(partial(print_many, [other] * RECEIPTS), 1) / RECEIPTS
        yield _figure(f"receipt of 1,000 in one file, {script}", many, 10, beside)
        yield _figure(f"single receipt, {script}", _milliseconds(partial(print_a4, other), 50), 25, beside)
    for script in ("greek", "japanese"):
        yield _figure(f"first receipt of a process, {script}", _first(script), 500, beside)


def _figure(name: str, value: float, most: float, beside: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "value": round(value, 2), "target": f"<= {most}", **beside, "passed": value <= most}


def _first(script: str) -> float:
    program = [sys.executable, "-c", FIRST.format(script=script)]
    return float(subprocess.run(program, capture_output=True, text=True, check=True).stdout)


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

"""Labels of parcels on A6: who sends, where it goes in letters as large as there is room for, and the bar code."""

from __future__ import annotations

from printing.documents.canvas import GREY, INK, RED, Canvas
from printing.documents.setting import aligned, fitting, wrapped
from printing.documents.sheet import Sheet

WIDTH, HEIGHT = 105.0, 148.0
MARGIN = 7.0
INNER = WIDTH - 2 * MARGIN
RIGHT = WIDTH - MARGIN
TO = 36.0  # where the address may begin at the earliest
FACTS = 100.0  # where what is told of the parcel begins
SMALL = 7.4
LARGEST, LEAST = 15.0, 6.0  # sizes of the address in points
STEP = 0.44  # millimetres from line to line for each point of their size
QR = 22.0


def print_label(sheet: Sheet) -> bytes:
    """One label as a PDF of its own."""
    canvas = Canvas(WIDTH, HEIGHT, sheet.at)
    canvas.set_title(f"{sheet.title} {sheet.number}")
    canvas.set_author(sheet.seller.label)
    canvas.set_lang(sheet.locale)
    set_label(canvas, sheet)
    return canvas.finished()


def set_label(canvas: Canvas, sheet: Sheet) -> None:
    """Sets one label on a page of its own."""
    canvas.han = sheet.han
    canvas.sheet(WIDTH, HEIGHT)
    y = _sender(canvas, sheet)
    canvas.rule(MARGIN, y, INNER, weight=0.9, colour=INK)
    _receiver(canvas, sheet, max(TO, y + 6))
    canvas.rule(MARGIN, FACTS - 5, INNER, weight=0.9, colour=INK)
    _facts(canvas, sheet)
    canvas.code128(WIDTH / 2, HEIGHT - 22, INNER, 12, sheet.code, align="C")
    canvas.put(WIDTH / 2, HEIGHT - 6, sheet.code, fitting(sheet.code, 9, INNER), align="C")


def _sender(canvas: Canvas, sheet: Sheet) -> float:
    """The seller in small letters, beside its logo; gives where it ends."""
    logo, y = sheet.logo, MARGIN + 2.5
    width = INNER - 34 if logo else INNER
    if logo:
        canvas.logo(logo, RIGHT - min(30, 14 * logo.width / logo.height), MARGIN, 30, 14)
    for number, text in enumerate((sheet.seller.label, *sheet.seller.lines)):
        for part in wrapped(text, SMALL, width, bold=not number):
            canvas.put(MARGIN, y, part, SMALL, bold=not number)
            y += SMALL * STEP
    return y


def _receiver(canvas: Canvas, sheet: Sheet, y: float) -> None:
    """The address, in letters so large that all of it has room."""
    party = sheet.parties[0]
    canvas.put(MARGIN, y, party.label, SMALL, colour=GREY)
    room, size = FACTS - 8 - y, LARGEST
    while (lines := _set(party.lines, size)) and len(lines) * size * STEP > room and size > LEAST:
        size -= 0.5
    for indent, text, bold in lines:
        y += size * STEP
        canvas.put(MARGIN + indent, y + 1.5, text, size, bold=bold)


def _set(lines: tuple[str, ...], size: float) -> list[tuple[float, str, bool]]:
    return [
        (indent, part, not number)
        for number, text in enumerate(lines)
        for indent, part in aligned(wrapped(text, size, INNER, bold=not number), size, bold=not number)
    ]


def _facts(canvas: Canvas, sheet: Sheet) -> None:
    y = FACTS
    for label, value in sheet.facts:
        canvas.put(MARGIN, y, label, SMALL, colour=GREY)
        canvas.put(MARGIN + 24, y, value, fitting(value, 9, INNER - QR - 26), bold=True)
        y += 5
    if sheet.banner:
        canvas.put(MARGIN, y, sheet.banner, fitting(sheet.banner, 10, INNER - QR, bold=True), bold=True, colour=RED)
    canvas.qr(RIGHT - QR, FACTS - 4, QR, sheet.qr)

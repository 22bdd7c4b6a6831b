"""Documents set on A4: a head that says what it is, parties, lines that carry their sum over, figures, small print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from domain.orders.documents import A4, A6, TILL
from printing.documents.canvas import GREY, INK, LIGHT, RED, Canvas
from printing.documents.labels import set_label
from printing.documents.setting import aligned, fitting, wide, wrapped
from printing.documents.sheet import DAWN, Figure, Line, Party, Sheet
from printing.documents.till import print_till as print_till
from printing.documents.till import set_till
from printing.documents.words import Words

WIDTH, HEIGHT = 210.0, 297.0
LEFT, RIGHT = 18.0, 192.0
INNER = RIGHT - LEFT
FOOT = 279.0  # where the foot of a page begins that has up to three lines
FOOT_STEP = 3.2
FOOT_LINES = 3
OVER_FOOT = 11.0  # between the last line and the foot
PANEL = "0.965 0.969 0.976"
NAME, SMALL = 9.2, 7.4  # sizes in points
STEP, SMALL_STEP = 4.2, 3.3  # from line to line, in millimetres
FIGURES = 112.0  # where the figures begin
QR = 24.0

# The right ends of the columns after the name, by how many there are, and where the name ends.
COLUMNS: dict[int, tuple[float, tuple[float, ...]]] = {
    2: (150.0, (RIGHT,)),
    3: (140.0, (166.0, RIGHT)),
    4: (118.0, (148.0, 172.0, RIGHT)),
    5: (100.0, (118.0, 146.0, 164.0, RIGHT)),
    6: (82.0, (94.0, 121.0, 142.0, 159.0, RIGHT)),
}


class Attachment(NamedTuple):
    """A file inside a PDF that says the same for programs, and what the PDF says of it in XMP."""

    name: str
    content: bytes
    about: str


def print_a4(sheet: Sheet, attached: Attachment | None = None) -> bytes:
    """One document as a PDF of its own, with something attached as a PDF/A-3."""
    canvas = Canvas(WIDTH, HEIGHT, sheet.at, archive=attached is not None)
    canvas.set_title(f"{sheet.title} {sheet.number}")
    canvas.set_author(sheet.seller.label)
    canvas.set_lang(sheet.locale)
    if attached:
        canvas.attach(attached.name, attached.content, attached.about)
    Setter(canvas, sheet).set()
    return canvas.finished()


def print_many(sheets: Iterable[Sheet], size: str = A4) -> bytes:
    """Documents one behind the other as one PDF, each with pages counted of its own; it is of the latest's instant."""
    bundle = Bundle(size)
    for sheet in sheets:
        bundle.add(sheet)
    return bundle.finished()


class Bundle:
    """Documents one behind the other as one PDF, set as they come on paper of one size."""

    def __init__(self, size: str = A4) -> None:
        self._set = {A4: _set_a4, TILL: set_till, A6: set_label}[size]
        self._canvas = Canvas(WIDTH, HEIGHT, DAWN)
        self._first: Sheet | None = None
        self._last: Sheet | None = None
        self._at = DAWN

    def add(self, sheet: Sheet) -> None:
        """Sets one more."""
        self._set(self._canvas, sheet)
        self._first = self._first or sheet
        self._last, self._at = sheet, max(self._at, sheet.at)

    def finished(self) -> bytes:
        """The file; raises `ValueError` where nothing was set."""
        first, last, canvas = self._first, self._last, self._canvas
        if first is None or last is None:
            raise ValueError("a PDF needs a document")
        canvas.set_creation_date(self._at)
        canvas.set_title(f"{first.title} {first.number} – {last.number}")
        canvas.set_author(first.seller.label)
        return canvas.finished()


def _set_a4(canvas: Canvas, sheet: Sheet) -> None:
    Setter(canvas, sheet).set()


class Setter:
    """Sets one document; `y` is how far down its page it has come."""

    def __init__(self, canvas: Canvas, sheet: Sheet) -> None:
        self.canvas, self.sheet = canvas, sheet
        canvas.han = sheet.han
        self.words = Words(sheet.locale, sheet.currency, "UTC")
        self.name_end, self.ends = COLUMNS[len(sheet.columns)]
        self.carries = sheet.kind in ("receipt", "invoice", "credit_note")
        self.carried = 0
        self.footer = [part for text in sheet.footer for part in wrapped(text, 7, INNER - 26)]
        self.foot = FOOT - FOOT_STEP * max(0, len(self.footer) - FOOT_LINES)
        self.y = 0.0

    def set(self) -> None:
        """Sets every page of it."""
        self.canvas.sheet(WIDTH, HEIGHT)
        first = self.canvas.page
        self._head()
        self._banner()
        self._parties()
        self._columns()
        for line in self.sheet.lines:
            self._line(line)
        if not self.sheet.lines:
            self._nothing()
        self._sums()
        self._feet(first, self.canvas.page)

    def _head(self) -> None:
        canvas, sheet = self.canvas, self.sheet
        top = 18.0
        high = canvas.logo(sheet.logo, LEFT, top - 3, 60, 20) if sheet.logo else 0.0
        y = top + (high + 2.5 if high else 2.5)
        for part in wrapped(sheet.seller.label, 12, 84, bold=True):
            canvas.put(LEFT, y, part, 12, bold=True)
            y += 5.2
        for part in (part for text in sheet.seller.lines for part in wrapped(text, 8, 84)):
            canvas.put(LEFT, y, part, 8, colour=GREY)
            y += 3.7
        canvas.put(RIGHT, top + 4.5, sheet.title, fitting(sheet.title, 21, 84, bold=True), bold=True, align="R")
        canvas.put(RIGHT, top + 11.5, sheet.number, fitting(sheet.number, 11.5, 84), colour=GREY, align="R")
        canvas.code128(RIGHT, top + 15, 54, 9, sheet.code, align="R")
        self.y = max(y + 1.5, top + 29)

    def _banner(self) -> None:
        lines = wrapped(self.sheet.banner, 10, INNER - 12, bold=True)
        if not lines:
            return
        height = 4.4 + 4.6 * len(lines)
        self.canvas.frame(LEFT, self.y, INNER, height, RED)
        for number, text in enumerate(lines):
            y = self.y + 5.9 + 4.6 * number
            self.canvas.put(LEFT + INNER / 2, y, text, 10, bold=True, colour=RED, align="C")
        self.y += height + 4

    def _parties(self) -> None:
        """Facts and addresses side by side, on one grid of three columns."""
        column = INNER / 3
        self.canvas.rule(LEFT, self.y, INNER, weight=0.6, colour=INK)
        top = self.y + 6
        depths = [self._facts(LEFT, top, column - 6)]
        for index, party in enumerate(self.sheet.parties, start=1):
            depths.append(self._party(party, LEFT + index * column, top, column - 6))
        self.y = max(depths) + 3

    def _facts(self, x: float, y: float, width: float) -> float:
        for label, value in self.sheet.facts:
            self.canvas.put(x, y, label, SMALL, colour=GREY)
            y += 3.8
            for part in wrapped(value, NAME, width):
                self.canvas.put(x, y, part, NAME)
                y += STEP
            y += 1.1
        return y

    def _party(self, party: Party, x: float, y: float, width: float) -> float:
        self.canvas.put(x, y, party.label, SMALL, colour=GREY)
        y += 4.4
        for index, text in enumerate(party.lines):
            for indent, part in aligned(wrapped(text, NAME, width, bold=not index), NAME, bold=not index):
                self.canvas.put(x + indent, y, part, NAME, bold=not index)
                y += STEP
        return y

    def _columns(self) -> None:
        self.canvas.panel(LEFT, self.y, INNER, 7.4, PANEL)
        base = self.y + 4.9
        self.canvas.put(LEFT + 2, base, self.sheet.columns[0], SMALL, bold=True)
        starts = (self.name_end, *self.ends)
        for label, start, end in zip(self.sheet.columns[1:], starts, self.ends, strict=False):
            size = fitting(label, SMALL, end - start - 1, bold=True)
            self.canvas.put(end - 2, base, label, size, bold=True, align="R")
        self.y += 7.4

    def _line(self, line: Line) -> None:
        width = self.name_end - LEFT - 5
        parts, details = wrapped(line.name, NAME, width), wrapped(line.detail, SMALL, width)
        height = 3.2 + STEP * len(parts) + SMALL_STEP * len(details)
        if self.y + height > self.foot - OVER_FOOT:
            self._turn()
        y = self.y + 4.9
        starts = (self.name_end, *self.ends)
        for start, end, cell in zip(starts, self.ends, line.cells, strict=False):
            self.canvas.put(end - 2, y, cell, fitting(cell, NAME, end - start - 3), align="R")
        for indent, part in aligned(parts, NAME):
            self.canvas.put(LEFT + 2 + indent, y, part, NAME)
            y += STEP
        for part in details:
            self.canvas.put(LEFT + 2, y - 0.5, part, SMALL, colour=GREY)
            y += SMALL_STEP
        if self.sheet.kind in ("packing_slip", "picking_list"):
            self.canvas.frame(RIGHT - 6, self.y + 1.7, 4, 4, GREY)
        self.y += height
        self.canvas.rule(LEFT, self.y, INNER)
        self.carried += line.value

    def _nothing(self) -> None:
        self.canvas.put(LEFT + 2, self.y + 6, self.words["no_lines"], NAME, colour=GREY)
        self.y += 9
        self.canvas.rule(LEFT, self.y, INNER)

    def _turn(self) -> None:
        """Goes on to a new page, carrying over what the lines have come to."""
        self._carry("carried", self.y)
        self.canvas.sheet(WIDTH, HEIGHT)
        self.canvas.put(LEFT, 20, f"{self.sheet.title} {self.sheet.number}", 10, bold=True)
        seller = wrapped(self.sheet.seller.label, 8, 84)
        for number, part in enumerate(seller):
            self.canvas.put(RIGHT, 20 + 3.7 * number, part, 8, colour=GREY, align="R")
        self.y = 25.0 + 3.7 * max(0, len(seller) - 1)
        self._columns()
        self._carry("brought", self.y)
        if self.carries:
            self.y += 7
            self.canvas.rule(LEFT, self.y, INNER)

    def _carry(self, label: str, y: float) -> None:
        if self.carries:
            self.canvas.put(LEFT + 2, y + 4.9, self.words[label], NAME, colour=GREY)
            self.canvas.put(RIGHT - 2, y + 4.9, self.words.amount(self.carried), NAME, bold=True, align="R")

    def _sums(self) -> None:
        """Figures at the right, taxes and code at the left, the small print under both; never cut by a page's end."""
        sheet = self.sheet
        small = [part for text in (*sheet.small_print, sheet.lacking) for part in wrapped(text, SMALL, INNER)]
        rows = sum(len(self._tax_label(label)) for label, *_ in sheet.taxes) + bool(sheet.taxes)
        left = 7 + 4.2 * rows + max(QR, 4.2 * len(self._beside_code())) + 10
        right = 8 + sum(8.5 if one.strong else 5.2 * len(self._label(one)) for one in sheet.figures)
        height = max(left, right) + 4 + SMALL_STEP * len(small)
        if self.y + height > self.foot - 2:
            self._turn()
        top = self.y
        end = max(self._left(top), self._figures(sheet.figures, top))
        y = end + 3.5
        for part in small:
            self.canvas.put(LEFT, y, part, SMALL, colour=GREY)
            y += SMALL_STEP

    def _label(self, figure: Figure) -> list[str]:
        room = RIGHT - FIGURES - wide(figure.value, NAME) - 6
        return wrapped(figure.label, NAME, room)

    def _figures(self, figures: Sequence[Figure], top: float) -> float:
        y = top + 7
        for figure in figures:
            if figure.strong:
                self.canvas.rule(FIGURES, y - 2.6, RIGHT - FIGURES, weight=0.9, colour=INK)
                y = self._strong(figure, y + 3.4) + 7.2
                continue
            for part in self._label(figure):
                self.canvas.put(FIGURES + 2, y, part, NAME)
                y += 5.2
            self.canvas.put(RIGHT - 2, y - 5.2, figure.value, NAME, align="R")
        return y - 2

    def _strong(self, figure: Figure, y: float) -> float:
        room = RIGHT - FIGURES - 2
        size = fitting(f"{figure.label}   {figure.value}", 12.5, room, bold=True)
        self.canvas.put(FIGURES + 2, y, figure.label, size, bold=True)
        self.canvas.put(RIGHT - 2, y, figure.value, size, bold=True, align="R")
        return y

    def _left(self, top: float) -> float:
        y = top + 7
        if self.sheet.taxes:
            y = self._taxes(y) + 1
        if not self.sheet.qr:
            return y
        self.canvas.qr(LEFT - 1, y - 2, QR, self.sheet.qr)
        x, text = LEFT + QR + 3, y + QR / 2 - 3
        for part, is_caption in self._beside_code():
            colour, size = (INK, NAME) if is_caption else (GREY, 8)
            self.canvas.put(x, text, part, size, bold=is_caption, colour=colour)
            text += 4.2
        return max(y + QR, text)

    def _beside_code(self) -> list[tuple[str, bool]]:
        """What stands beside the code: its caption, and a remark."""
        caption = [(part, True) for part in wrapped(self.sheet.qr_caption, NAME, 58, bold=True)]
        return caption + [(part, False) for part in wrapped(self.sheet.remark, 8, 58)]

    def _tax_label(self, label: str) -> list[str]:
        return wrapped(label, 8, 32)

    def _taxes(self, y: float) -> float:
        """Each tax under its own head: rates alone stand at the right of their column, names at the left."""
        ends = (LEFT + 18, LEFT + 48, LEFT + 76)
        named = any(wide(label, 8) > 18 for label, *_ in self.sheet.taxes)
        start, side = (LEFT, "L") if named else (ends[0], "R")
        self.canvas.put(start, y, self.words["tax_rate"], SMALL, colour=GREY, align=side)
        for end, head in zip(ends[1:], (self.words["base"], self.sheet.tax_head), strict=True):
            self.canvas.put(end, y, head, SMALL, colour=GREY, align="R")
        for label, *amounts in self.sheet.taxes:
            for part in self._tax_label(label):
                y += 4.2
                self.canvas.put(start, y, part, 8, align=side)
            for end, cell in zip(ends[1:], amounts, strict=True):
                self.canvas.put(end, y, cell, 8, align="R")
        return y + 4.2

    def _feet(self, first: int, last: int) -> None:
        """The seller and the count of pages at the foot of each, once it is known how many there are."""
        canvas, at = self.canvas, self.canvas.page
        for page in range(first, last + 1):
            canvas.page = page
            canvas.rule(LEFT, self.foot, INNER, colour=LIGHT)
            counted = f"{self.words['page']} {page - first + 1} / {last - first + 1}"
            canvas.put(RIGHT, self.foot + 5, counted, SMALL, colour=GREY, align="R")
            for number, part in enumerate(self.footer):
                canvas.put(LEFT, self.foot + 5 + FOOT_STEP * number, part, 7, colour=GREY)
        canvas.page = at

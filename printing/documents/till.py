"""Receipts for the till: 80 mm paper of which 72 mm are printed, as long as they need to be."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from domain.shop import Logo
from printing.documents.canvas import INK, Canvas
from printing.documents.setting import aligned, wide, wrapped
from printing.documents.sheet import Line, Sheet
from printing.documents.words import Words

PAPER, MARGIN = 80.0, 4.0
INNER = PAPER - 2 * MARGIN
RIGHT = PAPER - MARGIN
LONGEST = 5_000.0  # a page of a PDF is at most 14,400 points high
BODY, SMALL = 8.6, 7.4
STEP = 3.9


class Drawing(Protocol):
    """What a receipt is drawn on, in millimetres from the top left of the paper: a page of a PDF, or a picture."""

    def put(
        self, x: float, y: float, text: str, size: float, *, bold: bool = ..., colour: str = ..., align: str = ...
    ) -> None:
        """A text with its baseline at y; x is its left end, its right end (`R`) or its middle (`C`)."""

    def rule(self, x: float, y: float, width: float, *, weight: float = ..., colour: str = ...) -> None:
        """A line from left to right; its weight is in points."""

    def logo(self, logo: Logo, x: float, y: float, width: float, height: float) -> float:
        """A picture scaled into a box, at its left; gives the height it takes."""

    def qr(self, x: float, y: float, side: float, text: str) -> None:
        """A QR code of a text."""

    def code128(self, x: float, y: float, width: float, height: float, text: str, *, align: str = ...) -> None:
        """A Code 128 bar code of a text, at most so wide."""


Draw = Callable[[Drawing, float], None]
Strip = tuple[float, Draw]  # how high, and how it is drawn from a place on


def print_till(sheet: Sheet) -> bytes:
    """A receipt for an 80 mm printer; cut where a page could not be longer."""
    canvas = Canvas(PAPER, 200, sheet.at)
    canvas.set_title(f"{sheet.title} {sheet.number}")
    canvas.set_author(sheet.seller.label)
    canvas.set_lang(sheet.locale)
    set_till(canvas, sheet)
    return canvas.finished()


def set_till(canvas: Canvas, sheet: Sheet) -> None:
    """Sets one receipt on pages of its own."""
    canvas.han = sheet.han
    for page in _pages(strips_of(sheet)):
        canvas.sheet(PAPER, max(60.0, sum(height for height, _ in page) + 10))
        y = 5.0
        for height, draw in page:
            draw(canvas, y)
            y += height


def _pages(strips: list[Strip]) -> list[list[Strip]]:
    pages: list[list[Strip]] = [[]]
    height = 0.0
    for strip in strips:
        if height + strip[0] > LONGEST - 20:
            pages.append([])
            height = 0.0
        pages[-1].append(strip)
        height += strip[0]
    return pages


def strips_of(sheet: Sheet) -> list[Strip]:
    """The receipt from top to bottom."""
    words = Words(sheet.locale, sheet.currency, "UTC")
    return [
        *_head(sheet),
        *_facts(sheet, words),
        _ruled(),
        *(strip for line in sheet.lines for strip in _line(line)),
        *(_centred([words["no_lines"]], SMALL) if not sheet.lines else []),
        _ruled(),
        *_figures(sheet),
        *_taxes(sheet, words),
        _ruled(),
        *_end(sheet),
    ]


def _text(x: float, text: str, size: float, *, bold: bool = False, align: str = "L") -> Draw:
    return lambda canvas, y: canvas.put(x, y + STEP - 1, text, size, bold=bold, align=align)


def _both(*draws: Draw) -> Draw:
    def draw(canvas: Drawing, y: float) -> None:
        for one in draws:
            one(canvas, y)

    return draw


def _ruled() -> Strip:
    return 3.4, lambda canvas, y: canvas.rule(MARGIN, y + 1.4, INNER, weight=0.6, colour=INK)


def _centred(texts: list[str], size: float, *, bold: bool = False) -> list[Strip]:
    step = max(STEP, size * 0.44)
    return [
        (step, _text(PAPER / 2, part, size, bold=bold, align="C"))
        for text in texts
        for part in wrapped(text, size, INNER, bold=bold)
    ]


def _head(sheet: Sheet) -> list[Strip]:
    strips: list[Strip] = []
    if logo := sheet.logo:
        scale = min(44 / logo.width, 18 / logo.height)
        left = (PAPER - logo.width * scale) / 2
        strips.append((logo.height * scale + 3, partial(_logo, logo, left)))
    strips += _centred([sheet.seller.label], 11, bold=True)
    strips += _centred(list(sheet.seller.lines), SMALL)
    strips.append((2.5, lambda canvas, y: None))
    strips += _centred([f"{sheet.title} {sheet.number}"], 10.5, bold=True)
    if sheet.banner:
        strips += _centred([f"*** {sheet.banner} ***"], BODY, bold=True)
    return [*strips, (1.5, lambda canvas, y: None)]


def _logo(logo: Logo, left: float, canvas: Drawing, y: float) -> None:
    canvas.logo(logo, left, y, 44, 18)


def _pair(label: str, value: str, size: float, *, bold: bool = False) -> list[Strip]:
    """A label at the left and its value at the right, below it where both have no room side by side."""
    step = max(STEP, size * 0.5)
    if wide(label, size, bold=bold) + wide(value, size, bold=bold) + 2 <= INNER:
        left, right = _text(MARGIN, label, size, bold=bold), _text(RIGHT, value, size, bold=bold, align="R")
        return [(step, _both(left, right))]
    labels = [_text(MARGIN, part, size, bold=bold) for part in wrapped(label, size, INNER, bold=bold)]
    values = [_text(RIGHT, part, size, bold=bold, align="R") for part in wrapped(value, size, INNER - 6, bold=bold)]
    return [(step, draw) for draw in (*labels, *values)]


def _facts(sheet: Sheet, words: Words) -> list[Strip]:
    """Who bought, and what is told of the order."""
    buyer = [(words["customer"], name) for name in sheet.parties[0].names] if sheet.parties else []
    told = [(label if not number else "", name) for number, (label, name) in enumerate(buyer)]
    return [strip for label, value in (*told, *sheet.facts) for strip in _pair(label, value, SMALL)]


def _line(line: Line) -> list[Strip]:
    """The name over its own lines, then how many at how much, and the amount."""
    quantity, unit, _, amount = (*line.cells, "", "", "")[:4]
    names, details = wrapped(line.name, BODY, INNER - 2), wrapped(line.detail, SMALL, INNER - 6)
    strips: list[Strip] = [(STEP, _text(MARGIN + indent, part, BODY)) for indent, part in aligned(names, BODY)]
    strips += [(STEP - 0.5, _text(MARGIN + 3, part, SMALL)) for part in details]
    count = _text(MARGIN + 3, f"{quantity} × {unit}", BODY)
    strips.append((STEP + 0.8, _both(count, _text(RIGHT, amount, BODY, align="R"))))
    return strips


def _figures(sheet: Sheet) -> list[Strip]:
    strips: list[Strip] = []
    for one in sheet.figures:
        strips.append((1.6 * one.strong, lambda canvas, y: None))
        strips += _pair(one.label, one.value, 11.5 if one.strong else BODY, bold=one.strong)
    return strips


def _taxes(sheet: Sheet, words: Words) -> list[Strip]:
    if not sheet.taxes:
        return []
    heads = (words["tax_rate"], words["base"], sheet.tax_head)
    named = any(wide(label, SMALL) > 16 for label, *_ in sheet.taxes)
    return [(2.0, lambda canvas, y: None), *(strip for row in (heads, *sheet.taxes) for strip in _row(row, named))]


def _row(cells: tuple[str, str, str], named: bool) -> list[Strip]:
    """A tax, its net and what it is; rates alone stand at the right of their column, names at the left."""
    ends = (MARGIN + 16, MARGIN + 44, RIGHT)
    label, *amounts = cells
    *before, last = (wrapped(label, SMALL, 28) or [""]) if named else [label]
    first = _text(MARGIN, last, SMALL) if named else _text(ends[0], last, SMALL, align="R")
    others = (_text(end, cell, SMALL, align="R") for end, cell in zip(ends[1:], amounts, strict=True))
    strips: list[Strip] = [(STEP - 0.3, _text(MARGIN, part, SMALL)) for part in before]
    return [*strips, (STEP - 0.3, _both(first, *others))]


def _end(sheet: Sheet) -> list[Strip]:
    strips = _centred([sheet.remark], SMALL)
    if sheet.qr:
        strips.append((29.0, lambda canvas, y: canvas.qr((PAPER - 28) / 2, y, 28, sheet.qr)))
        strips += _centred([sheet.qr_caption], SMALL)
    strips.append((13.0, lambda canvas, y: canvas.code128(PAPER / 2, y + 1.5, INNER - 8, 10, sheet.code, align="C")))
    return strips + _centred([sheet.lacking, *sheet.footer], 6.8)

"""From what a document follows from to its bytes, and what is written down of a print."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from domain.orders.order import Print
from printing.documents import LAYOUT, print_a4, print_many, print_till, sheet_of
from printing.documents.rows import RETURN, Sheet
from projections.prints import Paper

A4, TILL, LIST = FORMS = ("a4", "80mm", "list")


def sheet_on(paper: Paper, kind: str, locale: str = "", number: str = "") -> Sheet:
    """The document that a paper is for; a return slip's `number` is its return's."""
    return sheet_of(
        paper.order,
        paper.shop,
        kind,
        locale=locale,
        document=paper.document,
        return_number=int(number) if kind == RETURN else 0,
        link=paper.link,
    )


def press(paper: Paper, kind: str, form: str = A4, locale: str = "", number: str = "") -> tuple[bytes, Print]:
    """One document's bytes, and the print to be written down."""
    sheet = sheet_on(paper, kind, locale, number)
    data = print_till(sheet) if form == TILL else print_a4(sheet)
    return data, print_of(paper, sheet, form, number, data)


def press_many(papers: Sequence[Paper], kind: str, locale: str = "") -> tuple[bytes, list[Print]]:
    """Many documents as one file, and a print of each order, by the hash of the file."""
    sheets = [sheet_on(paper, kind, locale) for paper in papers]
    data = print_many(sheets)
    return data, [print_of(paper, sheet, LIST, "", data) for paper, sheet in zip(papers, sheets, strict=True)]


def print_of(paper: Paper, sheet: Sheet, form: str, number: str, data: bytes) -> Print:
    """What is written down of a print."""
    return Print(
        kind=sheet.kind,
        number=number,
        form=form,
        locale=sheet.locale,
        order_version=paper.order.version,
        settings_version=paper.settings_version,
        layout=LAYOUT,
        sha256=sha256(data).hexdigest(),
    )

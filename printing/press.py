"""From what a document follows from to its bytes, and what is written down of a print."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from domain.errors import Rejected
from domain.orders.documents import A4, A6, NUMBERED, RETURN_SLIP, SHIPPING_LABEL, TILL
from domain.orders.order import Document, Order, Print
from domain.settings import Shop
from printing.documents import LAYOUT, print_a4, print_label, print_many, print_till, sheet_of
from printing.documents.picking import picking_sheet
from printing.documents.sheet import Sheet, characters_missing
from printing.electronic import factur_x, is_electronic
from projections.log import Session
from projections.papers.kept_prints import Copy, DocumentAltered
from projections.papers.prints import Paper, Papers

MOST_NAMED = 5  # characters
LIST, PRINTER = "list", "till-printer"  # forms of prints beside the sizes of paper


class Unprintable(Rejected):
    """
    No typeface of documents has {characters}. An issued document stays as it is for ever: write this in other letters
    on the order first.
    """

    code = "unprintable-characters"


class NothingToPick(Rejected):
    """Nothing of these orders is still to be sent."""

    code = "nothing-to-pick"


class Printed(NamedTuple):
    """A document's bytes and what is written down of them; `differs_from` is the hash of an earlier print of the same
    that had other bytes, empty where there is none.
    """

    data: bytes
    told: Print
    differs_from: str


def require_printable(order: Order, shop: Shop, document: Document) -> None:
    """Refuses to issue a document with a character that would have to be written by its number."""
    found = characters_missing(sheet_of(order, shop, document.kind, document=document))
    if found:
        names = [f"U+{ord(one):04X} {unicodedata.name(one, '')}".strip() for one in found[:MOST_NAMED]]
        raise Unprintable(characters=", ".join(names))


def sheet_on(paper: Paper, kind: str, locale: str = "") -> Sheet:
    """The document that a paper is for."""
    return sheet_of(
        paper.order,
        paper.shop,
        kind,
        locale=locale,
        document=paper.document,
        return_number=int(paper.number) if kind == RETURN_SLIP else 0,
        parcel=int(paper.number or 0) if kind == SHIPPING_LABEL else 0,
        goods=paper.goods,
        link=paper.link,
    )


def printed(papers: Papers, paper: Paper, kind: str, form: str, locale: str, actor: str, at: datetime) -> Printed:
    """One document as it is given out, written down in its order once.

    An issued document is given out in the bytes of its first print for ever; raises `DocumentAltered` where the bytes
    that are kept are none that its order tells of.
    """
    sheet = sheet_on(paper, kind, locale)
    copy = _copy(paper, kind, form, sheet)
    kept = papers.kept(copy) if copy else None
    data = kept or drawn(paper, sheet, form)
    told = print_of(paper, sheet, form, data)
    if kept and told.sha256 not in {one.sha256 for one in paper.prints}:
        raise DocumentAltered(document=paper.number)
    if not kept and (copy or told not in paper.prints):
        _write_down(papers, paper, copy, told, data, actor, at)
        if copy and (first := papers.kept(copy)):  # another may have been quicker, and drawn it otherwise
            data, told = first, print_of(paper, sheet, form, first)
    return Printed(data, told, "" if kept else _other(paper, told))


def _write_down(
    papers: Papers, paper: Paper, copy: Copy | None, told: Print, data: bytes, actor: str, at: datetime
) -> None:
    document = paper.document

    def keep(session: Session) -> None:
        if copy and document and document.issued_on:
            papers.keep(session, copy, document.issued_on, data)

    papers.write_down([(paper.order.id, told)], actor, at, keep)


def drawn(paper: Paper, sheet: Sheet, form: str) -> bytes:
    """A sheet as a PDF; an issued document as an electronic invoice where the shop wants it so."""
    if form == TILL:
        return print_till(sheet)
    if form == A6:
        return print_label(sheet)
    if paper.document and is_electronic(paper.shop, paper.document):
        return factur_x(sheet, paper.order, paper.shop, paper.document)
    return print_a4(sheet)


def pick_list(papers: Papers, order_ids: Sequence[UUID], locale: str = "") -> bytes:
    """What many orders still need as one list; raises `OrderNotFound` or `NothingToPick`."""
    orders, goods = papers.to_pick(order_ids)
    sheet = picking_sheet(orders, goods, papers.shop, locale)
    if sheet is None:
        raise NothingToPick
    return print_a4(sheet)


def press_many(papers: Iterable[Paper], kind: str, locale: str = "", size: str = A4) -> tuple[bytes, list[Print]]:
    """Many documents as one file, and a print of each, by the hash of the file."""
    papers = list(papers)
    sheets = [sheet_on(paper, kind, locale) for paper in papers]
    data = print_many(sheets, size)
    return data, [print_of(paper, sheet, LIST, data) for paper, sheet in zip(papers, sheets, strict=True)]


def not_yet(papers: Iterable[Paper], prints: Iterable[Print]) -> list[tuple[UUID, Print]]:
    """The prints that their orders do not tell of yet, by order."""
    return [(paper.order.id, one) for paper, one in zip(papers, prints, strict=True) if one not in paper.prints]


def print_of(paper: Paper, sheet: Sheet, form: str, data: bytes) -> Print:
    """What is written down of a print."""
    return Print(
        kind=sheet.kind,
        number=paper.number,
        form=form,
        locale=sheet.locale,
        order_version=paper.order.version,
        settings_version=paper.settings_version,
        layout=LAYOUT,
        sha256=sha256(data).hexdigest(),
    )


def _copy(paper: Paper, kind: str, form: str, sheet: Sheet) -> Copy | None:
    """The copy of an issued document; None for what is not kept."""
    if kind not in NUMBERED or paper.document is None:
        return None
    return Copy(paper.order.id, paper.number, form, sheet.locale, paper.document.voided_at is not None)


def _other(paper: Paper, told: Print) -> str:
    """The hash of the last print of the same that had other bytes; a document that was voided since looks otherwise."""
    if paper.document and paper.document.voided_at:
        return ""
    same = [one.sha256 for one in paper.prints if replace(one, layout=told.layout, sha256=told.sha256) == told]
    return same[-1] if same and told.sha256 not in same else ""

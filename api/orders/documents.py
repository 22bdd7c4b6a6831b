"""Documents of one order over HTTP: receipts and slips as PDF, invoices and credit notes issued."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import ValidationError, fields, post_load, validate

from api.access import needs
from api.orders.blueprint import order_then, orders
from api.orders.cart_forms import ReasonForm
from api.prints import DocumentAnswer, LanguageQuery, document_answer, printed
from api.problems import CodedMessage
from api.requests import context, handle, respond
from api.schemas import Code, Count, Text, Whole, page_form
from domain import texts
from domain.orders.documents import A4, A6, CREDIT_NOTE, INVOICE, NUMBERED, SHIPPING_LABEL, TILL, numbers_of
from domain.orders.exemptions import EXEMPTIONS
from domain.orders.issuing import LONGEST_TERM, MILLION, IssueCommand, IssueCorrection, IssueCreditNote, IssueInvoice
from domain.orders.order import Order
from domain.orders.shipments import MAX_SHIPMENTS, ShipmentNotFound
from domain.settings import Shop
from printing.press import require_printable


class ReceiptQuery(LanguageQuery):
    """On A4 for the archive, or on 80 mm for the till."""

    form = fields.String(data_key="format", validate=validate.OneOf((A4, TILL)))

    class Loaded(LanguageQuery.Loaded, frozen=True, kw_only=True):
        form: str = A4


class LabelQuery(LanguageQuery):
    """The parcel that the label is for; the last that was sent unless told, or the order as a whole before any was."""

    shipment = Count(1, MAX_SHIPMENTS)

    class Loaded(LanguageQuery.Loaded, frozen=True, kw_only=True):
        shipment: int | None = None


class IssueForm(ReasonForm):
    """A document to issue: an invoice of the order as it is, or the credit note of a refund.

    A credit note without a `refund` corrects the invoice and says why in `reason`.
    """

    kind = fields.String(required=True, validate=validate.OneOf(NUMBERED))
    series = Code()
    refund = Code()
    payment_days = Whole(0, LONGEST_TERM)
    buyer_registration = Text(texts.CODE)
    buyer_reference = Text(texts.CODE)
    exemption = fields.String(validate=validate.OneOf(EXEMPTIONS))
    euro_rate = fields.String(
        validate=validate.Regexp(r"[0-9]{1,7}(\.[0-9]{1,6})?\Z"),
        metadata={"description": "What a euro costs in the order's currency, as a decimal number"},
    )

    class Loaded(ReasonForm.Loaded, frozen=True, kw_only=True):
        kind: str
        series: str = ""
        refund: str | None = None
        payment_days: int | None = None
        buyer_registration: str = ""
        buyer_reference: str = ""
        exemption: str = ""
        euro_rate: str | None = None

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Loaded:
        """The document, told what its kind is told."""
        if facts["kind"] != CREDIT_NOTE and "refund" in facts:
            rule = "A credit note, and nothing else, names a refund."
            raise ValidationError({"refund": [CodedMessage(rule, "refund-of-credit-note")]})
        own = {"payment_days", "buyer_registration", "buyer_reference", "exemption", "euro_rate"} & facts.keys()
        if facts["kind"] == CREDIT_NOTE and own:
            rule = "A credit note has this from its invoice."
            raise ValidationError({name: [CodedMessage(rule, "told-by-invoice")] for name in sorted(own)})
        return self.Loaded(**facts)


@orders.get("/<uuid:order_id>/receipt.pdf")
@needs("orders:read", personal=True)
@orders.arguments(ReceiptQuery, location="query")
@orders.response(200)
def get_receipt(query: ReceiptQuery.Loaded, order_id: UUID) -> Response:
    """The receipt of an order as it is now."""
    return printed(order_id, "receipt", form=query.form, locale=query.locale)


@orders.get("/<uuid:order_id>/packing-slip.pdf")
@needs("orders:read", personal=True)
@orders.arguments(LanguageQuery, location="query")
@orders.response(200)
def get_packing_slip(query: LanguageQuery.Loaded, order_id: UUID) -> Response:
    """What goes into the parcel, without prices."""
    return printed(order_id, "packing_slip", locale=query.locale)


@orders.get("/<uuid:order_id>/shipping-label.pdf")
@needs("orders:read", personal=True)
@orders.arguments(LabelQuery, location="query")
@orders.response(200)
def get_shipping_label(query: LabelQuery.Loaded, order_id: UUID) -> Response:
    """The label of a parcel, on A6."""
    numbers = numbers_of(order := order_then(order_id), SHIPPING_LABEL)
    number = numbers[-1] if query.shipment is None else str(query.shipment)
    if number not in numbers:
        raise ShipmentNotFound("/shipment", number=order.number, shipment=number)
    return printed(order_id, SHIPPING_LABEL, form=A6, locale=query.locale, number=number)


@orders.get("/<uuid:order_id>/returns/<int:number>/slip.pdf")
@needs("orders:read", personal=True)
@orders.arguments(LanguageQuery, location="query")
@orders.response(200)
def get_return_slip(query: LanguageQuery.Loaded, order_id: UUID, number: int) -> Response:
    """What the customer puts into the parcel that comes back."""
    return printed(order_id, "return_slip", number=str(number), locale=query.locale)


@orders.get("/<uuid:order_id>/documents")
@needs("documents:read")
@orders.response(200, page_form(DocumentAnswer, counted=True))
def get_order_documents(order_id: UUID) -> Response:
    """Every document that was issued for an order."""
    order = order_then(order_id)
    items = [document_answer(order, one) for one in order.documents if one.version]
    return respond({"items": items, "next": None}, version=order.version)


@orders.post("/<uuid:order_id>/documents")
@needs("documents:write")
@orders.arguments(IssueForm)
@orders.response(201, DocumentAnswer)
def issue_document(form: IssueForm.Loaded, order_id: UUID) -> Response:
    """Issue an invoice or credit note: it takes the next number of its series and is frozen as it is."""
    kind = form.kind

    def render(order: Order, shop: Shop) -> dict[str, Any]:
        document = [one for one in order.documents if one.kind == kind and one.version][-1]
        require_printable(order, shop, document)
        return document_answer(order, document)

    return handle(_issue(form, order_id), render=render, status=201)


def _issue(form: IssueForm.Loaded, order_id: UUID) -> IssueCommand:
    given = context(form.reason)
    if form.kind == INVOICE:
        return IssueInvoice(
            order_id=order_id,
            context=given,
            series=form.series,
            payment_days=form.payment_days,
            buyer_registration=form.buyer_registration,
            buyer_reference=form.buyer_reference,
            exemption=form.exemption,
            euro_rate=int(Decimal(form.euro_rate) * MILLION) if form.euro_rate else 0,
        )
    if form.refund is None:
        return IssueCorrection(order_id=order_id, context=given, series=form.series)
    return IssueCreditNote(order_id=order_id, context=given, series=form.series, refund=form.refund)

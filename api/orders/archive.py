"""Putting an order away, and taking it out of the archive."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from api.access import needs
from api.orders.answers import OrderAnswer
from api.orders.blueprint import change, orders
from api.orders.cart_forms import ReasonForm
from api.requests import context
from domain.orders.archive import ArchiveOrder, UnarchiveOrder


@orders.post("/<uuid:order_id>/archive")
@needs("orders:write")
@orders.arguments(ReasonForm)
@orders.response(200, OrderAnswer)
def archive_order(form: ReasonForm.Loaded, order_id: UUID) -> Response:
    """Put the order away: lists show it only when they are asked for what is archived."""
    return change(ArchiveOrder(order_id=order_id, context=context(form.reason)))


@orders.post("/<uuid:order_id>/unarchive")
@needs("orders:write")
@orders.arguments(ReasonForm)
@orders.response(200, OrderAnswer)
def unarchive_order(form: ReasonForm.Loaded, order_id: UUID) -> Response:
    """Take the order out of the archive."""
    return change(UnarchiveOrder(order_id=order_id, context=context(form.reason)))

"""What does not fit together on an order as it stands, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from domain.money import amount_text
from domain.orders.differences import differences
from domain.orders.documents import live_invoice
from domain.orders.order import Order
from domain.orders.quantities import quantity_shown
from domain.orders.shipments import left_to_ship
from domain.statuses import PENDING, PROCESSING, SHIPPED


class Notice(Struct, frozen=True, kw_only=True):
    """Something an operator should know: a stable code, and a sentence that says what to do."""

    code: str
    detail: str


def _status_without_parcel(order: Order) -> Notice | None:
    if order.stage != SHIPPED:
        return None
    waiting = {item: steps for item, steps in left_to_ship(order).items() if steps}
    if not waiting:
        return None
    left = sum(waiting.values())
    if all(not order.items[item].unit.decimals for item in waiting):
        units = f"{left} unit is in no parcel" if left == 1 else f"{left} units are in no parcel"
    else:
        amounts = (f"{quantity_shown(order, item, steps)} of line {item}" for item, steps in waiting.items())
        units = f"{', '.join(amounts)} is in no parcel"
    detail = f"The order is shipped, but {units}: write it down with POST /orders/{{id}}/shipments."
    return Notice(code="status-without-parcel", detail=detail)


def _parcel_without_status(order: Order) -> Notice | None:
    if order.stage not in (PENDING, PROCESSING) or order.fulfilment_status not in ("shipped", "delivered"):
        return None
    detail = f"All of the order was sent, but it is still {order.status}: move it with POST /orders/{{id}}/status."
    return Notice(code="parcel-without-status", detail=detail)


def _invoice_differs(order: Order) -> Notice | None:
    invoice = live_invoice(order)
    differs = differences(order, invoice) if invoice else ()
    if not invoice or not differs:
        return None
    told = f"Invoice {invoice.number} no longer tells the order ({', '.join(differs)})"
    detail = (
        f"{told}: credit a refund that was made, correct it by a credit note without one, or void it and issue it anew."
    )
    return Notice(code="invoice-differs", detail=detail)


def _taxes_assumed(order: Order) -> Notice | None:
    lines = [item.id for item in order.items.values() if item.taxes_assumed]
    places = [*(f"line {name}" for name in lines), *(["shipping"] if order.shipping_taxes_assumed else [])]
    if not places or order.imported:
        return None
    detail = (
        f"Nobody said at which rate {', '.join(places)} should be taxed, and the shop has no default: no tax was taken."
        " Tell a tax_rate, or set one with PUT /settings/defaults."
    )
    return Notice(code="taxes-assumed", detail=detail)


def _paid_by_old_link(order: Order) -> Notice | None:
    if not order.late_charges:
        return None
    came = [payment for payment in order.payments.values() if payment.reference in order.late_charges]
    promised_late = [payment.id for payment in came if payment.state == "authorized"]
    taken = [payment.id for payment in came if payment.state == "captured"]
    if promised_late:
        detail = (
            f"Payment {promised_late[0]} was promised by a link that no longer counts: let it go with"
            f" POST /orders/{{id}}/payments/{promised_late[0]}/void."
        )
    elif taken and order.price.balance < 0:
        left = amount_text(-order.price.balance, order.currency)
        detail = (
            f"Payment {taken[0]} came by a link that no longer counted: {left} {order.currency} too much was paid; give"
            f" it back with POST /orders/{{id}}/refunds, as credit of that payment."
        )
    else:
        return None
    return Notice(code="paid-by-old-link", detail=detail)


NOTICES: tuple[Callable[[Order], Notice | None], ...] = (
    _status_without_parcel,
    _parcel_without_status,
    _invoice_differs,
    _taxes_assumed,
    _paid_by_old_link,
)


def notices(order: Order) -> tuple[Notice, ...]:
    """Everything of the order that does not fit together."""
    return tuple(notice for look in NOTICES if (notice := look(order)))

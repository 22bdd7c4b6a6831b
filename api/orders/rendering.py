"""An order as the API shows it, and its head as it stands in lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from functools import lru_cache
from typing import Any

from api.labels import action_labels
from api.orders.line_answers import line_answers, share_answer, tax_answers, taxes_rate
from api.schemas import address, instant, money
from domain.addresses import Address
from domain.events import Erased
from domain.labels import status_labels
from domain.money import amount_text
from domain.orders.actions import Action, next_actions, primary_action
from domain.orders.notices import notices
from domain.orders.order import Note, Order, Payment, Refund, Shipment, ShippedItem
from domain.orders.quantities import quantity_shown, units_held
from domain.orders.returns import Return, ReturnLine
from domain.orders.shipments import customer_knows, tracking_codes
from domain.settings import Shop
from projections.views.orders import OrderHead


def order_answer(order: Order, shop: Shop) -> dict[str, Any]:
    """An order in full: its head, cart, money, parcels, notes and what can be done next."""
    price, currency = order.price, order.currency
    actions = next_actions(order, shop)
    return {
        "id": str(order.id),
        "number": order.number,
        "version": order.version,
        "created_at": instant(order.created_at),
        "placed_at": instant(order.placed_at),
        "currency": currency,
        "prices_include_tax": order.prices_include_tax,
        "locale": order.locale,
        "status": status_answer(order.status, order.stage, shop),
        "payment_status": order.payment_status,
        "fulfilment_status": order.fulfilment_status,
        "return_status": order.return_status,
        "dispute_status": order.dispute_status,
        "customer": _customer(order),
        "mails_to": _text(order.mails_to) or None,
        "operator": order.operator or None,
        "source": order.source or None,
        "payment_method": order.payment_method or None,
        "shipping_method": order.shipping_method or None,
        "tags": order.tags,
        "archived": order.archived,
        "quantity": units_held(order),
        "tracking_codes": tracking_codes(order),
        "total": money(price.total, currency),
        "paid": money(price.paid, currency),
        "refunded": money(price.refunded, currency),
        "kept": money(price.kept, currency),
        "balance": money(price.balance, currency),
        "credit": money(max(0, -price.balance), currency),
        "subtotal": money(price.subtotal, currency),
        "net": money(price.net, currency),
        "tax": money(price.tax, currency),
        "adjustment": money(price.adjustment, currency),
        "items": line_answers(order),
        "coupons": [
            {"code": terms.code, "kind": terms.kind, "discount": money(given.amount, currency)}
            for terms, given in zip(order.coupons, price.coupons, strict=True)
        ],
        "lapsed_coupons": [
            {"code": lapsed.code, "rule": lapsed.rule, "detail": lapsed.detail, "at": instant(lapsed.at)}
            for lapsed in order.lapsed_coupons
        ],
        "discount": money(order.discount, currency),
        "discount_total": money(price.discount, currency),
        "shipping_charge": money(order.shipping_charge, currency),
        "shipping_total": money(price.shipping_total, currency),
        "shipping_tax_rate": taxes_rate(order.shipping_taxes),
        "shipping_taxes": tax_answers(order.shipping_taxes),
        "shipping_includes_tax": order.shipping_charge_includes_tax,
        "taxes": [share_answer(share, currency) for share in price.taxes],
        "billing_address": _address(order.billing_address),
        "shipping_address": _address(order.shipping_address),
        "payments": [_payment(payment, currency) for payment in order.payments.values()],
        "refunds": [_refund(one, order) for one in (*order.refunds, *order.refund_requests.values())],
        "shipments": [_shipment(parcel, order, shop) for parcel in order.shipments.values()],
        "returns": [_return(one, order) for one in order.returns.values()],
        "notes": [_note(note) for note in order.notes.values()],
        "exchange_of": _exchange_of(order),
        "imported": _imported(order),
        "notices": [{"code": notice.code, "detail": notice.detail} for notice in notices(order)],
        "next_actions": [action_answer(action, shop.defaults.locale) for action in actions],
        "primary_action": _primary(order, actions, shop),
    }


PRICED = ("currency", "prices_include_tax", "items", "coupons", "lapsed_coupons", "discount", "discount_total",
          "subtotal", "shipping_charge", "shipping_tax_rate", "shipping_taxes", "shipping_includes_tax",
          "shipping_total", "taxes", "net", "tax", "total", "notices")  # fmt: skip


def quote_answer(order: Order, shop: Shop) -> dict[str, Any]:
    """What an order's cart costs."""
    answer = order_answer(order, shop)
    return {name: answer[name] for name in PRICED}


def row_answer(row: OrderHead, shop: Shop) -> dict[str, Any]:
    """The head of an order as its row in the list has it; what the encoder writes by itself is left to it."""
    currency = row.currency
    total, nothing = money(row.total, currency), money(0, currency)
    shown = {row.total: total, 0: nothing}  # most of an order's amounts are one of the two
    kept, credit = row.balance + row.paid - row.refunded, max(0, -row.balance)
    customer = None
    if row.customer_id:
        customer = {"id": row.customer_id, "name": row.customer_name, "email": row.customer_email}
    return {
        "id": row.id,
        "number": row.number,
        "version": row.version,
        "created_at": row.created_at.astimezone(UTC),
        "placed_at": row.placed_at.astimezone(UTC) if row.placed_at else None,
        "currency": currency,
        "status": status_answer(row.status, row.stage, shop),
        "payment_status": row.payment_status,
        "fulfilment_status": row.fulfilment_status,
        "return_status": row.return_status,
        "dispute_status": row.dispute_status,
        "customer": customer,
        "operator": row.operator or None,
        "source": row.source or None,
        "payment_method": row.payment_method or None,
        "shipping_method": row.shipping_method or None,
        "tags": row.tags,
        "archived": row.archived,
        "quantity": row.quantity,
        "tracking_codes": row.tracking_codes,
        "total": total,
        "paid": shown.get(row.paid) or money(row.paid, currency),
        "refunded": shown.get(row.refunded) or money(row.refunded, currency),
        "kept": shown.get(kept) or money(kept, currency),
        "balance": shown.get(row.balance) or money(row.balance, currency),
        "credit": shown.get(credit) or money(credit, currency),
    }


def rate_text(rate: int) -> str:
    """A tax rate in percent with two decimals: 2000 is `20.00`."""
    return f"{rate // 100}.{rate % 100:02d}"


def status_answer(code: str, stage: str, shop: Shop) -> dict[str, str]:
    """A status by code, label and stage; a retired one is labelled by its code."""
    known = shop.statuses.get(code)
    return {"code": code, "label": known.label if known else code, "stage": stage}


@lru_cache(maxsize=4096)
def action_answer(action: Action, locale: str) -> Mapping[str, Any]:
    """A thing that can be done, or the reason why it cannot; most orders have the same."""
    status, refusal = action.status, action.refusal
    labels = action_labels(action.action, status_labels(status) if status else None)
    answer: dict[str, Any] = {
        "action": action.action,
        "code": f"{action.action}:{status.code}" if status else action.action,
        "label": labels.get(locale) or labels["en"],
        "labels": labels,
        "allowed": action.allowed,
        "reason": refusal.detail if refusal else None,
        "refusal": refusal.code if refusal else None,
    }
    if status:
        answer["status"] = {"code": status.code, "label": status.label, "stage": status.stage}
    return answer


def _primary(order: Order, actions: Sequence[Action], shop: Shop) -> Mapping[str, Any] | None:
    action = primary_action(order, actions)
    return action_answer(action, shop.defaults.locale) if action else None


def _text(value: str | Erased) -> str | None:
    return None if isinstance(value, Erased) else value


def _customer(order: Order) -> dict[str, Any] | None:
    if order.customer_id is None:
        return None
    name, email = order.buyer_name, order.mails_to
    erased = isinstance(name, Erased) or isinstance(email, Erased)
    customer = {"id": str(order.customer_id), "name": _text(name), "email": _text(email)}
    return {**customer, "erased": True} if erased else customer


def _address(value: Address | Erased) -> dict[str, str] | None:
    return address(value) if isinstance(value, Address) and value else None


def _payment(payment: Payment, currency: str) -> dict[str, Any]:
    return {
        "id": payment.id,
        "amount": money(payment.amount, currency),
        "method": payment.method,
        "state": payment.state,
        "reference": payment.reference,
        "provider": payment.provider or None,
        "asked": payment.asked or None,
        "failure": payment.failure or None,
        "handed_over": money(payment.handed_over, currency) if payment.handed_over else None,
        "change": money(payment.change, currency) if payment.handed_over else None,
        "at": instant(payment.at),
    }


def _refund(refund: Refund, order: Order) -> dict[str, Any]:
    currency = order.currency
    return {
        "id": refund.id,
        "amount": money(refund.amount, currency),
        "items": [
            {
                "item": line.item,
                "quantity": quantity_shown(order, line.item, line.quantity),
                "amount": money(line.amount, currency),
                "unsent": quantity_shown(order, line.item, line.unsent or 0),
            }
            for line in refund.lines
        ],
        "shipping": money(refund.shipping, currency),
        "goodwill": money(refund.goodwill, currency),
        "credit": money(refund.credit, currency),
        "pay_again": refund.pay_again,
        "method": refund.method,
        "reference": refund.reference,
        "reason": refund.reason,
        "at": instant(refund.at),
        "payment": refund.payment or None,
        "state": refund.state,
        "failure": refund.failure or None,
        "withdrawn_at": instant(refund.withdrawn_at),
        "withdrawn_because": refund.withdrawn_because,
    }


def _units(line: ShippedItem | ReturnLine, order: Order) -> dict[str, Any]:
    return {"item": line.item, "quantity": quantity_shown(order, line.item, line.quantity)}


def _shipment(parcel: Shipment, order: Order, shop: Shop) -> dict[str, Any]:
    return {
        "number": parcel.number,
        "carrier": parcel.carrier,
        "tracking_code": parcel.tracking_code,
        "tracking_url": shop.tracking_url(parcel.carrier, parcel.tracking_code) or None,
        "state": parcel.state,
        "items": [_units(item, order) for item in parcel.items],
        "at": instant(parcel.at),
        "customer_knows": customer_knows(parcel, shop),
    }


def _return(one: Return, order: Order) -> dict[str, Any]:
    return {
        "number": one.number,
        "state": one.state,
        "items": [_units(line, order) for line in one.lines],
        "received": [
            {
                "item": line.item,
                "quantity": quantity_shown(order, line.item, line.quantity),
                "condition": line.condition,
                "restock": line.restock,
            }
            for line in one.received
        ],
        "reason": one.reason,
        "refund": one.refund or None,
        "exchange": str(one.exchange) if one.exchange else None,
        "note": one.note,
        "at": instant(one.at),
    }


def _exchange_of(order: Order) -> dict[str, Any] | None:
    """The order that this one is sent in place of."""
    origin = order.exchange_of
    if origin is None:
        return None
    return {
        "order_id": str(origin.order_id),
        "number": origin.number,
        "return_number": origin.return_number,
        "credit": money(origin.credit, order.currency),
    }


def _note(note: Note) -> dict[str, Any]:
    return {
        "id": note.id,
        "text": _text(note.text),
        "author": note.author,
        "at": instant(note.at),
        "revised_at": instant(note.revised_at),
    }


def _imported(order: Order) -> dict[str, Any] | None:
    told = order.imported
    if told is None:
        return None
    return {
        "source": told.source,
        "external_id": told.external_id,
        "total": amount_text(told.total, order.currency),
        "remarks": told.remarks,
    }

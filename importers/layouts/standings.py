"""Where an order stands by the words of its statuses, and what of money and goods follows from them.

| money            | nothing sent | sent in part | all sent  | delivered |
|------------------|--------------|--------------|-----------|-----------|
| not paid         | pending      | processing   | shipped   | completed |
| authorised       | processing   | processing   | shipped   | completed |
| paid in part     | processing   | processing   | shipped   | completed |
| paid             | processing   | processing   | completed | completed |
| given back       | cancelled    | cancelled    | completed | completed |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from domain.statuses import CANCELLED, COMPLETED, PENDING, PROCESSING, SHIPPED
from importers.drafts import DraftParcel, DraftPayment, DraftRefund
from importers.layouts.layout import Layout, Paid, Sent, Standing
from importers.layouts.told import Told
from importers.profile import LONGEST_CODE
from importers.remarks import AUTHORIZED, PARTLY_SHIPPED, PAYMENT_UNKNOWN, PLATFORM_STATUS, REFUND_UNKNOWN

STATUSES = ("status", "payment_status", "fulfilment_status")
_MONEY_IN = frozenset({"paid", "partly-refunded", "refunded"})


class State(Struct, frozen=True, kw_only=True):
    """The stage, the money and the parcels of an order, and what must be said of them."""

    stage: str
    payment: DraftPayment | None
    refunds: tuple[DraftRefund, ...]
    fully_refunded: bool
    parcels: tuple[DraftParcel, ...]
    ended_at: datetime | None
    remarks: tuple[str, ...]


def state_of(told: Told, layout: Layout, currency: str, total: int | None, sold: Sequence[object]) -> State:
    """What the statuses, the moments and the amounts of an order say together."""
    standing, unknown = _standing(told, layout.statuses)
    paid, sent = _paid(told, standing, layout, currency), _sent(told, standing) or layout.otherwise.sent
    refunded = abs(told.minor("refunded", currency) or 0)
    stage = (
        CANCELLED if told.instant("cancelled_at") else standing.stage or layout.otherwise.stage or _stage(paid, sent)
    )
    amount = told.minor("paid", currency)
    payment = _payment(told, paid, amount, total)
    remarks = {
        AUTHORIZED: paid == "authorized",
        PAYMENT_UNKNOWN: paid == "partly" and amount is None,
        PARTLY_SHIPPED: sent == "partly",
        REFUND_UNKNOWN: paid == "partly-refunded" and not refunded,
    }
    shipped_at, delivered_at = told.instant("shipped_at"), told.instant("delivered_at")
    is_sent = sent in ("all", "delivered") and bool(sold)
    return State(
        stage=stage,
        payment=payment,
        refunds=(DraftRefund(amount=refunded, at=told.instant("refunded_at")),) if refunded and payment else (),
        fully_refunded=paid == "refunded" and not refunded,
        parcels=tuple(_parcels(told, shipped_at)) if is_sent else (),
        ended_at=told.instant("cancelled_at") or delivered_at or shipped_at or told.instant("refunded_at"),
        remarks=(*unknown, *(remark for remark, holds in remarks.items() if holds)),
    )


def _standing(told: Told, statuses: Mapping[str, Standing]) -> tuple[Standing, list[str]]:
    """What the statuses say together, the first word of each counting, and those that nobody knows."""
    found, unknown = [], []
    for field in STATUSES:
        if text := told.text(field):
            if known := statuses.get(" ".join(text.casefold().replace("_", " ").split())):
                found.append(known)
            else:
                unknown.append(f"{PLATFORM_STATUS}: {text}")
    stage = next((one.stage for one in found if one.stage), "")
    paid: Paid = next((one.paid for one in reversed(found) if one.paid), "")
    sent: Sent = next((one.sent for one in reversed(found) if one.sent), "")
    return Standing(stage, paid, sent), unknown


def _paid(told: Told, standing: Standing, layout: Layout, currency: str) -> Paid:
    """What came in: the status says it, else the moment of payment or its amount, else what holds for the layout."""
    if standing.paid:
        return standing.paid
    if told.instant("paid_at") or told.minor("paid", currency):
        return "paid"
    return "" if standing.stage == CANCELLED or "paid_at" in told.named else layout.otherwise.paid


def _sent(told: Told, standing: Standing) -> Sent:
    if standing.sent:
        return standing.sent
    if told.instant("delivered_at"):
        return "delivered"
    gone = told.instant("shipped_at") or told.text("tracking_code")
    return "all" if gone or standing.stage in (SHIPPED, COMPLETED) else ""


def _stage(paid: Paid, sent: Sent) -> str:
    """Where the order stands, by the table above."""
    if sent == "delivered":
        return COMPLETED
    if sent == "all":
        return COMPLETED if paid in _MONEY_IN else SHIPPED
    if paid == "refunded":
        return CANCELLED
    return PROCESSING if sent == "partly" or paid not in ("", "unpaid") else PENDING


def _payment(told: Told, paid: Paid, amount: int | None, total: int | None) -> DraftPayment | None:
    """The payment: the amount told, else the whole total where a status says that it came."""
    if amount is None and paid not in _MONEY_IN:
        return None
    if amount is not None and (amount <= 0 or paid in ("unpaid", "authorized")):
        return None
    reference = told.plain("payment_reference")
    reference = reference if len(reference) <= LONGEST_CODE else ""
    return DraftPayment(amount=total if amount is None else amount, reference=reference, at=told.instant("paid_at"))


def _parcels(told: Told, shipped_at: datetime | None) -> list[DraftParcel]:
    """One parcel with everything in it, under the first of its tracking codes."""
    codes = told.texts("tracking_code")
    code = codes[0][:LONGEST_CODE] if codes else ""
    return [DraftParcel(carrier=told.text("carrier")[:LONGEST_CODE], tracking_code=code, at=shipped_at)]

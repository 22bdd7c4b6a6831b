"""What happened to a WooCommerce order: status, payment, refunds, parcel, and the notes that tell of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from domain.statuses import COMPLETED, PENDING, PROCESSING, SHIPPED
from domain.texts import NOTE
from importers.drafts import DraftParcel, DraftPayment, DraftRefund
from importers.faults import Fault
from importers.platforms.woocommerce.cells import Reading
from importers.platforms.woocommerce.money import Item
from importers.platforms.woocommerce.packed import NOTE_KEYS, REFUND_KEYS, read_items
from importers.platforms.woocommerce.statuses import PAID_ALWAYS, PAID_MOSTLY, REFUNDED, REMARKS, STAGE_OF, status_of
from importers.profile import LONGEST_CODE
from importers.reading.cells import Cells, Columns, minor_units

REFUND_UNPAID = "refund-without-payment-told"

_COMPLETED = re.compile(r"(?:to|à|auf|zu|a) (?:Completed|Terminée|Abgeschlossen|Completado|Completato)\b")


class History(Struct, frozen=True, kw_only=True):
    """What a draft says of the order's past."""

    stage: str
    payment: DraftPayment | None
    refunded: int
    fully_refunded: bool
    refunds: tuple[DraftRefund, ...]
    parcel: DraftParcel | None
    ended_at: datetime | None
    notes: tuple[str, ...]
    remarks: tuple[str, ...]


class _Told(Struct, frozen=True):
    """A note of the order's history: what it says, and when as the shop wrote it."""

    text: str
    date: str


def history_of(
    heading: Cells, items: Sequence[Item], columns: Columns, reading: Reading, currency: str, *, unplaced_coupons: bool
) -> History:
    """The history that an order's first row and its line items tell."""
    status = status_of(heading.text("status"), "status") if heading.text("status") else ""
    history = [
        _Told(one["content"], one.get("date", ""))
        for one in read_items(heading.lines("order_notes"), "||", NOTE_KEYS)
        if one.get("content")
    ]
    completed_at = reading.instant(heading.text("completed_date"), "completed_date") or _completed(history, reading)
    refunds, reasons = _refunds(heading, reading, currency)
    refunded = 0 if refunds else _refunded_lines(items, currency)
    paid_at = reading.instant(heading.text("paid_date"), "paid_date")
    by_status = _is_paid(heading, columns, status)
    is_paid = by_status or paid_at is not None
    went_back = bool(refunds or refunded)
    stage = STAGE_OF[status] if status else _stage(completed_at, paid_at)
    last_refund = max((refund.at for refund in refunds if refund.at), default=None)
    remarks = ([REMARKS[status]] if status in REMARKS else []) + ([REFUND_UNPAID] if went_back and not is_paid else [])
    coupons = f"coupon_items: {heading.text('coupon_items')}" if unplaced_coupons else ""
    other = "\n".join(text for text in (*reasons, coupons) if text)
    return History(
        stage=stage,
        payment=DraftPayment(reference=_reference(heading), at=paid_at) if is_paid or went_back else None,
        refunded=refunded,
        fully_refunded=status == REFUNDED and not went_back,
        refunds=refunds,
        parcel=DraftParcel(at=completed_at) if stage in (COMPLETED, SHIPPED) or completed_at else None,
        ended_at=last_refund if status == REFUNDED and last_refund else completed_at or paid_at,
        notes=tuple(note for note in (heading.lines("customer_note"), *_history(history), other) if note),
        remarks=tuple(remarks),
    )


def _stage(completed_at: datetime | None, paid_at: datetime | None) -> str:
    """Where an order without a status stands, by its dates."""
    if completed_at:
        return COMPLETED
    return PROCESSING if paid_at else PENDING


def _is_paid(heading: Cells, columns: Columns, status: str) -> bool:
    """Whether the status says that the money came in; cash on delivery has not while the order is on its way."""
    if status in PAID_ALWAYS:
        return True
    return status in PAID_MOSTLY and "paid_date" not in columns.index and heading.text("payment_method") != "cod"


def _reference(heading: Cells) -> str:
    reference = heading.text("transaction_id")
    return reference if len(reference) <= LONGEST_CODE else ""


def _refunds(heading: Cells, reading: Reading, currency: str) -> tuple[tuple[DraftRefund, ...], list[str]]:
    """The refunds, each with its time, and the reasons given for them."""
    refunds, reasons = [], []
    for one in read_items(heading.lines("refund_items"), ";", REFUND_KEYS):
        amount = reading.amount(one.get("amount", ""), "refund_items")
        if amount:
            at = reading.instant(one.get("date", ""), "refund_items")
            refunds.append(DraftRefund(amount=minor_units(abs(amount), currency, "refund_items"), at=at))
            reasons.append(f"Refund: {one['reason']}" if one.get("reason") else "")
    return tuple(refunds), reasons


def _refunded_lines(items: Sequence[Item], currency: str) -> int:
    """What went back by the line items, where no refund is listed."""
    told = sum((abs(item.refunded) for item in items if item.refunded), Decimal(0))
    return minor_units(told, currency, "item_refunded")


def _completed(history: Sequence[_Told], reading: Reading) -> datetime | None:
    """When the notes say that the order was completed, the last time; a time in another form tells nothing."""
    instants = []
    for note in history:
        if note.date and _COMPLETED.search(note.text):
            with suppress(Fault):
                instants.append(reading.required_instant(note.date, "order_notes"))
    return max(instants, default=None)


def _history(history: Sequence[_Told]) -> list[str]:
    """The notes with their times, as few notes of ours as hold them."""
    pages: list[str] = []
    for note in history:
        line = f"{note.date}: {note.text}" if note.date else note.text
        for part in (line[at : at + NOTE] for at in range(0, len(line), NOTE)):
            if pages and len(pages[-1]) + len(part) < NOTE:
                pages[-1] += f"\n{part}"
            else:
                pages.append(part)
    return pages

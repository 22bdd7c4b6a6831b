"""What was printed of an order: each print by the hash of its bytes, written down once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from domain.errors import Rejected
from domain.events import Event
from domain.orders.order import Order, OrderCommand, Print
from domain.settings import Shop
from domain.texts import CODE, check_text

MAX_PRINTS = 1_000

_SHA256 = re.compile("[0-9a-f]{64}")


class WrongHash(Rejected):
    """A printed document is told by its SHA-256 in 64 hexadecimal digits."""

    code = "wrong-hash"


class RecordPrint(OrderCommand, frozen=True, kw_only=True):
    """Write down what came out of the printer."""

    printed: Print


class DocumentPrinted(Event, frozen=True, kw_only=True):
    """A document came out of the printer; its bytes have this hash."""

    TOPIC = "order.document-printed"

    printed: Print

    def apply(self, order: Order) -> None:
        order.printed_version = order.content_before(self.originator_version - 1)
        order.last_print = self.originator_version
        order.prints = (*order.prints, self.printed)


def record_print(order: Order, command: RecordPrint, shop: Shop) -> None:
    """Writes down a print; the same bytes of the same document only once, and no more than an order can hold."""
    printed = command.printed
    if not _SHA256.fullmatch(printed.sha256):
        raise WrongHash("/printed/sha256")
    for field in ("kind", "number", "form", "locale"):
        check_text(getattr(printed, field), CODE, f"/printed/{field}")
    if printed not in order.prints and len(order.prints) < MAX_PRINTS:
        order.record(DocumentPrinted, command.context, printed=printed)


EVENTS: tuple[type[Event], ...] = (DocumentPrinted,)

HANDLERS: dict[Any, Callable[..., None]] = {RecordPrint: record_print}

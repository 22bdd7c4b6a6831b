"""Gaps in a stream: versions that the database lost, declared lost by an event, so that the stream can go on."""

from __future__ import annotations

from domain.errors import Conflict
from domain.events import Aggregate, Command, GapDeclared


class GapsDiffer(Conflict):
    """The versions that are missing are {missing}, not those declared lost; look again with `carnet doctor`."""

    code = "gaps-differ"


class DeclareGap(Command, frozen=True, kw_only=True):
    """Declares versions of one stream, of whichever kind, lost for good."""

    missing: tuple[int, ...]


class OrderGapDeclared(GapDeclared, frozen=True, kw_only=True):
    """Versions of an order are lost for good."""

    TOPIC = "order.gap-declared"


class CustomerGapDeclared(GapDeclared, frozen=True, kw_only=True):
    """Versions of a customer's card are lost for good."""

    TOPIC = "customer.gap-declared"


class CouponGapDeclared(GapDeclared, frozen=True, kw_only=True):
    """Versions of a coupon are lost for good."""

    TOPIC = "coupon.gap-declared"


class StockGapDeclared(GapDeclared, frozen=True, kw_only=True):
    """Versions of a SKU's stock are lost for good."""

    TOPIC = "stock.gap-declared"


class ProductGapDeclared(GapDeclared, frozen=True, kw_only=True):
    """Versions of a product are lost for good."""

    TOPIC = "product.gap-declared"


class MessageGapDeclared(GapDeclared, frozen=True, kw_only=True):
    """Versions of a message are lost for good."""

    TOPIC = "message.gap-declared"


class SettingsGapDeclared(GapDeclared, frozen=True, kw_only=True):
    """Versions of the shop's settings are lost for good."""

    TOPIC = "settings.gap-declared"


class SequencesGapDeclared(GapDeclared, frozen=True, kw_only=True):
    """Versions of the sequences are lost for good."""

    TOPIC = "sequence.gap-declared"


class EnrolmentGapDeclared(GapDeclared, frozen=True, kw_only=True):
    """Versions of an enrolment are lost for good."""

    TOPIC = "enrolment.gap-declared"


class ImportGapDeclared(GapDeclared, frozen=True, kw_only=True):
    """Versions of an import are lost for good."""

    TOPIC = "import.gap-declared"


class OperatorGapDeclared(GapDeclared, frozen=True, kw_only=True):
    """Versions of an operator are lost for good."""

    TOPIC = "operator.gap-declared"


class TokenGapDeclared(GapDeclared, frozen=True, kw_only=True):
    """Versions of a token are lost for good."""

    TOPIC = "token.gap-declared"


class WebhookEndpointGapDeclared(GapDeclared, frozen=True, kw_only=True):
    """Versions of a webhook endpoint are lost for good."""

    TOPIC = "webhook-endpoint.gap-declared"


class BooksGapDeclared(GapDeclared, frozen=True, kw_only=True):
    """Versions of the books' closings are lost for good."""

    TOPIC = "books.gap-declared"


EVENTS: dict[str, type[GapDeclared]] = {
    event.TOPIC.partition(".")[0]: event
    for event in (
        OrderGapDeclared,
        CustomerGapDeclared,
        CouponGapDeclared,
        StockGapDeclared,
        ProductGapDeclared,
        MessageGapDeclared,
        SettingsGapDeclared,
        SequencesGapDeclared,
        EnrolmentGapDeclared,
        ImportGapDeclared,
        OperatorGapDeclared,
        TokenGapDeclared,
        WebhookEndpointGapDeclared,
        BooksGapDeclared,
    )
}


def declare_gap(aggregate: Aggregate, command: DeclareGap) -> None:
    """Declares exactly what is missing; said again, nothing is recorded."""
    missing = aggregate.gaps.missing
    if not missing and set(command.missing) <= set(aggregate.gaps.declared):
        return
    if command.missing != missing:
        raise GapsDiffer(missing=", ".join(map(str, missing)) or "none")
    aggregate.record(EVENTS[aggregate.TOPIC], command.context, missing=missing)

"""The forms of an order's ledger: payments, what is asked of providers, refunds."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

from marshmallow import fields, validate
from msgspec import Struct

from api.instants import Instant
from api.orders.cart_forms import AmountsForm, QuantityField, ReasonForm
from api.schemas import Body, Code, Flag, Many, Money, MoneyForm, Text
from domain import texts
from domain.orders.cart import MAX_ITEMS
from domain.orders.payments import PaidState
from domain.orders.refund_parts import RefundLine


def pay_again() -> Flag:
    """Whether an order that was refunded in full is kept after all and paid another way."""
    return Flag(
        load_default=True,
        metadata={"description": "Of an order refunded in full: the customer keeps it after all and pays another way"},
    )


class PaymentForm(AmountsForm):
    """Money that came in (`captured`) or was promised (`authorized`); without an amount, all that is due.

    Of cash: what was handed over, and the change of it; the amount is what is due, or the one less the other.
    """

    AMOUNTS = ("amount", "handed_over", "change")

    amount = fields.Nested(MoneyForm)
    handed_over = fields.Nested(MoneyForm)
    change = fields.Nested(MoneyForm)
    method = Code(required=True)
    reference = Text(texts.CODE)
    state = fields.String(validate=validate.OneOf(get_args(PaidState)))
    paid_at = Instant()
    pay_again = pay_again()
    reason = Text(texts.LINE)

    class Loaded(AmountsForm.Loaded, frozen=True, kw_only=True):
        amount: Money | None = None
        handed_over: Money | None = None
        change: Money | None = None
        method: str
        reference: str = ""
        state: PaidState = "captured"
        paid_at: datetime | None = None
        pay_again: bool
        reason: str | None = None


class PaymentRequestForm(Body):
    """Money to have taken by a method's provider, by a token of the customer's means of payment; all that is due."""

    token = Text(texts.NAME, filled=True, required=True)
    amount = fields.Nested(MoneyForm)
    method = Code()
    pay_again = pay_again()
    reason = Text(texts.LINE)

    class Loaded(Struct, frozen=True, kw_only=True):
        token: str
        amount: Money | None = None
        method: str = ""
        pay_again: bool
        reason: str | None = None


class CaptureForm(ReasonForm):
    """How much of what was promised to take; without an amount all of it."""

    amount = fields.Nested(MoneyForm)

    class Loaded(ReasonForm.Loaded, frozen=True, kw_only=True):
        amount: Money | None = None


class RefundedLineForm(Body):
    """So many units of a line to give back; `unsent` of them did not leave and stay, left out: as many as can be."""

    item = Code(required=True)
    quantity = QuantityField(1, required=True)
    unsent = QuantityField(0)

    Loaded = RefundLine


class RefundForm(AmountsForm):
    """Money that went back: by lines, shipping, goodwill or credit (what was paid too much).

    An amount alone is split, first credit, then goodwill; beside parts it is what they come to.
    """

    AMOUNTS = ("amount", "shipping", "goodwill", "credit")

    items = Many(fields.Nested(RefundedLineForm), validate=validate.Length(max=MAX_ITEMS))
    shipping = fields.Nested(MoneyForm)
    goodwill = fields.Nested(MoneyForm)
    credit = fields.Nested(MoneyForm)
    amount = fields.Nested(MoneyForm)
    pay_again = Flag(metadata={"description": "The customer keeps what is refunded and pays for it another way"})
    payment = Code(metadata={"description": "A provider's payment: its provider is asked to give the money back"})
    method = Code()
    reference = Text(texts.CODE)
    reason = Text(texts.LINE)
    restock = Flag(
        metadata={"description": "What left the shelf for the items goes back; what was only promised is free anyway"}
    )

    class Loaded(AmountsForm.Loaded, frozen=True, kw_only=True):
        items: tuple[RefundLine, ...] = ()
        shipping: Money | None = None
        goodwill: Money | None = None
        credit: Money | None = None
        amount: Money | None = None
        pay_again: bool = False
        payment: str | None = None
        method: str = ""
        reference: str = ""
        reason: str | None = None
        restock: bool = False


class WithdrawalForm(Body):
    """Why a refund was never made."""

    reason = Text(texts.LINE, filled=True, required=True)

    class Loaded(Struct, frozen=True, kw_only=True):
        reason: str

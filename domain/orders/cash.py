"""Cash over the counter: what is handed over, what of it is the payment, and what is handed back as change."""

from __future__ import annotations

from typing import Protocol

from domain.errors import Rejected
from domain.money import amount_text
from domain.orders.order import Order
from domain.orders.refund_parts import AmountNotPositive


class ChangeAboveHandedOver(Rejected):
    """{change} of change is more than the {handed_over} that was handed over."""

    code = "change-above-handed-over"


class HandedOverBelowAmount(Rejected):
    """{handed_over} handed over does not pay {amount}: say the smaller amount, or what was handed over in all."""

    code = "handed-over-below-amount"


class ChangeDiffers(Rejected):
    """Of {handed_over} handed over for {amount} the change is {right}, not {change}."""

    code = "change-differs"


class HandedOverMissing(Rejected):
    """Change is of cash: say what was handed over."""

    code = "handed-over-missing"


class CashTold(Protocol):
    """What a command tells of a payment in cash."""

    @property
    def amount(self) -> int | None: ...
    @property
    def handed_over(self) -> int | None: ...
    @property
    def change(self) -> int | None: ...


def cash_amount(order: Order, command: CashTold, due: int) -> int | None:
    """The amount of a payment by what was handed over for it; None where that is not told, nor the amount."""
    amount, handed_over, change = command.amount, command.handed_over, command.change
    if handed_over is None:
        if change is not None:
            raise HandedOverMissing("/handed_over")
        return amount
    if handed_over <= 0:
        raise AmountNotPositive("/handed_over")
    if change is not None and change < 0:
        raise AmountNotPositive("/change")
    texts = {name: amount_text(value, order.currency) for name, value in _values(command).items()}
    if change is not None and change > handed_over:
        raise ChangeAboveHandedOver("/change", change=texts["change"], handed_over=texts["handed_over"])
    if amount is None:
        return handed_over - change if change is not None else min(due, handed_over)
    if amount > handed_over:
        raise HandedOverBelowAmount("/handed_over", handed_over=texts["handed_over"], amount=texts["amount"])
    if change is not None and change != handed_over - amount:
        right = amount_text(handed_over - amount, order.currency)
        raise ChangeDiffers(
            "/change",
            handed_over=texts["handed_over"],
            amount=texts["amount"],
            right=right,
            change=texts["change"],
        )
    return amount


def _values(command: CashTold) -> dict[str, int]:
    told = {"amount": command.amount, "handed_over": command.handed_over, "change": command.change}
    return {name: value for name, value in told.items() if value is not None}
